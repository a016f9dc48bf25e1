//! Tells the library what the HDF5 library can do.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(hdf5_file_locking)");
    let at_least = |version: &str| {
        let name = format!("DEP_HDF5_VERSION_{version}");
        println!("cargo::rerun-if-env-changed={name}");
        std::env::var_os(name).is_some()
    };
    if at_least("1_12_1") || at_least("1_10_7") && !at_least("1_12_0") {
        println!("cargo::rustc-cfg=hdf5_file_locking");
    }
}
