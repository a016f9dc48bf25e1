// millibrem in Geant4: the exact process as a discrete process of e-, e+, mu- or mu+, the particles that it
// makes, and the commands /millibrem/ that steer it. Header only; link the C library and Geant4.
//
//     auto sampler = std::make_shared<const millibrem::sampler>(
//         millibrem::sampler::from_card("na64mu-2025", 80.0, 160.0, {82}));
//     physics_list->RegisterPhysics(new millibrem::geant4::physics(sampler));
//
// Units: the sampler's GeV and pb become Geant4's here and nowhere else; both speak of kinetic energies.
//
// The rate is that of the materials' atoms, sum_i n_i sigma_i(T). Between two steps the particle may lose
// energy: it interacts with the probability sigma(T after)/sigma(T before), which is exact where sigma does not
// fall with T within a step. An event interacts once at most, and only in the elements, the range of
// energies and the volume that it is asked for.
//
// Biasing: with a factor b the rate is b times what it is, and the products and the lepton have the weight
// w = exp((b - 1) tau)/b, where tau is the expected number of interactions on all paths of this event so far. Sums of
// w are then exact whatever b is; events without interaction keep the weight 1 and stand for the rest. With b tau
// of some per cent hardly any is spoilt.
//
// Random numbers: an event of the sampler belongs to 64 bits that are drawn from Geant4's engine, so that its
// seeds reproduce everything. Threads: one object of `process` a thread, one sampler for all.

#ifndef MILLIBREM_GEANT4_HH
#define MILLIBREM_GEANT4_HH

#include <G4DynamicParticle.hh>
#include <G4Element.hh>
#include <G4Event.hh>
#include <G4EventManager.hh>
#include <G4Exception.hh>
#include <G4GenericMessenger.hh>
#include <G4IonTable.hh>
#include <G4LogicalVolume.hh>
#include <G4Material.hh>
#include <G4ParticleChange.hh>
#include <G4ParticleDefinition.hh>
#include <G4ParticleTable.hh>
#include <G4ProcessManager.hh>
#include <G4Step.hh>
#include <G4SystemOfUnits.hh>
#include <G4ThreeVector.hh>
#include <G4Track.hh>
#include <G4VDiscreteProcess.hh>
#include <G4VPhysicalVolume.hh>
#include <G4VPhysicsConstructor.hh>
#include <Randomize.hh>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "millibrem.hpp"

namespace millibrem::geant4 {

using shared_sampler = std::shared_ptr<const millibrem::sampler>;

/// Hands an error of the library to Geant4, which ends the program.
[[noreturn]] inline void refuse(const char *where, const std::string &words) {
    G4Exception(where, "millibrem", FatalException, words.c_str());
    // Should a handler of exceptions let it pass.
    throw millibrem::error(MILLIBREM_REQUEST, words);
}

/// 64 bits from Geant4's engine.
inline std::uint64_t seed() {
    const auto half = [] { return static_cast<std::uint64_t>(G4UniformRand() * 4294967296.0); };
    const std::uint64_t high = half();
    return high << 32 | half();
}

inline bool is_lepton(const millibrem::particle &one) { return one.role() == "lepton_out"; }
inline bool is_nucleus(const millibrem::particle &one) { return one.role() == "nucleus_out"; }

/// Geant4's definition of a dark particle, made where there is none of its PDG number. To be called where
/// particles are constructed, before any run. A definition of another mass or charge is refused.
inline G4ParticleDefinition *define(const millibrem::particle &one) {
    auto *table = G4ParticleTable::GetParticleTable();
    const double mass = one.mass * GeV, charge = one.charge * eplus;
    if (auto *known = table->FindParticle(one.pdg)) {
        const bool same = std::abs(known->GetPDGMass() - mass) <= 1e-9 * mass &&
                          std::abs(known->GetPDGCharge() - charge) <= 1e-9 * std::abs(charge);
        if (!same) {
            refuse("millibrem::geant4::define",
                   "the particle " + std::to_string(one.pdg) + " of the card has a mass of " + std::to_string(one.mass) +
                       " GeV and the charge " + std::to_string(one.charge) + "; Geant4 has " +
                       known->GetParticleName() + " of " + std::to_string(known->GetPDGMass() / GeV) + " GeV and " +
                       std::to_string(known->GetPDGCharge() / eplus));
        }
        return known;
    }
    const std::string role(one.role());
    const std::string name = role == "chibar" ? "anti_chi" : role;
    const bool boson = role != "chi" && role != "chibar";
    const int anti = boson ? one.pdg : -one.pdg;
    // Twice the spin, parities and isospins: no process of Geant4 asks for them.
    return new G4ParticleDefinition(name, mass, 0.0, charge, boson ? 2 : 1, 0, 0, 0, 0, 0, "dark", 0, 0, one.pdg, true,
                                    -1.0, nullptr, false, "millibrem", anti);
}

/// Defines all dark particles that a sampler makes.
inline void define_particles(const millibrem::sampler &sampler) {
    for (const auto &one : sampler.outgoing(sampler.elements().front())) {
        if (!is_lepton(one) && !is_nucleus(one)) define(one);
    }
}

/// What becomes of the struck nucleus.
enum class recoil {
    deposit,  ///< its kinetic energy is left at the vertex, where it stops within micrometres
    track,    ///< an ion is tracked, which needs G4GenericIon and its processes
    drop      ///< nothing
};

/// What is the same for all threads: set it before the run, by hand or by the commands /millibrem/.
struct settings {
    double bias = 1.0;
    /// Lowest kinetic energy that interacts, in Geant4's units.
    double lowest = 0.0;
    /// Name of the logical volume where it happens; everywhere if empty.
    G4String volume;
    recoil nucleus = recoil::deposit;
};

/// Adds an event of the sampler to the change of a track: the lepton goes on as the same track, or ends.
inline void apply(const millibrem::sampler &sampler, const G4Track &track, int z, double ekin, double weight,
                  recoil nucleus, G4ParticleChange &change) {
    // Kinetic energies at the end of a step; what lies outside of the tables by rounding is in.
    const auto event = sampler.sample(z, ekin / GeV, seed());
    const auto particles = sampler.outgoing(z);
    const double all = weight * event.weight();
    bool survives = false;
    change.SetSecondaryWeightByProcess(true);
    change.SetNumberOfSecondaries(static_cast<G4int>(event.size()));
    for (std::size_t i = 0; i < event.size(); ++i) {
        const auto p = event[i].p;
        G4ThreeVector momentum(p[1] * GeV, p[2] * GeV, p[3] * GeV);
        momentum.rotateUz(track.GetMomentumDirection());
        const double mass = particles[i].mass * GeV;
        const double magnitude = momentum.mag();
        // E - m without the loss of digits of a slow nucleus.
        const double kinetic = magnitude * magnitude / (p[0] * GeV + mass);
        if (is_lepton(particles[i])) {
            survives = true;
            change.ProposeEnergy(kinetic);
            change.ProposeMomentumDirection(momentum.unit());
            continue;
        }
        const G4ParticleDefinition *definition = nullptr;
        if (is_nucleus(particles[i])) {
            if (nucleus == recoil::deposit) change.ProposeLocalEnergyDeposit(kinetic);
            if (nucleus != recoil::track) continue;
            const int a = particles[i].pdg / 10 % 1000;
            definition = G4IonTable::GetIonTable()->GetIon(z, a, 0.0);
        } else {
            definition = G4ParticleTable::GetParticleTable()->FindParticle(particles[i].pdg);
        }
        if (definition == nullptr) {
            refuse("millibrem::geant4::apply",
                   "Geant4 does not know the particle " + std::to_string(particles[i].pdg) +
                       "; call millibrem::geant4::define_particles where particles are constructed");
        }
        auto *secondary =
            new G4Track(new G4DynamicParticle(definition, momentum), track.GetGlobalTime(), track.GetPosition());
        secondary->SetTouchableHandle(track.GetTouchableHandle());
        secondary->SetWeight(all);
        change.AddSecondary(secondary);
    }
    change.ProposeParentWeight(all);
    if (!survives) {
        change.ProposeEnergy(0.0);
        change.ProposeTrackStatus(fStopAndKill);
    }
}

/// The process; each thread has its own.
class process : public G4VDiscreteProcess {
public:
    process(shared_sampler sampler, std::shared_ptr<const settings> settings, const G4String &name = "millibrem")
        : G4VDiscreteProcess(name, fUserDefined), sampler_(std::move(sampler)), settings_(std::move(settings)) {
        SetProcessSubType(1);
        pdg_ = std::abs(sampler_->projectile().pdg);
        // A positron that annihilates leaves no lepton: its cross section is that of one charge only.
        for (const auto &one : sampler_->outgoing(sampler_->elements().front())) keeps_lepton_ |= is_lepton(one);
        for (int z : sampler_->elements()) known_.push_back(z);
        const auto ends = sampler_->range();
        low_ = ends.first * GeV;
        high_ = ends.second * GeV;
        pParticleChange = &change_;
    }

    /// Both charges where the lepton survives, since the tree-level cross section is the same.
    G4bool IsApplicable(const G4ParticleDefinition &particle) override {
        const int pdg = particle.GetPDGEncoding();
        return keeps_lepton_ ? std::abs(pdg) == pdg_ : pdg == sampler_->projectile().pdg;
    }

    /// Interactions per length at a kinetic energy, without bias.
    double rate(const G4Material &material, double ekin) const {
        if (ekin < low_ || ekin < settings_->lowest) return 0.0;
        if (ekin > high_) {
            refuse("millibrem::geant4::process",
                   "a particle of " + std::to_string(ekin / GeV) + " GeV is beyond the " +
                       std::to_string(high_ / GeV) + " GeV that the sampler was made for");
        }
        double sum = 0.0;
        for (std::size_t i = 0; i < material.GetNumberOfElements(); ++i) sum += part(material, i, ekin);
        return sum;
    }

    void StartTracking(G4Track *track) override {
        G4VDiscreteProcess::StartTracking(track);
        rate_ = 0.0;
        const auto *event = G4EventManager::GetEventManager()->GetConstCurrentEvent();
        if (track->GetTrackID() == 1 || event != event_) {
            event_ = event;
            tau_ = 0.0;
            done_ = false;
        }
    }

    G4double PostStepGetPhysicalInteractionLength(const G4Track &track, G4double previous,
                                                  G4ForceCondition *condition) override {
        tau_ += rate_ * previous;
        return G4VDiscreteProcess::PostStepGetPhysicalInteractionLength(track, previous, condition);
    }

    G4VParticleChange *PostStepDoIt(const G4Track &track, const G4Step &step) override {
        change_.Initialize(track);
        ClearNumberOfInteractionLengthLeft();
        const double before = rate_, ekin = track.GetKineticEnergy();
        const double now = rate(*track.GetMaterial(), ekin);
        tau_ += rate_ * step.GetStepLength();
        rate_ = 0.0;
        if (done_ || now <= 0.0 || (now < before && G4UniformRand() * before > now)) return &change_;
        done_ = true;
        const double bias = settings_->bias;
        const double weight = track.GetWeight() * std::exp((bias - 1.0) * tau_) / bias;
        try {
            apply(*sampler_, track, struck(*track.GetMaterial(), ekin, now), ekin, weight, settings_->nucleus, change_);
        } catch (const millibrem::error &error) {
            refuse("millibrem::geant4::process", error.what());
        }
        return &change_;
    }

protected:
    G4double GetMeanFreePath(const G4Track &track, G4double, G4ForceCondition *condition) override {
        *condition = NotForced;
        const auto &volume = settings_->volume;
        const bool here = volume.empty() || track.GetVolume()->GetLogicalVolume()->GetName() == volume;
        rate_ = here && !done_ ? rate(*track.GetMaterial(), track.GetKineticEnergy()) : 0.0;
        const double biased = settings_->bias * rate_;
        return biased > 0.0 ? 1.0 / biased : DBL_MAX;
    }

private:
    /// What element `i` of a material gives to the rate.
    double part(const G4Material &material, std::size_t i, double ekin) const {
        const int z = (*material.GetElementVector())[i]->GetZasInt();
        for (int known : known_) {
            if (known == z) {
                const double density = material.GetVecNbOfAtomsPerVolume()[i];
                return density * sampler_->cross_section(z, ekin / GeV) * picobarn;
            }
        }
        return 0.0;
    }

    /// The element that is struck.
    int struck(const G4Material &material, double ekin, double rate) const {
        double left = G4UniformRand() * rate;
        int z = 0;
        for (std::size_t i = 0; i < material.GetNumberOfElements(); ++i) {
            const double here = part(material, i, ekin);
            if (here > 0.0) z = (*material.GetElementVector())[i]->GetZasInt();
            if (left < here) break;
            left -= here;
        }
        return z;
    }

    shared_sampler sampler_;
    std::shared_ptr<const settings> settings_;
    G4ParticleChange change_;
    std::vector<int> known_;
    int pdg_ = 0;
    bool keeps_lepton_ = false;
    double low_ = 0.0, high_ = 0.0;
    /// Of the step that is being made, without bias.
    double rate_ = 0.0;
    /// Of this event: interactions expected so far, and whether there has been one.
    double tau_ = 0.0;
    bool done_ = false;
    const G4Event *event_ = nullptr;
};

/// Particles and process as one part of a physics list, with the commands
/// /millibrem/bias, /millibrem/lowestEnergy, /millibrem/volume, /millibrem/recoil (deposit, track, drop).
class physics : public G4VPhysicsConstructor {
public:
    explicit physics(shared_sampler sampler, const G4String &name = "millibrem")
        : G4VPhysicsConstructor(name), sampler_(std::move(sampler)), settings_(std::make_shared<settings>()),
          commands_(std::make_unique<G4GenericMessenger>(this, "/millibrem/", "Dark particles made by a lepton")) {
        commands_->DeclareMethod("bias", &physics::set_bias, "Factor on the rate; events have weights for it");
        commands_->DeclareMethodWithUnit("lowestEnergy", "GeV", &physics::set_lowest,
                                         "Lowest kinetic energy that interacts");
        commands_->DeclareMethod("volume", &physics::set_volume, "Logical volume where it happens; \"all\" for all");
        commands_->DeclareMethod("recoil", &physics::set_recoil, "What becomes of the nucleus: deposit, track, drop");
    }

    void set_bias(G4double bias) {
        if (!(bias > 0.0 && std::isfinite(bias))) {
            refuse("/millibrem/bias", "expected a number above 0, found " + std::to_string(bias));
        }
        settings_->bias = bias;
    }
    void set_lowest(G4double ekin) { settings_->lowest = ekin; }
    void set_volume(G4String name) { settings_->volume = name == "all" ? G4String() : name; }
    void set_recoil(G4String name) {
        if (name == "deposit") settings_->nucleus = recoil::deposit;
        else if (name == "track") settings_->nucleus = recoil::track;
        else if (name == "drop") settings_->nucleus = recoil::drop;
        else refuse("/millibrem/recoil", "expected deposit, track or drop, found " + name);
    }

    void ConstructParticle() override { define_particles(*sampler_); }

    void ConstructProcess() override {
        // Owned by the process table of this thread.
        auto *one = new process(sampler_, settings_);
        auto *particles = GetParticleIterator();
        particles->reset();
        while ((*particles)()) {
            auto *particle = particles->value();
            if (one->IsApplicable(*particle)) particle->GetProcessManager()->AddDiscreteProcess(one);
        }
    }

private:
    shared_sampler sampler_;
    std::shared_ptr<settings> settings_;
    std::unique_ptr<G4GenericMessenger> commands_;
};

}  // namespace millibrem::geant4

#endif
