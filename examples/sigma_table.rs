//! σ of a card at energies of one's own, on lead and on iron: what a transport program asks for.
//!
//!     cargo run --release --example sigma_table

use std::error::Error;

use millibrem::card;
use millibrem::cuts::Cuts;
use millibrem::matter::elements::Element;
use millibrem::matter::{Nucleus, NucleusSpin};
use millibrem::process::{Method, Registry};
use millibrem::run;

fn main() -> Result<(), Box<dyn Error>> {
    let card = card::shipped("na64mu-2025")
        .ok_or("no such card")?
        .with(&[])?;
    let inputs = run::inputs(&card)?;
    let registry = Registry::standard();
    let pair = registry.get("pair").ok_or("no such process")?;
    println!("E [GeV]   sigma(Pb) [pb]   sigma(Fe) [pb]");
    for energy_gev in [5.0, 10.0, 20.0, 40.0, 80.0, 160.0] {
        // Cuts on x stay at the same missing energy; here there is none.
        let mut at = inputs.at_energy(energy_gev)?;
        at.cuts = Cuts::NONE;
        let mut sigma = Vec::new();
        for symbol in ["Pb", "Fe"] {
            let element = Element::from_symbol(symbol).ok_or("no such element")?;
            let nucleus = Nucleus::of(element, NucleusSpin::Zero);
            let route = pair.of(&at.on(nucleus))?.route(Method::QUADRATURE);
            sigma.push(route.ok_or("no quadrature")?.sigma(1e-5)?.value_pb);
        }
        println!(
            "{energy_gev:>7}   {:>14.6e}   {:>14.6e}",
            sigma[0], sigma[1]
        );
    }
    Ok(())
}
