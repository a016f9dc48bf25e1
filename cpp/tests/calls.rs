//! The calls of the C interface, made from Rust as C would: the library's own values, no allocation, codes
//! and words for what is wrong, one scratch for each of many threads.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ffi::{CStr, CString, c_double, c_int, c_void};
use std::ptr::{null, null_mut};

use millibrem::card::{RunCard, shipped};
use millibrem::run;
use millibrem_capi::*;

/// The allocator of the system that counts what a thread takes.
struct Counting;

thread_local! {
    static TAKEN: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: hands everything on to the allocator of the system.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        TAKEN.set(TAKEN.get() + 1);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const CARD: &str = "schema = 1\n[process]\nkind = \"pair\"\n[dark_sector]\nm_chi_gev = 0.01\n\
    charge = 1e-3\npdg_id = \"ldmx\"\n[beam]\nlepton = \"mu-\"\nenergy_gev = 160.0\n[target]\nelement = \"Pb\"\n";

fn c(text: &str) -> CString {
    CString::new(text).unwrap()
}

fn last_error() -> String {
    unsafe { CStr::from_ptr(millibrem_last_error()) }
        .to_str()
        .unwrap()
        .to_owned()
}

/// Makes a sampler of `card`; the number and the words of the refusal else.
fn sampler(card: &str, range: (f64, f64), z: &[c_int]) -> Result<*mut Sampler, (c_int, String)> {
    let mut made = null_mut();
    let (card, n) = (c(card), z.len());
    let code = unsafe {
        millibrem_sampler_from_card(card.as_ptr(), range.0, range.1, z.as_ptr(), n, &mut made)
    };
    match code {
        MILLIBREM_OK => Ok(made),
        code => Err((code, last_error())),
    }
}

fn empty() -> Event {
    Event {
        n: 0,
        pdg: [0; 8],
        p: [[0.0; 4]; 8],
        weight: 0.0,
    }
}

struct Shared(*mut Sampler);
// SAFETY: that threads may share it is what is tested.
unsafe impl Sync for Shared {}

impl Shared {
    fn draw(&self, z: c_int, ekin: f64, seed: u64) -> Event {
        let mut event = empty();
        let code = unsafe { millibrem_sample(self.0, z, ekin, seed, &mut event) };
        assert_eq!(code, MILLIBREM_OK, "{}", last_error());
        event
    }
}

#[test]
fn values_are_those_of_the_library_without_allocation_on_any_thread() {
    let made = Shared(sampler(CARD, (20.0, 160.0), &[82, 13]).unwrap());
    let card = RunCard::parse("card", "card", CARD, &[]).unwrap();
    let library = run::sampler(&card, (20.0, 160.0), &[82, 13]).unwrap();
    let (mut low, mut high, mut ekin, mut n, mut count) = (0.0, 0.0, 0.0, 0, 0);
    let mut particles = [Particle {
        pdg: 0,
        mass: 0.0,
        charge: 0.0,
        role: [0; 24],
    }; 8];
    let (mut z, mut beam) = ([0; 1], particles[0]);
    unsafe {
        assert_eq!(millibrem_range(made.0, &mut low, &mut high), 0);
        assert_eq!((low, high), (20.0, 160.0));
        // No more is written than there is room for.
        assert_eq!(millibrem_elements(made.0, z.as_mut_ptr(), 1, &mut count), 0);
        assert_eq!((z, count), ([82], 2));
        assert_eq!(millibrem_threshold(made.0, 13, &mut ekin), 0);
        assert_eq!(ekin, library.threshold_gev(1));
        assert_eq!(millibrem_projectile(made.0, &mut beam), 0);
        assert_eq!(
            millibrem_outgoing(made.0, 82, particles.as_mut_ptr(), &mut n),
            0
        );
    }
    let words = |one: &Particle| {
        let role = unsafe { CStr::from_ptr(one.role.as_ptr()) }
            .to_str()
            .unwrap()
            .to_owned();
        (role, one.pdg, one.mass, one.charge)
    };
    assert_eq!(words(&beam), ("projectile".to_owned(), 13, beam.mass, -1.0));
    let told: Vec<_> = particles[..n as usize].iter().map(words).collect();
    for (told, one) in told.iter().zip(library.process(0).outgoing()) {
        let particle = one.particle;
        let want = (
            one.role.to_string(),
            particle.pdg_id,
            particle.mass_gev,
            particle.charge,
        );
        assert_eq!(*told, want);
    }
    std::thread::scope(|scope| {
        for thread in 0..8u64 {
            let (made, library) = (&made, &library);
            scope.spawn(move || {
                let mut scratch = library.scratch();
                // Whoever meets a slot first fills it.
                for seed in 0..200 {
                    made.draw(82, 50.0, seed);
                }
                for k in 0..200u64 {
                    let (ekin, place) = (20.0 + 0.7 * k as f64, (k % 2) as usize);
                    let z = [82, 13][place];
                    let before = TAKEN.get();
                    let mut pb = 0.0;
                    let code = unsafe { millibrem_cross_section(made.0, z, ekin, &mut pb) };
                    let event = made.draw(z, ekin, thread << 32 | k);
                    let taken = TAKEN.get() - before;
                    assert_eq!(taken, 0, "event {k}");
                    assert_eq!((code, pb), (0, library.cross_section(place, ekin).unwrap()));
                    let seed = thread << 32 | k;
                    let weight = library.sample(place, ekin, &mut scratch, seed).unwrap();
                    assert_eq!(event.weight, weight);
                    assert_eq!(event.p[..event.n as usize], *scratch.momenta());
                    assert_eq!(
                        event.pdg[..4],
                        [13, [1_000_822_080, 1_000_130_270][place], 17, -17]
                    );
                }
            });
        }
    });
    unsafe { millibrem_sampler_free(made.0) };
}

/// Numbers of a simple generator whose state the caller has, who draws an event meanwhile.
struct Caller {
    state: u64,
    inner: Option<*const Sampler>,
}

unsafe extern "C" fn next(user: *mut c_void) -> c_double {
    let caller = unsafe { &mut *user.cast::<Caller>() };
    if let Some(sampler) = caller.inner.take() {
        let mut event = empty();
        assert_eq!(
            unsafe { millibrem_sample(sampler, 82, 100.0, 1, &mut event) },
            MILLIBREM_OK
        );
    }
    caller.state = caller
        .state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1);
    (caller.state >> 11) as f64 / (1u64 << 53) as f64
}

#[test]
fn a_callback_gives_the_numbers_and_may_draw_events_itself() {
    let made = sampler(CARD, (90.0, 110.0), &[82]).unwrap();
    let draw = |inner| {
        let mut caller = Caller { state: 7, inner };
        let mut event = empty();
        let user = (&raw mut caller).cast();
        let code = unsafe { millibrem_sample_with(made, 82, 100.0, Some(next), user, &mut event) };
        assert_eq!(code, MILLIBREM_OK, "{}", last_error());
        event.p
    };
    let alone = draw(None);
    assert_eq!(draw(Some(made.cast_const())), alone);
    let energy: f64 = alone.iter().map(|p| p[0]).sum();
    assert!(
        (energy - 100.0 - 0.105_658 - 192.988).abs() < 0.1,
        "{energy}"
    );
    unsafe { millibrem_sampler_free(made) };
}

#[test]
fn a_saved_sampler_is_there_at_once_and_to_the_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pairs.sampler");
    let name = c(path.to_str().unwrap());
    let made = sampler(CARD, (90.0, 110.0), &[82]).unwrap();
    let mut loaded = null_mut();
    unsafe {
        assert_eq!(
            millibrem_sampler_save(made, name.as_ptr()),
            0,
            "{}",
            last_error()
        );
        assert_eq!(
            millibrem_sampler_load(name.as_ptr(), &mut loaded),
            0,
            "{}",
            last_error()
        );
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    for seed in 0..20 {
        let (one, other) = (
            Shared(made).draw(82, 99.0, seed),
            Shared(loaded).draw(82, 99.0, seed),
        );
        assert_eq!((one.p, one.weight), (other.p, other.weight));
    }
    std::fs::write(&path, "schema = 1").unwrap();
    let mut refused = null_mut();
    let code = unsafe { millibrem_sampler_load(name.as_ptr(), &mut refused) };
    assert_eq!((code, refused), (MILLIBREM_FILE, null_mut()));
    assert!(last_error().contains("pairs.sampler: "), "{}", last_error());
    unsafe {
        millibrem_sampler_free(made);
        millibrem_sampler_free(loaded);
    }
}

#[test]
fn what_is_wrong_is_a_number_and_words() {
    let made = sampler(CARD, (90.0, 110.0), &[82]).unwrap();
    let (mut pb, mut event) = (7.0, empty());
    let refuses = |code: c_int, want: c_int, words: &str| {
        assert_eq!(code, want, "{}", last_error());
        assert!(last_error().contains(words), "{}", last_error());
    };
    unsafe {
        let code = millibrem_cross_section(made, 29, 100.0, &mut pb);
        refuses(
            code,
            MILLIBREM_ELEMENT,
            "no element of Z = 29; it was made for 82",
        );
        let code = millibrem_cross_section(made, 82, 111.0, &mut pb);
        refuses(
            code,
            MILLIBREM_ENERGY,
            "111 GeV is outside of the sampler's range: 90 to 110 GeV",
        );
        let code = millibrem_cross_section(made, 82, f64::NAN, &mut pb);
        refuses(code, MILLIBREM_ENERGY, "outside");
        assert_eq!(pb, 7.0);
        let code = millibrem_cross_section(null(), 82, 100.0, &mut pb);
        refuses(code, MILLIBREM_ARGUMENT, "`sampler` is a null pointer");
        let code = millibrem_cross_section(made, 82, 100.0, null_mut());
        refuses(code, MILLIBREM_ARGUMENT, "`pb` is a null pointer");
        let code = millibrem_sample_with(made, 82, 100.0, None, null_mut(), &mut event);
        refuses(code, MILLIBREM_ARGUMENT, "`uniform` is a null pointer");
        let missing = c("/nowhere/card.toml");
        let code =
            millibrem_sampler_from_file(missing.as_ptr(), 1.0, 2.0, null(), 0, &mut null_mut());
        refuses(code, MILLIBREM_FILE, "/nowhere/card.toml: ");
        millibrem_sampler_free(made);
        millibrem_sampler_free(null_mut());
    }
    let refused = |card: &str, range, z: &[c_int]| sampler(card, range, z).unwrap_err();
    let (code, words) = refused("na64", (1.0, 2.0), &[82]);
    assert!(
        code == MILLIBREM_CARD && words.contains("ldmx-2025, ldmx-4gev-w"),
        "{words}"
    );
    assert!(words.ends_with("found `na64`"), "{words}");
    let (code, words) = refused(&CARD.replace("energy_gev", "energy"), (1.0, 2.0), &[82]);
    assert!(
        code == MILLIBREM_CARD && words.contains("energy_gev"),
        "{words}"
    );
    let (code, words) = refused(CARD, (90.0, 110.0), &[-3]);
    assert!(
        code == MILLIBREM_REQUEST && words.contains("found -3"),
        "{words}"
    );
    let (code, words) = refused(CARD, (110.0, 90.0), &[82]);
    assert!(
        code == MILLIBREM_REQUEST && words.contains("two rising energies"),
        "{words}"
    );
}

#[test]
fn a_shipped_card_is_known_by_its_name() {
    let made = sampler("na64mu-2025", (150.0, 160.0), &[]).unwrap();
    let card = shipped("na64mu-2025").unwrap().with(&[]).unwrap();
    let library = run::sampler(&card, (150.0, 160.0), &[]).unwrap();
    let mut pb = 0.0;
    assert_eq!(
        unsafe { millibrem_cross_section(made, 82, 155.0, &mut pb) },
        0
    );
    assert_eq!(pb, library.cross_section(0, 155.0).unwrap());
    unsafe { millibrem_sampler_free(made) };
}
