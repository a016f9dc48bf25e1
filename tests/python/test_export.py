"""Exchange formats, read back by the programs they are for (docs/formats.md)."""

import subprocess
import textwrap
import xml.etree.ElementTree
from fractions import Fraction

import h5py
import numpy as np
import pyhepmc
import pylhe
import pytest
import readers
from conftest import BIN, N_EVENTS, ROOT, SUFFIX, WITHOUT_WEIGHTS, millibrem
from readers import READERS

CARD = ROOT / "cards/na64mu-2025.toml"
MOMENTA = ["p_lepton_out", "p_nucleus_out", "p_chi", "p_chibar"]
WITH_WEIGHTS = [name for name in READERS if name not in WITHOUT_WEIGHTS]
WITH_HEADER = ["lhe", "pythia8-lhe", "lheh5", "hepmc3"]
WITH_INCOMING = ["lhe", "pythia8-lhe", "ldmx-lhe", "g4darkbrem-lhe", "hepmc3", "lheh5"]
TEXT = [name for name in READERS if name != "lheh5"]


@pytest.fixture(scope="module")
def run(made_up_run):
    with h5py.File(made_up_run) as file:
        yield file


@pytest.fixture(scope="module")
def read(exported):
    done = {}

    def read(name):
        if name not in done:
            done[name] = READERS[name](exported(name))
        return done[name]

    return read


def mass(p):
    return np.sqrt(p[:, 0] ** 2 - np.sum(p[:, 1:] ** 2, axis=1))


@pytest.mark.parametrize("name", READERS)
def test_momenta_come_back_to_the_bit(name, read, run):
    sample = read(name)
    found = [key for key in MOMENTA if key in sample.p]
    assert "p_lepton_out" in found
    for key in found:
        np.testing.assert_array_equal(sample.p[key], run["events"][key][()])


@pytest.mark.parametrize("name", ["g4darkbrem-lhe", "g4darkbrem-csv"])
def test_a_collapsed_pair_has_the_momentum_of_both(name, read, run):
    sample = read(name)
    events = run["events"]
    pair = events["p_chi"][()] + events["p_chibar"][()]
    if name == "g4darkbrem-lhe":
        np.testing.assert_array_equal(sample.p["pair"], pair)
        np.testing.assert_allclose(sample.extra["mass"], mass(pair), rtol=1e-6)
        assert np.all(sample.extra["mass"] >= 2 * events.attrs["dark_mass_gev"])
    else:
        center = events["p_lepton_out"][()] + pair
        np.testing.assert_array_equal(sample.p["center"], center)
    assert sample.extra["Z"] == 82
    assert set(sample.extra["incident"]) == {160.0}


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_weights_come_back_to_the_bit(name, read, run):
    np.testing.assert_array_equal(read(name).weight, run["events/weight"][()])


@pytest.mark.parametrize("name", WITH_HEADER)
def test_the_cross_section_of_the_header_is_the_mean_weight(name, read, run):
    sample = read(name)
    assert sample.sigma == pytest.approx(np.mean(sample.weight), rel=1e-14)
    assert sample.error == run["sigma/error"][()]


@pytest.mark.parametrize("name", WITH_INCOMING)
def test_momentum_is_conserved(name, read):
    p = read(name).p
    before = p["lepton_in"] + p["nucleus_in"]
    after = sum(p[key] for key in p if key not in ("lepton_in", "nucleus_in"))
    assert np.max(np.abs(after - before)) < 1e-12 * 160


@pytest.mark.parametrize("name", WITH_INCOMING)
def test_particles_and_their_states(name, read):
    sample = read(name)
    incoming = {"hepmc3": ({4}, {20})}.get(name, ({-1}, {-1}))
    assert (sample.status["lepton_in"], sample.status["nucleus_in"]) == incoming
    outgoing = [key for key in sample.p if key not in ("lepton_in", "nucleus_in")]
    assert all(sample.status[key] == {1} for key in outgoing)
    assert sample.ids["lepton_in"] == sample.ids["p_lepton_out"] == {13}
    assert sample.ids["nucleus_in"] == sample.ids["p_nucleus_out"] == {1000822080}
    if name == "g4darkbrem-lhe":
        assert sample.ids["pair"] == {622}
    else:
        assert (sample.ids["p_chi"], sample.ids["p_chibar"]) == ({17}, {-17})


@pytest.mark.parametrize("name", TEXT)
def test_compressed_text_reads_the_same(name, exported, read):
    packed = READERS[name](exported(name, end=".gz"))
    np.testing.assert_array_equal(packed.p["p_lepton_out"], read(name).p["p_lepton_out"])


def test_lhe_is_valid_xml_with_beams_and_strategy(exported, read):
    root = xml.etree.ElementTree.parse(exported("lhe")).getroot()
    assert (root.tag, root.attrib) == ("LesHouchesEvents", {"version": "3.0"})
    assert [child.tag for child in root][:2] == ["header", "init"]
    assert root.find("header/millibrem").text == "\n" + CARD.read_text()
    file = read("lhe").extra["file"]
    beams = file.init.initInfo
    assert (beams.beamA, beams.beamB, beams.numProcesses) == (13, 1000822080, 1)
    assert (beams.energyA, beams.weightingStrategy) == (160.0, 4)
    assert beams.energyB == pytest.approx(193.005578021424, rel=1e-15)
    assert [generator.name for generator in file.init.generators] == ["millibrem"]
    process = read("lhe").extra["process"]
    assert process.unitWeight == np.max(read("lhe").weight)
    assert process.procId == 1


@pytest.mark.parametrize("name", ["lhe", "ldmx-lhe", "hepmc3", "lheh5"])
def test_the_nucleus_can_be_left_out(name, exported, run):
    sample = READERS[name](exported(name, "--drop-nucleus"), readers.WITHOUT_NUCLEUS)
    assert len(sample.weight) == N_EVENTS
    np.testing.assert_array_equal(sample.p["p_chibar"], run["events/p_chibar"][()])


def test_nuhepmc_requirements_one_by_one(exported, read):
    events = read("hepmc3").extra["events"]
    info = events[0].run_info
    attributes = info.attributes

    def parsed(name, kind):
        # pyhepmc keeps what it has parsed once in the place of the attribute.
        value = attributes[name]
        return value.astype(kind) if hasattr(value, "astype") else value

    text = lambda name: parsed(name, str)
    numbers = lambda name: parsed(name, list[int])
    for part, value in [("Major", 1), ("Minor", 0), ("Patch", 0)]:  # G.R.2
        assert attributes[f"NuHepMC.Version.{part}"].astype(int) == value
    (tool,) = info.tools  # G.R.3
    assert tool.name == "millibrem" and tool.version
    conventions = text("NuHepMC.Conventions").split()  # G.R.4
    assert {"G.C.2", "E.C.4"} <= set(conventions)
    sigma = attributes["NuHepMC.FluxAveragedTotalCrossSection"].astype(float)  # G.R.5
    assert sigma == pytest.approx(np.mean(read("hepmc3").weight), rel=1e-14)
    assert text("NuHepMC.Units.CrossSection.Unit") == "pb"  # G.R.6
    assert text("NuHepMC.Units.CrossSection.TargetScale") == "PerAtom"
    assert info.weight_names == ["CV"]  # G.R.7
    described = {  # G.R.8 to G.R.10
        "NuHepMC.ProcessIDs": "NuHepMC.ProcessInfo",
        "NuHepMC.VertexStatusIDs": "NuHepMC.VertexStatusInfo",
        "NuHepMC.ParticleStatusIDs": "NuHepMC.ParticleStatusInfo",
    }
    for ids, what in described.items():
        assert numbers(ids)
        for number in numbers(ids):
            assert text(f"{what}[{number}].Name") and text(f"{what}[{number}].Description")
    assert sorted(numbers("NuHepMC.ParticleStatusIDs")) == [1, 4, 20]
    additional = numbers("NuHepMC.AdditionalParticleNumbers")  # G.R.11
    assert additional == [17, -17]
    names = [text(f"NuHepMC.AdditionalParticleNumber[{number}].Name") for number in additional]
    assert len(set(names)) == 2
    assert [event.event_number for event in events] == list(range(N_EVENTS))  # E.R.2
    for event in events[:100]:
        process = event.attributes["signal_process_id"].astype(int)  # E.R.3
        assert process in numbers("NuHepMC.ProcessIDs")
        assert str(event.momentum_unit).endswith("GEV")  # E.R.4
        assert str(event.length_unit).endswith("MM")
        assert event.attributes["lab_pos"].astype(list[float]) == [0, 0, 0]  # E.R.5
        (vertex,) = event.vertices  # E.R.6, V.R.1
        assert vertex.status == 1
        assert [p.status for p in event.particles] == [4, 20, 1, 1, 1, 1]  # E.R.7, P.R.1
        assert len(vertex.particles_in) == 2 and len(vertex.particles_out) == 4  # E.R.8


def test_hepmc3_keeps_reproduction_keys_and_the_card(read, run):
    events = read("hepmc3").extra["events"]
    keys = [int(event.attributes["reproduction_key"].astype(str)) for event in events]
    np.testing.assert_array_equal(np.array(keys, dtype=np.uint64), run["events/index"][()])
    card = events[0].run_info.attributes["NuHepMC.Provenance.Card"].astype(str)
    assert card == run.attrs["card"]


def test_vertices_are_spread_over_the_target(exported):
    depth = {
        "ldmx-lhe": lambda sample: sample.extra["vertices"][:, 2],
        "hepmc3": lambda sample: np.array([e.vertices[0].position.z for e in sample.extra["events"]]),
    }
    z = {name: of(READERS[name](exported(name, "--vertex", "uniform"))) for name, of in depth.items()}
    np.testing.assert_array_equal(z["ldmx-lhe"], z["hepmc3"])
    thickness_mm = 224.0
    # Kolmogorov-Smirnov distance to the uniform law; 1.95/sqrt(N) is exceeded once in 1000.
    cdf = np.sort(z["hepmc3"]) / thickness_mm
    steps = np.arange(N_EVENTS + 1) / N_EVENTS
    distance = max(np.max(cdf - steps[:-1]), np.max(steps[1:] - cdf))
    assert distance < 1.95 / np.sqrt(N_EVENTS)
    vertices = READERS["ldmx-lhe"](exported("ldmx-lhe", "--vertex", "uniform")).extra["vertices"]
    # Muons of 160 GeV fly at the speed of light to 2e-7.
    np.testing.assert_allclose(vertices[:, 3], vertices[:, 2] / 299.792458, rtol=1e-6)
    assert not np.any(vertices[:, :2])


def test_csv_keeps_reproduction_keys(read, run):
    np.testing.assert_array_equal(read("csv").extra["index"], run["events/index"][()])


def test_lheh5_layout(exported):
    with h5py.File(exported("lheh5")) as file:
        assert list(file["version"][()]) == [2, 0, 1]
        assert file["init"].shape == (10,)
        assert file["procInfo"].shape == (1, 6)
        assert file["events"].shape == (N_EVENTS, 10)
        assert file["particles"].shape == (6 * N_EVENTS, 13)
        for name in ("init", "procInfo", "particles"):
            assert len(file[name].attrs["properties"]) == file[name].shape[-1]
        assert min(file["events"].attrs) == "events"
        columns = list(file["events"].attrs["events"])
        assert columns[:4] == ["pid", "nparticles", "start", "trials"]
        process = dict(zip(file["procInfo"].attrs["properties"], file["procInfo"][0]))
        assert (process["npLO"], process["npNLO"]) == (6, -1)
        events = {name: file["events"][:, i] for i, name in enumerate(columns)}
        np.testing.assert_array_equal(events["start"], 6 * np.arange(N_EVENTS))
        sigma = np.sum(events["NOMINAL"]) / np.sum(events["trials"])
        assert sigma == pytest.approx(process["xSection"], rel=1e-12)
        for name in ("init", "procInfo", "events", "particles"):
            assert not np.any(np.isnan(file[name][()])), name


# Weights.


@pytest.fixture(scope="module")
def partly(generated):
    """Events that keep weights from 1 to 5: a sample that calls itself unweighted in part."""
    settings = ["events.mode=unweighted", "events.max_weight=5", "events.count=20000"]
    return generated("cards/ldmx-2025.toml", *settings, "integration.rel_error=3e-3")


def test_readers_that_follow_the_strategy_get_the_spectra_of_the_run(partly, tmp_path):
    with h5py.File(partly) as run:
        events = run["events"]
        assert events.attrs["mode"] == "partly-unweighted"
        weight, energy = events["weight"][()], events["p_lepton_out"][:, 0]
        sigma = run["sigma/value"][()]
    assert np.mean(weight != weight[0]) > 0.9
    mean = np.sum(weight * energy) / np.sum(weight)
    for options, strategy in ([], 4), (["--unweight"], 3):
        path = tmp_path / f"{strategy}.lhe"
        millibrem("export", partly, "--to", "lhe", "-o", path, *options)
        found, weights = readers.as_pythia(path)
        assert found == pytest.approx(sigma, rel=1e-12)
        sample = readers.with_pylhe(path)
        assert sample.extra["file"].init.initInfo.weightingStrategy == strategy
        e = sample.p["p_lepton_out"][:, 0]
        average = np.sum(weights * e) / np.sum(weights)
        if strategy == 4:
            assert average == pytest.approx(mean, rel=1e-12)
        else:
            error = np.std(e) / np.sqrt(len(e))
            assert abs(average - mean) < 4 * error
            assert error < 0.02 * mean
            # Taking the weights for equal would be seen.
            assert abs(np.mean(energy) / mean - 1) > 0.02


@pytest.mark.parametrize("name", WITHOUT_WEIGHTS)
def test_formats_without_weights_refuse_them_and_take_events_made_equal(name, partly, tmp_path):
    path = tmp_path / f"{name}{SUFFIX[name]}"
    command = [BIN / "millibrem", "export", partly, "--to", name, "-o", path]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "--unweight" in refused.stderr and "--drop-weights" in refused.stderr
    assert not path.exists()
    report = millibrem(*command[1:], "--unweight")
    sample = READERS[name](path)
    assert 0 < report["n_events"] == len(sample.weight) < report["n_read"] == 20000
    with h5py.File(partly) as run:
        weight = run["events/weight"][()]
        theta = angle(run["events/p_lepton_out"][()])
    found = angle(sample.p["p_lepton_out"])
    mean = np.sum(weight * theta) / np.sum(weight)
    error = np.std(found) / np.sqrt(len(found))
    assert abs(np.mean(found) - mean) < 4 * error
    assert abs(np.mean(theta) - mean) > 8 * error


def angle(p):
    return np.arctan2(np.hypot(p[:, 1], p[:, 2]), p[:, 3])


# Masses, numbers and charges.


FAST = """
schema = 1
[dark_sector]
m_chi_gev = 0.1
charge = 0.01
pdg_id = "ldmx"
[beam]
lepton = "e-"
energy_gev = 1e5
[target]
element = "Cu"
[integration]
rel_error = 0.01
[events]
count = 400
"""


@pytest.fixture(scope="module")
def fast(generated, tmp_path_factory):
    """Electrons of 10^5 GeV, whose E^2 - p^2 is rounding."""
    card = tmp_path_factory.mktemp("card") / "fast.toml"
    card.write_text(FAST)
    return generated(card)


ELECTRON, CHI = 0.00051099895, 0.1


def test_masses_stand_beside_momenta_that_have_lost_them(fast, tmp_path):
    with h5py.File(fast) as run:
        events = run["events"]
        p = events["p_lepton_out"][()]
        assert np.sum(p[:, 0] ** 2 - np.sum(p[:, 1:] ** 2, axis=1) < 0) > 0
        attributes = {name: dict(events[name].attrs) for name in MOMENTA}
        nucleus = events.attrs["nucleus_mass_gev"]
    expected = {
        "p_lepton_out": (11, ELECTRON),
        "p_nucleus_out": (1000290630, nucleus),
        "p_chi": (17, CHI),
        "p_chibar": (-17, CHI),
    }
    for name, (pdg_id, mass_gev) in expected.items():
        assert attributes[name]["pdg_id"] == pdg_id
        assert attributes[name]["mass_gev"] == pytest.approx(mass_gev, rel=1e-9)
    masses = [attributes[name]["mass_gev"] for name in MOMENTA]
    for name in ["lhe", "ldmx-lhe", "hepmc3", "lheh5", "csv"]:
        path = tmp_path / f"{name}{SUFFIX[name]}"
        options = ["--drop-weights"] if name in WITHOUT_WEIGHTS else []
        millibrem("export", fast, "--to", name, "-o", path, *options)
        sample = READERS[name](path)
        if name == "csv":
            names = [f"{who}_m_gev" for who in ("lepton_out", "nucleus_out", "chi", "chibar")]
            assert sample.extra["names"][-4:] == names
            column = sample.extra["column"]
            found = np.stack([column[who].astype(float) for who in names], axis=1)
        else:
            found = sample.extra["mass"][:, 2:]
            assert set(sample.extra["mass"][:, 0]) == {masses[0]}
        np.testing.assert_array_equal(found, np.tile(masses, (400, 1)))


def test_the_mass_of_a_collapsed_pair_is_that_of_its_exact_momenta(fast, tmp_path):
    path = tmp_path / "library.lhe"
    millibrem("export", fast, "--to", "g4darkbrem-lhe", "-o", path, "--drop-weights")
    found = READERS["g4darkbrem-lhe"](path).extra["mass"]
    with h5py.File(fast) as run:
        pairs = zip(run["events/p_chi"][()], run["events/p_chibar"][()])
        exact = [pair_mass(k1, k2, run["events"].attrs["dark_mass_gev"]) for k1, k2 in pairs]
    np.testing.assert_allclose(found, exact, rtol=1e-12)
    assert np.all(found >= 2 * CHI)


def pair_mass(k1, k2, m):
    """From three-momenta and mass with 200 digits; E of the file plays no part."""
    k1, k2 = ([Fraction(float(x)) for x in k[1:]] for k in (k1, k2))
    m2 = Fraction(float(m)) ** 2
    energy = lambda k: root(sum(x * x for x in k) + m2)
    product = energy(k1) * energy(k2) - sum(a * b for a, b in zip(k1, k2))
    return float(root(2 * m2 + 2 * product))


def root(x):
    from decimal import Decimal, localcontext

    with localcontext() as context:
        context.prec = 200
        return Fraction((Decimal(x.numerator) / Decimal(x.denominator)).sqrt())


def test_the_recipe_of_the_pages_gives_the_mass_of_the_pair(fast):
    page = (ROOT / "docs/formats.md").read_text()
    start = page.index('  m = events["p_chi"].attrs["mass_gev"]')
    recipe = textwrap.dedent(page[start : page.index("  ```", start)])
    with h5py.File(fast) as run:
        events = run["events"]
        names = {"events": events, "np": np}
        exec(recipe, names)
        pairs = zip(events["p_chi"][()], events["p_chibar"][()])
        exact = [pair_mass(k1, k2, events.attrs["dark_mass_gev"]) for k1, k2 in pairs]
    np.testing.assert_allclose(names["m_pair"], exact, rtol=1e-12)


def test_the_number_17_is_the_particle_of_negative_charge_everywhere(fast, tmp_path):
    with h5py.File(fast) as run:
        attributes = run["events"].attrs
        assert (attributes["dark_pdg_id"], attributes["dark_charge"]) == (17, -0.01)
    path = tmp_path / "events.hepmc3"
    millibrem("export", fast, "--to", "hepmc3", "-o", path)
    text = path.read_text()
    for pdg_id, charge in (17, -0.01), (-17, 0.01):
        words = f"Info[{pdg_id}].Description stable, mass 0.1 GeV, charge {charge} e"
        assert words in text
    path = tmp_path / "events.lhe"
    millibrem("export", fast, "--to", "lhe", "-o", path)
    header = xml.etree.ElementTree.parse(path).getroot().find("header/millibrem").attrib
    assert (header["dark_pdg_id"], header["dark_charge"]) == ("17", "-0.01")


def test_the_nucleus_is_a_stable_isotope_in_every_format(fast, tmp_path):
    for name in ["lhe", "ldmx-lhe", "g4darkbrem-lhe", "hepmc3", "lheh5"]:
        path = tmp_path / f"{name}{SUFFIX[name]}"
        options = ["--unweight"] if name in WITHOUT_WEIGHTS else []
        millibrem("export", fast, "--to", name, "-o", path, *options)
        sample = READERS[name](path)
        assert sample.ids["nucleus_in"] == sample.ids["p_nucleus_out"] == {1000290630}


WEIGHTS = "weight=[{ name = 'helm', set = { target.form_factor = 'helm' } }, " \
          "{ name = 'scalar', set = { dark_sector.spin = 'scalar' } }]"


@pytest.fixture(scope="module")
def reweighted(generated):
    small = ["integration.neval=20000", "integration.n_adapt=4", "events.count=500"]
    return generated("ldmx-2025", *small, WEIGHTS)


def test_further_weights_come_back_to_the_bit(reweighted, tmp_path):
    with h5py.File(reweighted) as file:
        names = ["weight", "weight_helm", "weight_scalar"]
        wanted = np.array([file["events"][name][()] for name in names]).T
        for name in names[1:]:
            weight = file["events"][name]
            ratio = np.mean(weight[()]) / np.mean(file["events/weight"][()])
            assert weight.attrs["ratio"] == pytest.approx(ratio, rel=1e-12)
    paths = {name: tmp_path / f"run{SUFFIX[name]}" for name in ["hepmc3", "lhe", "lheh5", "csv"]}
    for name, path in paths.items():
        millibrem("export", reweighted, "--to", name, "-o", path)

    with pyhepmc.open(paths["hepmc3"]) as file:
        events = list(file)
    assert events[0].weight_names == ["CV", "helm", "scalar"]
    np.testing.assert_array_equal([event.weights for event in events], wanted)

    events = list(pylhe.LHEFile.fromfile(paths["lhe"]).events)
    assert list(events[0].weights) == ["helm", "scalar"]
    np.testing.assert_array_equal([list(e.weights.values()) for e in events], wanted[:, 1:])

    with h5py.File(paths["lheh5"]) as file:
        names = list(file["events"].attrs["events"])
        assert names[9:] == ["NOMINAL", "helm", "scalar"]
        np.testing.assert_array_equal(file["events"][:, 9:], wanted)

    table = np.genfromtxt(paths["csv"], delimiter=",", names=True)
    columns = ["weight_pb", "weight_helm_pb", "weight_scalar_pb"]
    np.testing.assert_array_equal(np.array([table[c] for c in columns]).T, wanted)


def test_further_weights_follow_what_becomes_of_the_weight(reweighted, tmp_path):
    path = tmp_path / "run.csv"
    millibrem("export", reweighted, "--to", "csv", "-o", path, "--unweight")
    table = np.genfromtxt(path, delimiter=",", names=True)
    with h5py.File(reweighted) as file:
        events = file["events"]
        row = {index: i for i, index in enumerate(events["index"][()])}
        kept = [row[index] for index in table["index"]]
        ratio = (events["weight_helm"][()] / events["weight"][()])[kept]
    found = table["weight_helm_pb"] / table["weight_pb"]
    np.testing.assert_allclose(found, ratio, rtol=1e-12)


def test_a_table_says_what_each_event_of_a_thick_mixture_began_with(generated, tmp_path):
    settings = ["target.material=LYSO", "target.losses=shower", "target.multiple_scattering=highland"]
    small = ["integration.neval=20000", "integration.n_adapt=4", "events.count=500"]
    path = tmp_path / "run.csv"
    run = generated("na64e-2023", *settings, *small)
    millibrem("export", run, "--to", "csv", "-o", path)
    table = np.genfromtxt(path, delimiter=",", names=True)
    with h5py.File(run) as file:
        events = file["events"]
        names = ["beam_energy_gev", "nucleus", "projectile"]
        assert set(table.dtype.names[-3:]) == set(names)
        for name in names:
            np.testing.assert_array_equal(table[name], events[name][()])
        for i, part in enumerate(("e", "px", "py", "pz")):
            np.testing.assert_array_equal(table[f"lepton_in_{part}_gev"], events["p_lepton_in"][:, i])
        assert len(set(table["nucleus"])) > 2 and set(table["projectile"]) == {-11, 11}
    assert b"," + str(int(table["nucleus"][0])).encode() in path.read_bytes().splitlines()[1]


def test_particles_of_single_precision_are_on_their_mass_shells(generated, tmp_path):
    small = ["integration.neval=20000", "integration.n_adapt=4", "events.count=500"]
    run = generated("ldmx-2025", *small, "events.precision=single")
    path = tmp_path / "run.csv"
    millibrem("export", run, "--to", "csv", "-o", path)
    table = np.genfromtxt(path, delimiter=",", names=True)
    with h5py.File(run) as file:
        for who in ("lepton_out", "nucleus_out", "chi", "chibar"):
            stored = file[f"events/p_{who}"]
            assert stored.dtype == np.float32
            e, *p = (table[f"{who}_{part}_gev"] for part in ("e", "px", "py", "pz"))
            np.testing.assert_array_equal(np.array(p).T, stored[:, 1:])
            np.testing.assert_allclose(e, stored[:, 0], rtol=1.3e-7)
            size = np.sqrt(p[0] ** 2 + p[1] ** 2 + p[2] ** 2)
            np.testing.assert_allclose(e, np.hypot(size, table[f"{who}_m_gev"]), rtol=1e-15)
