// A block of matter shot at with leptons: how often they make dark particles, and the energy that is missing.
//
//     block card=na64mu-2025 particle=mu- energy=160 material=G4_Pb length=224 events=10000 bias=1e12
//
// Every word is key=value; those above are the defaults but for `card` and `bias` (1). Others: `low`, the lowest kinetic energy in
// GeV that the sampler is made for (half the beam); `sampler`, a file to load it from, made where there is
// none; `threads` (1); `seed` (1); `list`: transport (nothing but the process and geometry), muon (muon losses,
// no data files), or the name of a reference list such as FTFP_BERT; `macro`, commands before the beam is
// on; `out`, the histogram (block.txt). Lengths in mm, energies in GeV; `energy` is the total.
//
// Prints interactions per lepton and writes the histogram of the missing energy, that of the dark particles:
// edges in GeV, interactions per lepton in the bin, its error.

#include <G4Box.hh>
#include <G4Electron.hh>
#include <G4Event.hh>
#include <G4Gamma.hh>
#include <G4LogicalVolume.hh>
#include <G4MuBremsstrahlung.hh>
#include <G4MuIonisation.hh>
#include <G4MuPairProduction.hh>
#include <G4MuonMinus.hh>
#include <G4MuonPlus.hh>
#include <G4NistManager.hh>
#include <G4ParticleGun.hh>
#include <G4PhysListFactory.hh>
#include <G4Positron.hh>
#include <G4PVPlacement.hh>
#include <G4Run.hh>
#include <G4RunManager.hh>
#include <G4RunManagerFactory.hh>
#include <G4UImanager.hh>
#include <G4UserEventAction.hh>
#include <G4UserRunAction.hh>
#include <G4UserTrackingAction.hh>
#include <G4VModularPhysicsList.hh>
#include <G4VUserActionInitialization.hh>
#include <G4VUserDetectorConstruction.hh>
#include <G4VUserPrimaryGeneratorAction.hh>
#include <array>
#include <cmath>
#include <fstream>
#include <iostream>
#include <map>
#include <millibrem_geant4.hh>

namespace {

constexpr int bins = 40;

/// What was asked for.
struct options {
    std::map<std::string, std::string> words{{"card", ""},        {"particle", "mu-"}, {"energy", "160"},
                                             {"low", ""},         {"material", "G4_Pb"}, {"length", "224"},
                                             {"events", "10000"}, {"bias", "1"},     {"threads", "1"},
                                             {"seed", "1"},       {"list", "transport"}, {"macro", ""},
                                             {"sampler", ""},     {"out", "block.txt"}};
    const std::string &text(const std::string &key) const { return words.at(key); }
    double number(const std::string &key) const { return std::stod(words.at(key)); }
};

/// Sums over the events of a thread, then of all.
class sums : public G4Run {
public:
    explicit sums(double energy) : energy_(energy) {}
    void fill(double missing, double weight) {
        yield_ += weight;
        yield2_ += weight * weight;
        mean_ += weight * missing;
        ++interactions_;
        const auto bin = static_cast<std::size_t>(missing / energy_ * bins);
        if (bin < bins) {
            bin_[bin] += weight;
            bin2_[bin] += weight * weight;
        }
    }
    void Merge(const G4Run *other) override {
        const auto &one = static_cast<const sums &>(*other);
        yield_ += one.yield_;
        yield2_ += one.yield2_;
        mean_ += one.mean_;
        interactions_ += one.interactions_;
        for (std::size_t i = 0; i < bins; ++i) {
            bin_[i] += one.bin_[i];
            bin2_[i] += one.bin2_[i];
        }
        G4Run::Merge(other);
    }
    void tell(const std::string &file) const {
        const double n = GetNumberOfEvent();
        std::cout.precision(10);
        std::cout << interactions_ << " interactions of " << n << " leptons: " << yield_ / n << " +- "
                  << std::sqrt(yield2_) / n << " per lepton, mean missing energy "
                  << (yield_ > 0 ? mean_ / yield_ : 0.0) << " GeV\n";
        std::ofstream out(file);
        out.precision(10);
        for (std::size_t i = 0; i < bins; ++i) {
            const auto edge = [&](std::size_t k) { return energy_ * static_cast<double>(k) / bins; };
            out << edge(i) << ' ' << edge(i + 1) << ' ' << bin_[i] / n << ' ' << std::sqrt(bin2_[i]) / n << '\n';
        }
    }

private:
    double energy_;
    double yield_ = 0, yield2_ = 0, mean_ = 0;
    long interactions_ = 0;
    std::array<double, bins> bin_{}, bin2_{};
};

class runs : public G4UserRunAction {
public:
    explicit runs(const options &asked) : asked_(asked) {}
    G4Run *GenerateRun() override { return new sums(asked_.number("energy")); }
    void EndOfRunAction(const G4Run *run) override {
        if (IsMaster()) static_cast<const sums *>(run)->tell(asked_.text("out"));
    }

private:
    const options &asked_;
};

/// The dark particles of an event.
class events : public G4UserEventAction {
public:
    void BeginOfEventAction(const G4Event *) override { missing_ = weight_ = 0; }
    void add(const G4Track &track) {
        missing_ += track.GetTotalEnergy() / GeV;
        weight_ = track.GetWeight();
    }
    void EndOfEventAction(const G4Event *) override {
        if (weight_ <= 0) return;
        auto *run = G4RunManager::GetRunManager()->GetNonConstCurrentRun();
        static_cast<sums *>(run)->fill(missing_, weight_);
    }

private:
    double missing_ = 0, weight_ = 0;
};

class tracks : public G4UserTrackingAction {
public:
    explicit tracks(events &to) : to_(to) {}
    void PreUserTrackingAction(const G4Track *track) override {
        if (track->GetDefinition()->GetParticleType() == "dark") to_.add(*track);
    }

private:
    events &to_;
};

class beam : public G4VUserPrimaryGeneratorAction {
public:
    explicit beam(const options &asked) {
        auto *particle = G4ParticleTable::GetParticleTable()->FindParticle(asked.text("particle"));
        if (particle == nullptr) millibrem::geant4::refuse("block", "no particle " + asked.text("particle"));
        gun_.SetParticleDefinition(particle);
        gun_.SetParticleEnergy(asked.number("energy") * GeV - particle->GetPDGMass());
        gun_.SetParticleMomentumDirection({0, 0, 1});
        gun_.SetParticlePosition({0, 0, -0.5 * asked.number("length") * mm - 1 * mm});
    }
    void GeneratePrimaries(G4Event *event) override { gun_.GeneratePrimaryVertex(event); }

private:
    G4ParticleGun gun_{1};
};

class actions : public G4VUserActionInitialization {
public:
    explicit actions(const options &asked) : asked_(asked) {}
    void BuildForMaster() const override { SetUserAction(new runs(asked_)); }
    void Build() const override {
        SetUserAction(new beam(asked_));
        SetUserAction(new runs(asked_));
        auto *one = new events;
        SetUserAction(one);
        SetUserAction(new tracks(*one));
    }

private:
    const options &asked_;
};

class block : public G4VUserDetectorConstruction {
public:
    explicit block(const options &asked) : asked_(asked) {}
    G4VPhysicalVolume *Construct() override {
        auto *nist = G4NistManager::Instance();
        const double half = 0.5 * asked_.number("length") * mm;
        auto *world = new G4LogicalVolume(new G4Box("world", 1 * m, 1 * m, half + 10 * mm),
                                          nist->FindOrBuildMaterial("G4_Galactic"), "world");
        auto *target = new G4LogicalVolume(new G4Box("block", 0.5 * m, 0.5 * m, half),
                                           nist->FindOrBuildMaterial(asked_.text("material")), "block");
        new G4PVPlacement(nullptr, {}, target, "block", world, false, 0);
        return new G4PVPlacement(nullptr, {}, world, "world", nullptr, false, 0);
    }

private:
    const options &asked_;
};

/// Leptons and photons; with `losses`, those of muons, which need no data files.
class leptons : public G4VPhysicsConstructor {
public:
    explicit leptons(bool losses) : G4VPhysicsConstructor("leptons"), losses_(losses) {}
    void ConstructParticle() override {
        G4Electron::Definition();
        G4Positron::Definition();
        G4Gamma::Definition();
        G4MuonMinus::Definition();
        G4MuonPlus::Definition();
    }
    void ConstructProcess() override {
        if (!losses_) return;
        for (auto *muon : {static_cast<G4ParticleDefinition *>(G4MuonMinus::Definition()),
                           static_cast<G4ParticleDefinition *>(G4MuonPlus::Definition())}) {
            auto *manager = muon->GetProcessManager();
            manager->AddProcess(new G4MuIonisation, -1, 1, 1);
            manager->AddProcess(new G4MuBremsstrahlung, -1, 2, 2);
            manager->AddProcess(new G4MuPairProduction, -1, 3, 3);
        }
    }

private:
    bool losses_;
};

G4VModularPhysicsList *list(const std::string &name) {
    if (name == "transport" || name == "muon") {
        auto *own = new G4VModularPhysicsList;
        own->RegisterPhysics(new leptons(name == "muon"));
        return own;
    }
    G4PhysListFactory factory;
    if (!factory.IsReferencePhysList(name)) {
        millibrem::geant4::refuse("block", "list: expected transport, muon or a reference list, found " + name);
    }
    return factory.GetReferencePhysList(name);
}

/// The sampler for the elements of the block.
millibrem::geant4::shared_sampler made(const options &asked) {
    const auto &file = asked.text("sampler");
    if (!file.empty() && std::ifstream(file)) {
        return std::make_shared<const millibrem::sampler>(millibrem::sampler::load(file));
    }
    auto *material = G4NistManager::Instance()->FindOrBuildMaterial(asked.text("material"));
    if (material == nullptr) millibrem::geant4::refuse("block", "no material " + asked.text("material"));
    std::vector<int> z;
    for (const auto *element : *material->GetElementVector()) z.push_back(element->GetZasInt());
    const double high = asked.number("energy");
    const double low = asked.text("low").empty() ? 0.5 * high : asked.number("low");
    const auto &card = asked.text("card");
    const bool is_file = card.size() > 5 && card.substr(card.size() - 5) == ".toml";
    auto one = is_file ? millibrem::sampler::from_file(card, low, high, z)
                       : millibrem::sampler::from_card(card, low, high, z);
    if (!file.empty()) one.save(file);
    return std::make_shared<const millibrem::sampler>(std::move(one));
}

int run(int argc, char **argv) {
    options asked;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const auto equals = word.find('=');
        const auto key = asked.words.find(word.substr(0, equals));
        if (equals == std::string::npos || key == asked.words.end()) {
            std::cerr << "block: expected key=value with one of";
            for (const auto &one : asked.words) std::cerr << ' ' << one.first;
            std::cerr << ", found " << word << '\n';
            return 2;
        }
        key->second = word.substr(equals + 1);
    }
    const int threads = static_cast<int>(asked.number("threads"));
    auto *manager = G4RunManagerFactory::CreateRunManager(
        threads > 1 ? G4RunManagerType::MTOnly : G4RunManagerType::SerialOnly, threads);
    G4Random::setTheSeed(static_cast<long>(asked.number("seed")));
    const auto sampler = made(asked);
    manager->SetUserInitialization(new block(asked));
    auto *physics = list(asked.text("list"));
    physics->RegisterPhysics(new millibrem::geant4::physics(sampler));
    manager->SetUserInitialization(physics);
    manager->SetUserInitialization(new actions(asked));

    auto *commands = G4UImanager::GetUIpointer();
    commands->ApplyCommand("/millibrem/bias " + asked.text("bias"));
    commands->ApplyCommand("/millibrem/volume block");
    if (!asked.text("macro").empty()) commands->ApplyCommand("/control/execute " + asked.text("macro"));
    manager->Initialize();
    manager->BeamOn(static_cast<G4int>(asked.number("events")));
    delete manager;
    return 0;
}

}  // namespace

int main(int argc, char **argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception &error) {
        std::cerr << "block: " << error.what() << '\n';
        return 1;
    }
}
