//! Gives the shared library the name by which programs find the version they were linked with.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let system = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if system == "linux" {
        // The number is MILLIBREM_ABI of src/lib.rs.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libmillibrem_capi.so.1");
    }
}
