#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| annals_fuzz::manifest_bytes::run(data));
