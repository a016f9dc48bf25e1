//! Errors as C knows them: a number to branch on, and a text of the thread that made the call.
//!
//! No panic leaves a call: what the library did not foresee is `MILLIBREM_PANIC`.
//! Pinned by `tests/calls.rs`.

use std::cell::RefCell;
use std::ffi::{CString, c_char, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind};

use millibrem::generate::SamplerError;

/// All is well.
pub const MILLIBREM_OK: c_int = 0;
/// A pointer is null, or a text is not UTF-8.
pub const MILLIBREM_ARGUMENT: c_int = 1;
/// The run card is wrong.
pub const MILLIBREM_CARD: c_int = 2;
/// There can be no such sampler: a range, an element, a process that knows one energy only.
pub const MILLIBREM_REQUEST: c_int = 3;
/// A file cannot be read or written, or is no sampler of this release.
pub const MILLIBREM_FILE: c_int = 4;
/// The sampler was not made for this element.
pub const MILLIBREM_ELEMENT: c_int = 5;
/// The energy is outside of the sampler's range.
pub const MILLIBREM_ENERGY: c_int = 6;
/// Nothing can be made at this energy; its cross section is 0.
pub const MILLIBREM_THRESHOLD: c_int = 7;
/// The cuts of the card leave next to nothing at this energy.
pub const MILLIBREM_CUTS: c_int = 8;
/// An error of the library, worth a report.
pub const MILLIBREM_PANIC: c_int = 9;

/// A number and what to say.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) c_int, pub(crate) String);

impl Failure {
    pub(crate) fn new(code: c_int, words: impl ToString) -> Self {
        Self(code, words.to_string())
    }
}

impl From<SamplerError> for Failure {
    fn from(error: SamplerError) -> Self {
        let code = match error {
            SamplerError::OutOfRange { .. } => MILLIBREM_ENERGY,
            SamplerError::BelowThreshold { .. } => MILLIBREM_THRESHOLD,
            SamplerError::TooTight { .. } => MILLIBREM_CUTS,
            SamplerError::Saved { .. } => MILLIBREM_FILE,
            _ => MILLIBREM_REQUEST,
        };
        Self::new(code, error)
    }
}

thread_local! {
    static LAST: RefCell<CString> = RefCell::default();
}

/// The text of the last call of this thread that failed, empty if none has.
pub(crate) fn last() -> *const c_char {
    LAST.with_borrow(|text| text.as_ptr())
}

/// Runs a call and turns its outcome into a number.
pub(crate) fn guarded(call: impl FnOnce() -> Result<(), Failure>) -> c_int {
    let outcome = catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        let words = format!("an error of the library: {}", text.unwrap_or("no words"));
        Err(Failure::new(MILLIBREM_PANIC, words))
    });
    match outcome {
        Ok(()) => MILLIBREM_OK,
        Err(Failure(code, words)) => {
            let text = CString::new(words.replace('\0', " ")).unwrap_or_default();
            LAST.set(text);
            code
        }
    }
}
