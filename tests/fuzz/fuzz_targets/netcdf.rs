#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    // netCDF-4 goes through libhdf5, which is not ours to fuzz in this process
    if input.starts_with(b"CDF") {
        narrows_fuzz::drive(Some("netcdf"), &[], input);
    }
});
