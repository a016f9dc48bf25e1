//! What the module exports: room for a question, the call, and where the answer lies. UTF-8 both ways.
#![allow(unsafe_code)] // `no_mangle` is what an export is

use std::cell::RefCell;

use crate::Desk;

#[derive(Default)]
struct Counter {
    desk: Desk,
    question: Vec<u8>,
    answer: String,
}

thread_local! {
    static COUNTER: RefCell<Counter> = RefCell::default();
}

/// Makes room for a question of `bytes` and tells where to write it.
#[unsafe(no_mangle)]
pub extern "C" fn question(bytes: usize) -> *mut u8 {
    COUNTER.with_borrow_mut(|counter| {
        counter.question = vec![0; bytes];
        counter.question.as_mut_ptr()
    })
}

/// Answers the question that was written; gives the length of the answer in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn ask() -> usize {
    COUNTER.with_borrow_mut(|counter| {
        let question = String::from_utf8_lossy(&counter.question);
        counter.answer = counter.desk.answer(&question);
        counter.answer.len()
    })
}

/// Where the answer lies until the next question.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    COUNTER.with_borrow(|counter| counter.answer.as_ptr())
}
