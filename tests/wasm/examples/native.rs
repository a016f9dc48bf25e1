//! Prints card, method and the bits of σ, a line each, for `tests/wasm/run.mjs`.

use millibrem_wasm_test::{cards, sigma_pb};

fn main() {
    for card in 0..cards() {
        for quadrature in [false, true] {
            let bits = sigma_pb(card, quadrature).to_bits();
            println!("{card} {} {bits:016x}", u8::from(quadrature));
        }
    }
}
