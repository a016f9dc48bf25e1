//! The C interface: cross sections and events at any energy, for programs that are not in Rust.
//!
//! A sampler is made from a run card for a range of kinetic energies and some elements, or loaded from a
//! file; after that it does not change and threads share it. Units at this boundary: GeV, pb per atom,
//! units of e. `include/millibrem.h` is written from this file by cbindgen; `include/millibrem.hpp`
//! is C++ over it. Nothing here knows a process: particles come out in an order and with roles that
//! `millibrem_outgoing` tells. What pointers must be stands in the comments as in any C header. Pinned by `tests/calls.rs` and `tests/programs.rs`.

// Comments go into the C header, where a heading would look odd.
#![allow(clippy::missing_safety_doc)]

mod error;
mod handle;

use std::ffi::{CStr, c_char, c_double, c_int, c_void};
use std::path::Path;
use std::slice;

use millibrem::event::MAX_OUTGOING;

use error::{Failure, guarded};
pub use error::{
    MILLIBREM_ARGUMENT, MILLIBREM_CARD, MILLIBREM_CUTS, MILLIBREM_ELEMENT, MILLIBREM_ENERGY,
    MILLIBREM_FILE, MILLIBREM_OK, MILLIBREM_PANIC, MILLIBREM_REQUEST, MILLIBREM_THRESHOLD,
};
use handle::{Handle, card_of_file, card_of_text};

/// Version of this interface: changes when a program has to be compiled again.
pub const MILLIBREM_ABI: c_int = 1;
/// Most particles that come out.
pub const MILLIBREM_MAX_OUTGOING: usize = 8;
/// Bytes of the name of a role.
pub const MILLIBREM_ROLE: usize = 24;

const _: () = assert!(MILLIBREM_MAX_OUTGOING == MAX_OUTGOING);

/// Cross sections and events of one process; made once, then only read.
pub struct Sampler(Handle);

/// What comes out at a vertex.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Event {
    /// Number of particles.
    pub n: c_int,
    /// Their PDG numbers, in the order of millibrem_outgoing.
    pub pdg: [c_int; MILLIBREM_MAX_OUTGOING],
    /// Their momenta E, px, py, pz in GeV; the incoming particle moves along +z.
    pub p: [[c_double; 4]; MILLIBREM_MAX_OUTGOING],
    /// 1, but for at most one event in a thousand, which weighs more.
    pub weight: c_double,
}

/// What a particle is.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Particle {
    /// PDG number; nuclei 100ZZZAAA0.
    pub pdg: c_int,
    /// Mass in GeV.
    pub mass: c_double,
    /// Charge in units of e; nuclei are bare.
    pub charge: c_double,
    /// Its part in the process: projectile, lepton_out, nucleus_out, chi, chibar, dark_photon, ...
    pub role: [c_char; MILLIBREM_ROLE],
}

impl Particle {
    fn new(particle: &millibrem::particle::Particle, role: &str) -> Self {
        let mut name = [0; MILLIBREM_ROLE];
        // The last byte stays 0.
        for (to, from) in name[..MILLIBREM_ROLE - 1].iter_mut().zip(role.bytes()) {
            *to = from as c_char;
        }
        Self {
            pdg: particle.pdg_id,
            mass: particle.mass_gev,
            charge: particle.charge,
            role: name,
        }
    }
}

/// A generator of uniform numbers in [0, 1) of the caller's own, asked with the caller's pointer.
pub type Uniform = Option<unsafe extern "C" fn(*mut c_void) -> c_double>;

fn null(name: &str) -> Failure {
    Failure::new(MILLIBREM_ARGUMENT, format!("`{name}` is a null pointer"))
}

/// `text` is null or ends with a zero byte.
unsafe fn text<'a>(text: *const c_char, name: &str) -> Result<&'a str, Failure> {
    if text.is_null() {
        return Err(null(name));
    }
    // SAFETY: as this function asks.
    let text = unsafe { CStr::from_ptr(text) }.to_str();
    text.map_err(|error| Failure::new(MILLIBREM_ARGUMENT, format!("`{name}`: {error}")))
}

/// `pointer` is null or points to a `T` that nothing changes.
unsafe fn shared<'a, T>(pointer: *const T, name: &str) -> Result<&'a T, Failure> {
    // SAFETY: as this function asks.
    unsafe { pointer.as_ref() }.ok_or_else(|| null(name))
}

/// `pointer` is null or points to room for a `T`.
unsafe fn write<T>(pointer: *mut T, name: &str, value: T) -> Result<(), Failure> {
    if pointer.is_null() {
        return Err(null(name));
    }
    // SAFETY: as this function asks.
    unsafe { pointer.write(value) };
    Ok(())
}

/// `z` is null or points to `n` numbers.
unsafe fn charges(z: *const c_int, n: usize) -> Result<Vec<u32>, Failure> {
    if n == 0 {
        return Ok(Vec::new());
    }
    if z.is_null() {
        return Err(null("z"));
    }
    // SAFETY: as this function asks.
    let all = unsafe { slice::from_raw_parts(z, n) };
    let charge = |&z: &c_int| {
        let words = || format!("the charge number of an element must be above 0, found {z}");
        u32::try_from(z).map_err(|_| Failure::new(MILLIBREM_REQUEST, words()))
    };
    all.iter().map(charge).collect()
}

/// `sampler` is null or points to room for a pointer.
unsafe fn hand_over(sampler: *mut *mut Sampler, handle: Handle) -> Result<(), Failure> {
    let made = Box::into_raw(Box::new(Sampler(handle)));
    // SAFETY: as this function asks.
    let given = unsafe { write(sampler, "sampler", made) };
    if given.is_err() {
        // SAFETY: made above and known to nobody.
        drop(unsafe { Box::from_raw(made) });
    }
    given
}

/// Makes a sampler from the text of a run card, or from the name of a shipped card, for kinetic energies
/// from ekin_min to ekin_max and the n elements of charge numbers z; those of the card if n is 0. Takes
/// seconds on all processors, or on as many as the environment variable RAYON_NUM_THREADS says.
///
/// `toml` ends with a zero byte, `z` points to `n` numbers, `sampler` to room for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn millibrem_sampler_from_card(
    toml: *const c_char,
    ekin_min: c_double,
    ekin_max: c_double,
    z: *const c_int,
    n: usize,
    sampler: *mut *mut Sampler,
) -> c_int {
    guarded(|| unsafe {
        let card = card_of_text(text(toml, "toml")?)?;
        let handle = Handle::new(&card, (ekin_min, ekin_max), &charges(z, n)?)?;
        hand_over(sampler, handle)
    })
}

/// The same from the file of a run card.
///
/// As millibrem_sampler_from_card.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn millibrem_sampler_from_file(
    path: *const c_char,
    ekin_min: c_double,
    ekin_max: c_double,
    z: *const c_int,
    n: usize,
    sampler: *mut *mut Sampler,
) -> c_int {
    guarded(|| unsafe {
        let card = card_of_file(Path::new(text(path, "path")?))?;
        let handle = Handle::new(&card, (ekin_min, ekin_max), &charges(z, n)?)?;
        hand_over(sampler, handle)
    })
}

/// Loads a sampler from a file of millibrem_sampler_save, to the same bits; one of another release that
/// computes otherwise is refused.
///
/// `path` ends with a zero byte, `sampler` points to room for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn millibrem_sampler_load(
    path: *const c_char,
    sampler: *mut *mut Sampler,
) -> c_int {
    guarded(|| unsafe { hand_over(sampler, Handle::load(Path::new(text(path, "path")?))?) })
}

/// Saves a sampler with its card.
///
/// `sampler` is alive, `path` ends with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn millibrem_sampler_save(
    sampler: *const Sampler,
    path: *const c_char,
) -> c_int {
    guarded(|| unsafe {
        let sampler = shared(sampler, "sampler")?;
        sampler.0.save(Path::new(text(path, "path")?))
    })
}

/// Ends a sampler, which no thread may use any more; null is let pass.
///
/// `sampler` is null or alive and not in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn millibrem_sampler_free(sampler: *mut Sampler) {
    if !sampler.is_null() {
        // SAFETY: made by `hand_over`, and nobody else has it.
        let sampler = unsafe { Box::from_raw(sampler) };
        guarded(|| {
            drop(sampler);
            Ok(())
        });
    }
}

/// The range of kinetic energies that a sampler was made for.
///
/// `sampler` is alive, `ekin_min` and `ekin_max` point to room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn millibrem_range(
    sampler: *const Sampler,
    ekin_min: *mut c_double,
    ekin_max: *mut c_double,
) -> c_int {
    guarded(|| unsafe {
        let (low, high) = shared(sampler, "sampler")?.0.sampler.range_gev();
        write(ekin_min, "ekin_min", low)?;
        write(ekin_max, "ekin_max", high)
    })
}

/// The elements that a sampler was made for: their number to n, and the charge numbers of as many as
/// there is room for, `capacity`, to z.
///
/// `sampler` is alive, `z` points to room for `capacity` numbers, `n` to room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn millibrem_elements(
    sampler: *const Sampler,
    z: *mut c_int,
    capacity: usize,
    n: *mut usize,
) -> c_int {
    guarded(|| unsafe {
        let targets = &shared(sampler, "sampler")?.0.targets;
        for (k, target) in targets.iter().take(capacity).enumerate() {
            write(z.wrapping_add(k), "z", target.0)?;
        }
        write(n, "n", targets.len())
    })
}

/// The particle that comes in.
///
/// `sampler` is alive, `particle` points to room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn millibrem_projectile(
    sampler: *const Sampler,
    particle: *mut Particle,
) -> c_int {
    guarded(|| unsafe {
        let beam = shared(sampler, "sampler")?.0.sampler.process(0).beam();
        write(particle, "particle", Particle::new(&beam, "projectile"))
    })
}

/// The particles that come out of a vertex on an element: their number to n, at most
/// MILLIBREM_MAX_OUTGOING, and what they are, in the order of events.
///
/// `sampler` is alive, `particles` points to room for MILLIBREM_MAX_OUTGOING, `n` to room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn millibrem_outgoing(
    sampler: *const Sampler,
    z: c_int,
    particles: *mut Particle,
    n: *mut c_int,
) -> c_int {
    guarded(|| unsafe {
        let handle = &shared(sampler, "sampler")?.0;
        let all = &handle.targets[handle.find(z)?].1;
        for (k, one) in all.iter().enumerate() {
            write(particles.wrapping_add(k), "particles", *one)?;
        }
        write(n, "n", all.len() as c_int)
    })
}

/// The kinetic energy below which nothing is made on an element.
///
/// `sampler` is alive, `ekin` points to room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn millibrem_threshold(
    sampler: *const Sampler,
    z: c_int,
    ekin: *mut c_double,
) -> c_int {
    guarded(|| unsafe {
        let handle = &shared(sampler, "sampler")?.0;
        write(ekin, "ekin", handle.sampler.threshold_gev(handle.find(z)?))
    })
}

/// The cross section per atom of an element at a kinetic energy, to pb; 0 below the threshold.
///
/// `sampler` is alive, `pb` points to room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn millibrem_cross_section(
    sampler: *const Sampler,
    z: c_int,
    ekin: c_double,
    pb: *mut c_double,
) -> c_int {
    guarded(|| unsafe {
        let handle = &shared(sampler, "sampler")?.0;
        let sigma = handle.sampler.cross_section(handle.find(z)?, ekin)?;
        write(pb, "pb", sigma)
    })
}

/// Draws the event that belongs to a seed, on an element at a kinetic energy.
///
/// `sampler` is alive, `event` points to room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn millibrem_sample(
    sampler: *const Sampler,
    z: c_int,
    ekin: c_double,
    seed: u64,
    event: *mut Event,
) -> c_int {
    guarded(|| unsafe {
        let handle = &shared(sampler, "sampler")?.0;
        let place = handle.find(z)?;
        handle.with_scratch(|scratch| {
            let weight = handle.sampler.sample(place, ekin, scratch, seed)?;
            write(
                event,
                "event",
                told(handle, place, scratch.momenta(), weight),
            )
        })
    })
}

/// The same with uniform numbers from `uniform(user)`, as many as it takes: some dozens. The callback may
/// not leave by an exception or a long jump.
///
/// As millibrem_sample; `uniform` can be called with `user`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn millibrem_sample_with(
    sampler: *const Sampler,
    z: c_int,
    ekin: c_double,
    uniform: Uniform,
    user: *mut c_void,
    event: *mut Event,
) -> c_int {
    guarded(|| unsafe {
        let handle = &shared(sampler, "sampler")?.0;
        let uniform = uniform.ok_or_else(|| null("uniform"))?;
        let place = handle.find(z)?;
        handle.with_scratch(|scratch| {
            let next = || uniform(user);
            let weight = handle.sampler.sample_with(place, ekin, scratch, next)?;
            write(
                event,
                "event",
                told(handle, place, scratch.momenta(), weight),
            )
        })
    })
}

fn told(handle: &Handle, place: usize, momenta: &[[f64; 4]], weight: f64) -> Event {
    let mut event = Event {
        n: momenta.len() as c_int,
        pdg: [0; MILLIBREM_MAX_OUTGOING],
        p: [[0.0; 4]; MILLIBREM_MAX_OUTGOING],
        weight,
    };
    let particles = &handle.targets[place].1;
    for (k, (p, particle)) in momenta.iter().zip(particles).enumerate() {
        event.pdg[k] = particle.pdg;
        event.p[k] = *p;
    }
    event
}

/// What went wrong in the last call of this thread that failed; empty if none has. Stays until the
/// next failure.
#[unsafe(no_mangle)]
pub extern "C" fn millibrem_last_error() -> *const c_char {
    error::last()
}

/// The version of the library, as 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn millibrem_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The version of the interface that the library was built with, to compare with MILLIBREM_ABI.
#[unsafe(no_mangle)]
pub extern "C" fn millibrem_abi() -> c_int {
    MILLIBREM_ABI
}
