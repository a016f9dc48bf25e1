// The Geant4 process without Geant4: tracks go straight through a block of lead and oxygen in steps, with and
// without loss of energy. Yields against what the cross sections say, weights, conservation, directions, seeds.
#include <cstdio>
#include <millibrem_g4darkbrem.hh>

#define HOLDS(what)                                                      \
    do {                                                                 \
        if (!(what)) {                                                   \
            std::printf("line %d: %s does not hold\n", __LINE__, #what); \
            return 1;                                                    \
        }                                                                \
    } while (false)

namespace {

using namespace millibrem::geant4;

/// A block along the direction of the beam.
struct setup {
    G4Element lead{82}, oxygen{8};
    G4Material material{{&lead, &oxygen}, {3.3e19, 3.3e19}};  // 1/mm^3
    G4LogicalVolume logical{"block"};
    G4VPhysicalVolume volume{&logical};
    double step = 20 * mm, length = 200 * mm;
    /// Energy lost in a step.
    double loss = 0;
};

struct found {
    double sum = 0, sum2 = 0, mean_energy = 0;
    int number = 0;
    std::vector<double> energies;
};

/// Shoots muons of 100 GeV and adds up the weights of interactions.
found shoot(process &one, setup &at, G4ParticleDefinition *muon, const G4ThreeVector &direction, int events,
            const std::function<void(const G4Track &, const G4ParticleChange &)> &look = nullptr) {
    found all;
    std::vector<G4Event> event(2);
    for (int k = 0; k < events; ++k) {
        // As in Geant4, another event may stand where the last but one did.
        G4EventManager::GetEventManager()->current = &event[static_cast<std::size_t>(k % 2)];
        double ekin = 100 * GeV, previous = 0;
        double to_go = at.length;
        bool first = true;
        while (to_go > 1e-9) {
            const double m = muon->GetPDGMass(), p = std::sqrt(ekin * (ekin + 2 * m));
            G4Track track(new G4DynamicParticle(muon, direction * p), 0, {});
            track.material = &at.material;
            track.volume = &at.volume;
            if (first) one.StartTracking(&track);
            first = false;
            G4ForceCondition condition;
            const double free = one.PostStepGetPhysicalInteractionLength(track, previous, &condition);
            const double step = std::min({free, at.step, to_go});
            to_go -= step;
            ekin -= at.loss * step / at.step;
            previous = step;
            if (step < free) continue;
            const double q = std::sqrt(ekin * (ekin + 2 * m));
            G4Track now(new G4DynamicParticle(muon, direction * q), 0, {});
            now.material = &at.material;
            now.volume = &at.volume;
            const auto &change = static_cast<const G4ParticleChange &>(*one.PostStepDoIt(now, {step}));
            previous = 0;
            if (change.secondaries.empty()) continue;
            const double w = change.weight;
            all.sum += w;
            all.sum2 += w * w;
            all.mean_energy += w * change.energy;
            all.energies.push_back(change.energy);
            ++all.number;
            if (look) look(now, change);
            break;
        }
    }
    return all;
}

int run(const char *file) {
    auto sampler = std::make_shared<const millibrem::sampler>(millibrem::sampler::load(file));
    auto *muon = new G4ParticleDefinition("mu-", 105.6583755, 0, -1, 1, 0, 0, 0, 0, 0, "lepton", 1, 0, 13, true, -1, nullptr);
    auto *positive = new G4ParticleDefinition("mu+", 105.6583755, 0, 1, 1, 0, 0, 0, 0, 0, "lepton", -1, 0, -13, true, -1, nullptr);
    auto *electron = new G4ParticleDefinition("e-", 0.511, 0, -1, 1, 0, 0, 0, 0, 0, "lepton", 1, 0, 11, true, -1, nullptr);

    physics constructor(sampler);
    constructor.ConstructParticle();
    const auto particles = sampler->outgoing(82);
    auto *chi = G4ParticleTable::GetParticleTable()->FindParticle(particles[2].pdg);
    HOLDS(chi != nullptr && chi->GetPDGMass() == particles[2].mass * GeV && chi->GetPDGCharge() == particles[2].charge);
    HOLDS(define(particles[2]) == chi);
    auto other = particles[2];
    other.mass *= 2;
    try {
        define(other);
        HOLDS(false);
    } catch (const std::runtime_error &error) {
        HOLDS(std::string(error.what()).find("chi of") != std::string::npos);
    }
    constructor.ConstructProcess();
    HOLDS(muon->GetProcessManager()->all.size() == 1 && positive->GetProcessManager()->all.size() == 1);
    HOLDS(electron->GetProcessManager()->all.empty());

    // Interactions per muon against n sigma L, whatever the bias. Oxygen is not in the sampler.
    auto settings = std::make_shared<millibrem::geant4::settings>();
    setup at;
    const double sigma = sampler->cross_section(82, 100.0) * picobarn;
    const double expected = 3.3e19 * sigma * at.length;
    process one(sampler, settings);
    HOLDS(std::abs(one.rate(at.material, 100 * GeV) * at.length / expected - 1) < 1e-12);
    for (const double tau : {0.05, 1.5}) {
        settings->bias = tau / expected;
        const auto all = shoot(one, at, muon, {0, 0, 1}, 40000);
        const double mean = all.sum / 40000, error = std::sqrt(all.sum2) / 40000;
        HOLDS(std::abs(mean / expected - 1) < 3.5 * error / expected && error / expected < 0.04);
        HOLDS(std::abs(all.number / 40000.0 - (1 - std::exp(-tau))) < 0.01);
    }

    // Momentum and energy are what the muon lost, along any direction; the recoil stays.
    const G4ThreeVector direction = G4ThreeVector(0.3, -0.8, -0.5).unit();
    settings->bias = 1 / expected;
    bool conserved = true;
    shoot(one, at, muon, direction, 2000, [&](const G4Track &track, const G4ParticleChange &change) {
        const double m = muon->GetPDGMass(), before = track.GetKineticEnergy();
        double energy = change.energy + change.deposit;
        G4ThreeVector dark;
        for (const auto &one_of : change.secondaries) {
            const auto p = one_of->GetDynamicParticle()->GetMomentum();
            energy += std::hypot(p.mag(), one_of->GetDefinition()->GetPDGMass());
            dark = dark + p;
            conserved &= one_of->GetWeight() == change.weight;
        }
        const double after = std::sqrt(change.energy * (change.energy + 2 * m));
        const G4ThreeVector kick = direction * std::sqrt(before * (before + 2 * m)) + change.direction * -after + dark * -1;
        const double mass = particles[1].mass * GeV;
        // What is missing is the momentum of a nucleus with the energy that was left behind.
        const double recoil = std::sqrt(change.deposit * (change.deposit + 2 * mass));
        conserved &= std::abs(energy - before) < 1e-6 * before;
        conserved &= std::abs(kick.mag() - recoil) < 1e-3 * recoil + 1e-2 * MeV;
    });
    HOLDS(conserved);

    // The same seed, the same events.
    engine().seed(7);
    const auto first = shoot(one, at, muon, {0, 0, 1}, 500);
    engine().seed(7);
    HOLDS(first.energies == shoot(one, at, muon, {0, 0, 1}, 500).energies && first.number > 100);

    // Muons that lose energy: the yield is the integral of n sigma(E) over the path.
    at.loss = 3 * GeV;
    double integral = 0;
    for (int k = 0; k < 1000; ++k) {
        integral += 3.3e19 * sampler->cross_section(82, 100 - 30 * (k + 0.5) / 1000) * picobarn * at.length / 1000;
    }
    HOLDS(integral < 0.95 * expected);
    const auto losing = shoot(one, at, muon, {0, 0, 1}, 100000);
    HOLDS(std::abs(losing.sum / 100000 / integral - 1) < 3.5 * std::sqrt(losing.sum2) / 100000 / integral);
    at.loss = 0;

    // Other volumes and lower energies are left alone; beyond the sampler's range is an error.
    settings->volume = "elsewhere";
    HOLDS(shoot(one, at, muon, {0, 0, 1}, 200).number == 0);
    settings->volume = "block";
    HOLDS(shoot(one, at, muon, {0, 0, 1}, 200).number > 0);
    settings->lowest = 120 * GeV;
    HOLDS(shoot(one, at, muon, {0, 0, 1}, 200).number == 0);
    settings->lowest = 0;
    HOLDS(one.rate(at.material, 1 * GeV) == 0);
    try {
        one.rate(at.material, 500 * GeV);
        HOLDS(false);
    } catch (const std::runtime_error &error) {
        HOLDS(std::string(error.what()).find("500.0") != std::string::npos);
    }

    darkbrem_model model(sampler);
    HOLDS(std::abs(model.ComputeCrossSectionPerAtom(100 * GeV, 207.2, 82) / sigma - 1) < 1e-12);
    HOLDS(model.ComputeCrossSectionPerAtom(1 * GeV, 207.2, 82) == 0);
    std::puts("all held");
    return 0;
}

}  // namespace

int main(int, char **argv) { return run(argv[1]); }
