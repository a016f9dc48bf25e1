//! Links the HDF5 of the system as the shared library that it is, where `scripts/setup.sh` has its archive taken into programs: an
//! archive that is not made for it cannot go into a shared library, such as Python loads. Named first, the shared one
//! gives what both define.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-env-changed=HDF5_DIR");
    let archived = std::env::var("HDF5_DIR").map(|at| Path::new(&at).join("lib/hdf5.dll"));
    let shared = archived.ok().and_then(|at| at.canonicalize().ok());
    if let Some((folder, name)) = shared
        .as_deref()
        .and_then(|at| at.parent().zip(at.file_name()))
    {
        println!("cargo:rustc-link-search=native={}", folder.display());
        println!("cargo:rustc-link-lib=dylib:+verbatim={}", name.display());
    }
}
