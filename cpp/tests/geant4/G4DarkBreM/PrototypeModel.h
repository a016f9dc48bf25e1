// The two virtual functions of G4DarkBreM's models, and what goes with them; hand-written for the tests.
#pragma once
#include "../stand_in.hh"

namespace g4db {
class PrototypeModel {
public:
    explicit PrototypeModel(bool muons) : muons_(muons) {}
    virtual ~PrototypeModel() = default;
    virtual void PrintInfo() const = 0;
    virtual G4double ComputeCrossSectionPerAtom(G4double, G4double, G4double) = 0;
    virtual void GenerateChange(G4ParticleChange &, const G4Track &, const G4Step &, const G4Element &) = 0;

protected:
    bool muons_;
};
}  // namespace g4db
