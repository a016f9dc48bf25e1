// millibrem as the model of G4DarkBreM's process (g4db::PrototypeModel), in place of scaled libraries: exact
// cross sections and events at any energy for whatever the card describes.
//
//     g4db::G4DarkBremsstrahlung(std::make_shared<millibrem::geant4::darkbrem_model>(sampler, muons), ...)
//
// Without it, G4DarkBreM computes the cross section of a dark photon by itself: with a library of pairs its
// rate is wrong. Its process needs a card with one dark photon, or the particles of
// millibrem::geant4::define_particles, defined before the run.

#ifndef MILLIBREM_G4DARKBREM_HH
#define MILLIBREM_G4DARKBREM_HH

#include <G4DarkBreM/PrototypeModel.h>

#include "millibrem_geant4.hh"

namespace millibrem::geant4 {

class darkbrem_model : public g4db::PrototypeModel {
public:
    explicit darkbrem_model(shared_sampler sampler)
        : g4db::PrototypeModel(std::abs(sampler->projectile().pdg) == 13), sampler_(std::move(sampler)) {}

    void PrintInfo() const override {
        const auto ends = sampler_->range();
        G4cout << " millibrem " << millibrem_version() << ", exact at " << ends.first << " to " << ends.second << " GeV"
               << G4endl;
    }

    /// In Geant4's units, 0 below the threshold and the range.
    G4double ComputeCrossSectionPerAtom(G4double ekin, G4double, G4double z) override {
        const auto ends = sampler_->range();
        if (ekin < ends.first * GeV) return 0.0;
        return sampler_->cross_section(static_cast<int>(std::lround(z)), ekin / GeV) * picobarn;
    }

    /// The lepton goes on as the same track.
    void GenerateChange(G4ParticleChange &change, const G4Track &track, const G4Step &, const G4Element &element) override {
        apply(*sampler_, track, element.GetZasInt(), track.GetKineticEnergy(), track.GetWeight(), recoil::deposit, change);
    }

private:
    shared_sampler sampler_;
};

}  // namespace millibrem::geant4

#endif
