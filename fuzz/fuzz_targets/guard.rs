#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| f1lake_fuzz::guard::check(data));
