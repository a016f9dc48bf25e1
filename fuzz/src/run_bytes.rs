//! Run files with wrong bytes: what comes from a bad disk or a torn copy. The first bytes say
//! where a small valid file is cut and which of its bytes are replaced; other data is the file.
//!
//! Wrong bytes reach the file library before they reach us, and it is C.

use arbitrary::{Arbitrary, Result, Unstructured};

/// Spoils bytes of a valid file and reads everything that can be read of it.
pub fn run(data: &[u8]) {
    let mut choices = Unstructured::new(data);
    let Ok(bytes) = spoilt(&mut choices) else {
        return;
    };
    let folder = super::folder();
    let path = folder.path().join("run.h5");
    std::fs::write(&path, bytes).expect("a folder to write to");
    super::run_file::read(&path, data.len() % 8);
}

fn spoilt(choices: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut bytes = match choices.int_in_range(0..=9)? {
        0 => return Ok(choices.bytes(choices.len())?.to_vec()),
        1 => super::run_file::table().to_vec(),
        2 => super::run_file::dark_photons().to_vec(),
        _ => super::run_file::pairs().to_vec(),
    };
    if u8::arbitrary(choices)? < 20 {
        bytes.truncate(choices.choose_index(bytes.len())?);
    }
    while !choices.is_empty() && !bytes.is_empty() {
        let at = choices.int_in_range(0..=bytes.len() - 1)?;
        bytes[at] = u8::arbitrary(choices)?;
    }
    Ok(bytes)
}
