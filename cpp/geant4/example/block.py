#!/usr/bin/env python3
"""The process in Geant4 from Python, in a stepping action: needs the modules millibrem and geant4_pybind, no data
files.

    block.py card=na64mu-2025 material=G4_Pb length=224 events=20000 bias=3e6
    block.py run=output/na64mu-2025/run.h5 events=1000

With `card`, leptons of its beam cross a block: after each step an interaction is drawn by the cross section on the
atoms of the block, its products are stacked where it happened, and the lepton of before ends. Prints interactions
per lepton beside what the block has in atoms, and the mean missing energy, at the vertex and as it leaves the world.
With `run`, the outgoing particles of its events are the primaries, and what leaves the world is compared with them.

Every word is key=value. Others: `low`, the lowest kinetic energy in GeV (half the beam); `step`, the longest step
(all of the block); `seed` (1). Lengths in mm. Nothing but geometry and the process acts: the physics list is that of
the class Nothing, whose place another may take.
"""

import ctypes
import math
import os
import pathlib
import sys
import tempfile

import millibrem as mb

# Its import asks for data files on a terminal, or loads them all where CI=true, but where this names a folder. No
# process here reads any; the table of nuclides has to be there, and may be empty.
EMPTY = tempfile.TemporaryDirectory()
if "GEANT4_DATA_DIR" not in os.environ:
    os.environ["GEANT4_DATA_DIR"] = EMPTY.name
    for name in ("G4ENSDFSTATEDATA", "G4LEDATA"):
        os.environ.setdefault(name, EMPTY.name)
    pathlib.Path(EMPTY.name, "ENSDFSTATE.dat").touch()
import geant4_pybind as g4  # noqa: E402

GEV = g4.GeV


def given_away(thing):
    """What Geant4 deletes, and Python therefore must not."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))
    return thing


def definition(pdg):
    return g4.G4ParticleTable.GetParticleTable().FindParticle(pdg)


def current_event():
    return g4.G4RunManager.GetRunManager().GetCurrentEvent().GetEventID()


class Block(g4.G4VUserDetectorConstruction):
    """A block in the middle of nothing."""

    def __init__(self, material, length, step):
        super().__init__()
        self.material = g4.G4NistManager.Instance().FindOrBuildMaterial(material)
        elements = [self.material.GetElement(i) for i in range(self.material.GetNumberOfElements())]
        # Atoms a mm³ by charge number.
        self.atoms = dict(zip((one.GetZasInt() for one in elements), self.material.GetVecNbOfAtomsPerVolume()))
        self.length, self.limits = length, g4.G4UserLimits(step)

    def Construct(self):
        half = self.length / 2
        empty = g4.G4NistManager.Instance().FindOrBuildMaterial("G4_Galactic")
        self.outside = g4.G4LogicalVolume(g4.G4Box("world", g4.m, g4.m, half + g4.m), empty, "world")
        self.inside = g4.G4LogicalVolume(g4.G4Box("block", g4.m / 2, g4.m / 2, half), self.material, "block")
        self.inside.SetUserLimits(self.limits)
        self.world = g4.G4PVPlacement(None, g4.G4ThreeVector(), self.outside, "world", None, False, 0)
        self.placed = g4.G4PVPlacement(None, g4.G4ThreeVector(), self.inside, "block", self.outside, False, 0)
        return self.world


class Nothing(g4.G4VModularPhysicsList):
    """Geometry, the longest step, and the dark particles."""

    def __init__(self, particles):
        super().__init__()
        self.SetVerboseLevel(0)
        self.RegisterPhysics(g4.G4StepLimiterPhysics())
        self.particles, self.made = particles, []

    def ConstructParticle(self):
        # Those of the beam, and those of which cuts of production are asked.
        for one in ("MuonMinus", "MuonPlus", "Electron", "Positron", "Gamma", "Proton"):
            getattr(g4, f"G4{one}").Definition()
        for role, one in self.particles.items():
            if role == "lepton":
                continue
            boson = role not in ("chi", "chibar")
            pdg, anti = one["pdg_id"], one["pdg_id"] if boson else -one["pdg_id"]
            width = parity = isospin = 0
            made = (role, one["mass_gev"] * GEV, width, one["charge"] * g4.eplus, 2 if boson else 1)
            numbers = (parity, parity, isospin, isospin, parity, "dark", 0, 0, pdg, True, -1.0, None, False)
            self.made.append(g4.G4ParticleDefinition(*made, *numbers, "millibrem", anti))


class Primaries(g4.G4VUserPrimaryGeneratorAction):
    """Event by event what `particles` hands over: the place along z, PDG numbers and momenta in GeV."""

    def __init__(self, particles):
        super().__init__()
        self.particles, self.gun = particles, g4.G4ParticleGun(1)

    def GeneratePrimaries(self, event):
        z, particles = self.particles(event.GetEventID())
        self.gun.SetParticlePosition(g4.G4ThreeVector(0, 0, z))
        for pdg, p in particles:
            momentum = g4.G4ThreeVector(*(float(x) * GEV for x in p))
            mass = definition(pdg).GetPDGMass()
            self.gun.SetParticleDefinition(definition(pdg))
            self.gun.SetParticleEnergy(momentum.mag2() / (math.hypot(momentum.mag(), mass) + mass))
            self.gun.SetParticleMomentumDirection(momentum.unit())
            self.gun.GeneratePrimaryVertex(event)


class Leaving(g4.G4UserSteppingAction):
    """What leaves the world in each event: PDG numbers, weights and energies in GeV."""

    def __init__(self):
        super().__init__()
        self.left = {}

    def UserSteppingAction(self, step):
        if step.GetPostStepPoint().GetStepStatus() == g4.fWorldBoundary:
            track = step.GetTrack()
            row = track.GetParticleDefinition().GetPDGEncoding(), track.GetWeight(), track.GetTotalEnergy() / GEV
            self.left.setdefault(current_event(), []).append(row)


class Interactions(Leaving):
    """The process: leptons of the beam interact in the block with b times their cross section, once an event. What
    comes out has the weight exp((b - 1) tau)/b, with the interactions tau expected on the paths of the event so far:
    sums of weights do not depend on b."""

    def __init__(self, sampler, projectile, products, block, bias):
        super().__init__()
        self.sampler, self.projectile, self.products, self.block, self.bias = sampler, projectile, products, block, bias
        self.event, self.tau, self.done = -1, 0.0, False
        self.weights, self.missing = [], []

    def rates(self, kinetic):
        """Interactions a mm by element; 1 pb is 1e-34 mm²."""
        return {z: n * 1e-34 * self.sampler.sigma(kinetic, element=z) for z, n in self.block.atoms.items()}

    def UserSteppingAction(self, step):
        super().UserSteppingAction(step)
        track, before, after = step.GetTrack(), step.GetPreStepPoint(), step.GetPostStepPoint()
        event = current_event()
        if event != self.event:
            self.event, self.tau, self.done = event, 0.0, False
        if self.done or track.GetParticleDefinition().GetPDGEncoding() != self.projectile:
            return
        if before.GetMaterial().GetName() != self.block.material.GetName():
            return
        # Where energy is lost in a step, the rate half way.
        kinetic = (before.GetKineticEnergy() + after.GetKineticEnergy()) / 2 / GEV
        if kinetic < self.sampler.range_gev[0]:
            return
        rates = self.rates(kinetic)
        rate = sum(rates.values())
        path = -math.log(1 - g4.G4UniformRand()) / (self.bias * rate) if rate > 0 else math.inf
        self.tau += rate * min(path, step.GetStepLength())
        if path < step.GetStepLength():
            self.interact(track, before, after, path / step.GetStepLength(), kinetic, rates)

    def interact(self, track, before, after, share, kinetic, rates):
        u, z = g4.G4UniformRand() * sum(rates.values()), None
        for z, rate in rates.items():
            u -= rate
            if u < 0:
                break
        # 64 bits of Geant4's engine, so that its seeds reproduce everything.
        seed = int(g4.G4UniformRand() * 2**32) << 32 | int(g4.G4UniformRand() * 2**32)
        one = self.sampler.sample([kinetic], seed=[seed], element=z)[0]
        weight = track.GetWeight() * math.exp((self.bias - 1) * self.tau) / self.bias * float(one["weight"])
        place = before.GetPosition() + (after.GetPosition() - before.GetPosition()) * share
        time = before.GetGlobalTime() + (after.GetGlobalTime() - before.GetGlobalTime()) * share
        products, missing = [], 0.0
        for role, pdg in self.products.items():
            energy, *p = (float(x) for x in one[role])
            momentum = g4.G4ThreeVector(*(x * GEV for x in p)).rotateUz(before.GetMomentumDirection())
            product = given_away(g4.G4Track(given_away(g4.G4DynamicParticle(definition(pdg), momentum)), time, place))
            product.SetWeight(weight)
            product.SetParentID(track.GetTrackID())
            products.append(product)
            missing += energy if role != "lepton" else 0.0
        g4.G4EventManager.GetEventManager().StackTracks(products)
        track.SetTrackStatus(g4.fStopAndKill)
        self.done = True
        self.weights.append(weight)
        self.missing.append(missing)


class Actions(g4.G4VUserActionInitialization):
    def __init__(self, *all):
        super().__init__()
        self.all = all

    def Build(self):
        for action in self.all:
            self.SetUserAction(action)


def run(asked, particles, block, primaries, make):
    """Runs Geant4 with the stepping action that `make` makes, and hands it back."""
    g4.G4Random.setTheSeed(int(asked["seed"]))
    manager = g4.G4RunManagerFactory.CreateRunManager(g4.G4RunManagerType.SerialOnly)
    # Geant4 owns these, and Python has to keep them as long.
    physics = Nothing(particles)
    manager.SetUserInitialization(block)
    manager.SetUserInitialization(physics)
    action = make()
    actions = Actions(Primaries(primaries), action)
    manager.SetUserInitialization(actions)
    manager.Initialize()
    manager.BeamOn(int(asked["events"]))
    return action


def outgoing(sample):
    """What comes out, by role, but for the nucleus, which stops where it is struck."""
    every = sample.particles.items()
    return {role.removesuffix("_out"): one for role, one in every if role != "nucleus_out"}


def mean(weights, values):
    """Mean of weighted values and its error."""
    total = sum(weights)
    middle = sum(w * x for w, x in zip(weights, values)) / total
    return middle, math.sqrt(sum((w * (x - middle)) ** 2 for w, x in zip(weights, values))) / total


def interactions(asked, block):
    """Leptons of the beam of a card cross the block."""
    card = mb.Card.load(asked["card"])
    # A sample of one event tells masses, charges and PDG numbers.
    sample = card.replace({"events.count": 1, "integration.rel_error": 0.1}).generate()
    beam = sample.beam
    kinetic = beam["energy_gev"] - beam["mass_gev"]
    # Geant4's masses have other last digits.
    sampler = card.sampler(float(asked["low"] or kinetic / 2), kinetic * (1 + 1e-9), elements=list(block.atoms))
    particles = outgoing(sample)
    products = {role: one["pdg_id"] for role, one in particles.items()}
    momentum = 0, 0, math.sqrt(kinetic * (kinetic + 2 * beam["mass_gev"]))
    front = -block.length / 2
    action = run(
        asked, particles, block, lambda event: (front, [(beam["pdg_id"], momentum)]),
        lambda: Interactions(sampler, beam["pdg_id"], products, block, float(asked["bias"])),
    )
    n, weights = int(asked["events"]), action.weights
    if not weights:
        return print(f"no interaction of {n} leptons: with a larger bias there are some")
    rate = sum(weights) / n
    error = math.sqrt((sum(w * w for w in weights) / n - rate * rate) / n)
    expected = sum(action.rates(kinetic).values()) * block.length
    print(f"{len(weights)} interactions of {n} leptons: {rate:.5g} +- {error:.2g} per lepton, {expected:.5g} expected")
    print("mean missing energy {:.5g} +- {:.2g} GeV".format(*mean(weights, action.missing)))
    dark = [[row for row in rows if abs(row[0]) != abs(beam["pdg_id"])] for rows in action.left.values()]
    dark = [rows for rows in dark if rows]
    gone = mean([rows[0][1] for rows in dark], [sum(row[2] for row in rows) for rows in dark])
    print("of {} interactions dark particles leave the world with {:.5g} +- {:.2g} GeV".format(len(dark), *gone))


def primaries(asked, block):
    """The outgoing particles of a run, from their vertices through the block."""
    sample = mb.open(asked["run"])
    outcome = outgoing(sample)
    products = {role: one["pdg_id"] for role, one in outcome.items()}
    momenta = {role: sample.p4(role) for role in products}
    depths = sample.scalars.get("vertex_z_cm")

    def particles(event):
        z = 0 if depths is None else depths[event] * g4.cm
        return z - block.length / 2, [(pdg, momenta[role][event, 1:]) for role, pdg in products.items()]

    action = run(asked, outcome, block, particles, Leaving)
    off = []
    for event, rows in action.left.items():
        left = {pdg: energy for pdg, _, energy in rows}
        off += [abs(left[pdg] / momenta[role][event, 0] - 1) for role, pdg in products.items() if pdg in left]
    every = int(asked["events"]) * len(products)
    print(f"{len(off)} of {every} particles leave the world, their energies off by at most {max(off):.1e}")


def main():
    asked = {"material": "G4_Pb", "length": "224", "step": "", "low": "", "bias": "1", "events": "1000", "seed": "1"}
    given = dict(word.split("=", 1) if "=" in word else (word, "") for word in sys.argv[1:])
    wrong = set(given) - {*asked, "card", "run"}
    if wrong or len({"card", "run"} & set(given)) != 1:
        found = " ".join(sys.argv[1:]) or "nothing"
        print(f"block.py: found {found}, expected card=CARD or run=RUN and any of {', '.join(asked)}", file=sys.stderr)
        sys.exit(2)
    asked |= given
    block = Block(asked["material"], float(asked["length"]), float(asked["step"] or asked["length"]))
    (interactions if "card" in given else primaries)(asked, block)


if __name__ == "__main__":
    main()
