// As much of Geant4's classes, under their own names, as millibrem_geant4.hh calls: enough to compile it and to
// move a track through a block in a straight line. Hand-written for the tests; no line of Geant4 is in it.
// Units as in Geant4: MeV, mm, ns, e.
#pragma once
#include <cmath>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

using G4double = double;
using G4int = int;
using G4bool = bool;
using G4String = std::string;
#define G4cout std::cout
#define G4endl std::endl

constexpr double MeV = 1, GeV = 1000, mm = 1, cm = 10, eplus = 1;
constexpr double picobarn = 1e-36 * cm * cm;

enum G4ExceptionSeverity { FatalException, JustWarning };
inline void G4Exception(const char *where, const char *, G4ExceptionSeverity, const char *words) {
    throw std::runtime_error(std::string(where) + ": " + words);
}

inline std::mt19937_64 &engine() {
    static std::mt19937_64 one(1);
    return one;
}
inline double G4UniformRand() { return std::uniform_real_distribution<double>()(engine()); }

struct G4ThreeVector {
    double x = 0, y = 0, z = 0;
    G4ThreeVector() = default;
    G4ThreeVector(double a, double b, double c) : x(a), y(b), z(c) {}
    double mag() const { return std::sqrt(x * x + y * y + z * z); }
    double dot(const G4ThreeVector &o) const { return x * o.x + y * o.y + z * o.z; }
    G4ThreeVector operator*(double f) const { return {f * x, f * y, f * z}; }
    G4ThreeVector operator+(const G4ThreeVector &o) const { return {x + o.x, y + o.y, z + o.z}; }
    G4ThreeVector unit() const { return *this * (1 / mag()); }
    /// From a frame whose z axis is the unit vector `to`.
    void rotateUz(const G4ThreeVector &to) {
        const double across = std::hypot(to.x, to.y);
        if (across == 0) {
            if (to.z < 0) *this = {-x, y, -z};
            return;
        }
        const G4ThreeVector u{to.x * to.z / across, to.y * to.z / across, -across};
        const G4ThreeVector v{-to.y / across, to.x / across, 0};
        *this = u * x + v * y + to * z;
    }
};

class G4VDiscreteProcess;
struct G4ProcessManager {
    std::vector<G4VDiscreteProcess *> all;
    void AddDiscreteProcess(G4VDiscreteProcess *one) { all.push_back(one); }
};

struct G4DecayTable;
class G4ParticleDefinition;
struct G4ParticleTable {
    std::vector<G4ParticleDefinition *> all;
    static G4ParticleTable *GetParticleTable() {
        static G4ParticleTable one;
        return &one;
    }
    G4ParticleDefinition *FindParticle(int pdg);
};

class G4ParticleDefinition {
public:
    G4ParticleDefinition(const G4String &name, double mass, double, double charge, int, int, int, int, int, int,
                         const G4String &type, int, int, int pdg, bool, double, G4DecayTable *, bool = false,
                         const G4String & = "", int = 0)
        : name_(name), type_(type), mass_(mass), charge_(charge), pdg_(pdg) {
        G4ParticleTable::GetParticleTable()->all.push_back(this);
    }
    const G4String &GetParticleName() const { return name_; }
    const G4String &GetParticleType() const { return type_; }
    double GetPDGMass() const { return mass_; }
    double GetPDGCharge() const { return charge_; }
    int GetPDGEncoding() const { return pdg_; }
    G4ProcessManager *GetProcessManager() { return &manager_; }

private:
    G4String name_, type_;
    double mass_, charge_;
    int pdg_;
    G4ProcessManager manager_;
};

inline G4ParticleDefinition *G4ParticleTable::FindParticle(int pdg) {
    for (auto *one : all) {
        if (one->GetPDGEncoding() == pdg) return one;
    }
    return nullptr;
}

struct G4IonTable {
    static G4IonTable *GetIonTable() {
        static G4IonTable one;
        return &one;
    }
    G4ParticleDefinition *GetIon(int z, int a, double) {
        return G4ParticleTable::GetParticleTable()->FindParticle(1000000000 + 10000 * z + 10 * a);
    }
};

struct G4Element {
    int z;
    int GetZasInt() const { return z; }
};
using G4ElementVector = std::vector<const G4Element *>;
struct G4Material {
    G4ElementVector elements;
    std::vector<double> densities;
    std::size_t GetNumberOfElements() const { return elements.size(); }
    const G4ElementVector *GetElementVector() const { return &elements; }
    const double *GetVecNbOfAtomsPerVolume() const { return densities.data(); }
};
struct G4LogicalVolume {
    G4String name;
    const G4String &GetName() const { return name; }
};
struct G4VPhysicalVolume {
    G4LogicalVolume *logical;
    G4LogicalVolume *GetLogicalVolume() const { return logical; }
};

class G4DynamicParticle {
public:
    G4DynamicParticle(const G4ParticleDefinition *is, const G4ThreeVector &p) : is_(is), p_(p) {}
    const G4ParticleDefinition *GetDefinition() const { return is_; }
    const G4ThreeVector &GetMomentum() const { return p_; }

private:
    const G4ParticleDefinition *is_;
    G4ThreeVector p_;
};

struct G4TouchableHandle {};
class G4Track {
public:
    G4Track(G4DynamicParticle *is, double, const G4ThreeVector &at) : is_(is), at_(at) {}
    const G4DynamicParticle *GetDynamicParticle() const { return is_.get(); }
    const G4ParticleDefinition *GetDefinition() const { return is_->GetDefinition(); }
    G4ThreeVector GetMomentumDirection() const { return is_->GetMomentum().unit(); }
    double GetKineticEnergy() const {
        const double m = GetDefinition()->GetPDGMass(), p = is_->GetMomentum().mag();
        return p * p / (std::hypot(p, m) + m);
    }
    const G4ThreeVector &GetPosition() const { return at_; }
    double GetGlobalTime() const { return 0; }
    double GetWeight() const { return weight_; }
    void SetWeight(double w) { weight_ = w; }
    int GetTrackID() const { return 1; }
    const G4Material *GetMaterial() const { return material; }
    const G4VPhysicalVolume *GetVolume() const { return volume; }
    G4TouchableHandle GetTouchableHandle() const { return {}; }
    void SetTouchableHandle(const G4TouchableHandle &) {}

    G4Material *material = nullptr;
    G4VPhysicalVolume *volume = nullptr;

private:
    std::unique_ptr<G4DynamicParticle> is_;
    G4ThreeVector at_;
    double weight_ = 1;
};
struct G4Step {
    double length;
    double GetStepLength() const { return length; }
};
struct G4Event {};
struct G4EventManager {
    const G4Event *current = nullptr;
    static G4EventManager *GetEventManager() {
        static G4EventManager one;
        return &one;
    }
    const G4Event *GetConstCurrentEvent() const { return current; }
};

enum G4TrackStatus { fAlive, fStopAndKill };
class G4VParticleChange {
public:
    virtual ~G4VParticleChange() = default;
};
class G4ParticleChange : public G4VParticleChange {
public:
    void Initialize(const G4Track &track) {
        energy = track.GetKineticEnergy();
        direction = track.GetMomentumDirection();
        weight = track.GetWeight();
        deposit = 0;
        status = fAlive;
        secondaries.clear();
    }
    void SetSecondaryWeightByProcess(bool) {}
    void SetNumberOfSecondaries(int) {}
    void ProposeEnergy(double e) { energy = e; }
    void ProposeMomentumDirection(const G4ThreeVector &d) { direction = d; }
    void ProposeLocalEnergyDeposit(double e) { deposit = e; }
    void ProposeParentWeight(double w) { weight = w; }
    void ProposeTrackStatus(G4TrackStatus s) { status = s; }
    void AddSecondary(G4Track *one) { secondaries.emplace_back(one); }

    double energy = 0, weight = 1, deposit = 0;
    G4ThreeVector direction;
    G4TrackStatus status = fAlive;
    std::vector<std::unique_ptr<G4Track>> secondaries;
};

enum G4ForceCondition { NotForced, Forced };
enum G4ProcessType { fUserDefined };
class G4VDiscreteProcess {
public:
    G4VDiscreteProcess(const G4String &, G4ProcessType) {}
    virtual ~G4VDiscreteProcess() = default;
    virtual bool IsApplicable(const G4ParticleDefinition &) { return true; }
    virtual void StartTracking(G4Track *) { left_ = -1; }
    /// As in Geant4: what is left of the path to the next interaction, counted in mean free paths.
    virtual double PostStepGetPhysicalInteractionLength(const G4Track &track, double previous,
                                                        G4ForceCondition *condition) {
        if (left_ < 0) {
            left_ = -std::log(G4UniformRand());
        } else if (previous > 0) {
            left_ = std::max(left_ - previous / mean_, 0.0);
        }
        mean_ = GetMeanFreePath(track, previous, condition);
        return left_ * mean_;
    }
    virtual G4VParticleChange *PostStepDoIt(const G4Track &, const G4Step &) = 0;
    void SetProcessSubType(int) {}

protected:
    virtual double GetMeanFreePath(const G4Track &, double, G4ForceCondition *) = 0;
    void ClearNumberOfInteractionLengthLeft() { left_ = -1; }
    G4VParticleChange *pParticleChange = nullptr;

private:
    double left_ = -1, mean_ = 1;
};

struct G4ParticleIterator {
    std::size_t at = 0;
    void reset() { at = 0; }
    bool operator()() { return at++ < G4ParticleTable::GetParticleTable()->all.size(); }
    G4ParticleDefinition *value() { return G4ParticleTable::GetParticleTable()->all[at - 1]; }
};
class G4VPhysicsConstructor {
public:
    explicit G4VPhysicsConstructor(const G4String &) {}
    virtual ~G4VPhysicsConstructor() = default;
    virtual void ConstructParticle() = 0;
    virtual void ConstructProcess() = 0;

protected:
    G4ParticleIterator *GetParticleIterator() { return &iterator_; }

private:
    G4ParticleIterator iterator_;
};
struct G4GenericMessenger {
    template <class T>
    G4GenericMessenger(T *, const G4String &, const G4String &) {}
    template <class F>
    void DeclareMethod(const G4String &, F, const G4String &) {}
    template <class F>
    void DeclareMethodWithUnit(const G4String &, const G4String &, F, const G4String &) {}
};
