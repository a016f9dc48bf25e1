#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| millibrem_fuzz::card::run(data));
