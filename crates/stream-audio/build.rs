//! Finds libopus where the feature `opus` asks for it.

fn main() {
    #[cfg(feature = "opus")]
    if let Err(e) = pkg_config::Config::new().atleast_version("1.1").probe("opus") {
        println!("cargo::error=feature \"opus\" needs libopus 1.1 or later (libopus-dev): {e}");
    }
}
