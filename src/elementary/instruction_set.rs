//! The instruction set that loops are compiled for: the best of the processor, unless another is set first. No result depends on
//! it (`cli/tests/instruction_sets.rs`).

use std::sync::OnceLock;

use pulp::Arch;

static SET: OnceLock<Arch> = OnceLock::new();

/// The dispatcher of all loops that are compiled for more than one instruction set.
#[inline]
pub(crate) fn arch() -> Arch {
    SET.get().copied().unwrap_or_else(Arch::new)
}

/// Sets it, once and for all.
pub(crate) fn set_arch(arch: Arch) {
    // What was set before stays: results are the same.
    let _ = SET.set(arch);
}
