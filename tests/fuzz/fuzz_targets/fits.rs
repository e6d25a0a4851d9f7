#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| narrows_fuzz::drive(Some("fits"), &[], input));
