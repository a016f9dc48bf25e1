"""Run files that the program generates: what a user relies on, seen through h5py and hist."""

import h5py
import hist
import numpy as np
import pytest
import uhi.io.hdf5
from conftest import ROOT, millibrem
from readers import READERS

NA64 = ROOT / "cards/na64mu-2025.toml"
LDMX = ROOT / "cards/ldmx-2025.toml"
COUNT = "events.count=50000"
UNWEIGHTED = "events.mode=unweighted"
MOMENTA = ["p_lepton_out", "p_nucleus_out", "p_chi", "p_chibar"]


def datasets(path):
    found = {}
    with h5py.File(path) as file:

        def keep(name, item):
            references = name.endswith("/axes")
            if isinstance(item, h5py.Dataset) and not references:
                found[name] = item[()].tobytes()

        file.visititems(keep)
    return found


@pytest.mark.parametrize("mode", ["weighted", "unweighted"])
def test_every_dataset_is_independent_of_the_number_of_threads(generated, mode):
    runs = [
        datasets(generated(NA64, COUNT, f"events.mode={mode}", threads=threads))
        for threads in (1, 2, 7)
    ]
    assert len(runs[0]) > 20
    assert runs[0] == runs[1] == runs[2]
    other = datasets(generated(NA64, COUNT, f"events.mode={mode}", seed=2))
    assert other["events/p_chi"] != runs[0]["events/p_chi"]


def test_the_stored_card_and_seed_make_the_same_file_again(generated, tmp_path):
    first = generated(NA64, COUNT)
    with h5py.File(first) as file:
        card, seed = file.attrs["card"], int(file.attrs["seed"])
    (tmp_path / "again.toml").write_text(card)
    again = generated(tmp_path / "again.toml", seed=seed)
    assert datasets(again) == datasets(first)


@pytest.mark.parametrize("card", [NA64, LDMX])
@pytest.mark.parametrize("mode", ["weighted", "unweighted"])
def test_events_balance_are_on_shell_and_mean_the_cross_section(generated, card, mode):
    with h5py.File(generated(card, COUNT, f"events.mode={mode}")) as file:
        events, attrs = file["events"], file["events"].attrs
        e0, m = attrs["beam_energy_gev"], attrs["lepton_mass_gev"]
        assert attrs["n_events"] == 50000
        total = sum(events[name][()] for name in MOMENTA)
        before = [e0 + attrs["nucleus_mass_gev"], 0, 0, np.sqrt(e0**2 - m**2)]
        assert np.max(np.abs(total - before)) < 1e-12 * e0
        for name, who in zip(MOMENTA, ["lepton", "nucleus", "dark", "dark"]):
            p = events[name][()]
            off = p[:, 0] - np.sqrt(np.sum(p[:, 1:] ** 2, axis=1) + attrs[f"{who}_mass_gev"] ** 2)
            assert np.max(np.abs(off)) < 1e-12 * e0, name
        weight = events["weight"][()]
        assert np.mean(weight) == pytest.approx(file["sigma/value"][()], rel=1e-12)
        if mode == "unweighted":
            # All equal but for overweight events.
            assert np.mean(weight > 1.000001 * np.min(weight)) < 0.01
        assert len(np.unique(events["index"][()])) == 50000


def observables(path):
    with h5py.File(path) as file:
        p = {name: file["events"][name][()] for name in MOMENTA}
        e0, m_nucleus = (file["events"].attrs[k] for k in ("beam_energy_gev", "nucleus_mass_gev"))
        weight = file["events/weight"][()]
    pair, lepton = p["p_chi"] + p["p_chibar"], p["p_lepton_out"]
    angle = lambda q: np.arctan2(np.hypot(q[:, 1], q[:, 2]), q[:, 3])
    recoil2 = np.sum(p["p_nucleus_out"][:, 1:] ** 2, axis=1)
    kinetic = recoil2 / (np.sqrt(recoil2 + m_nucleus**2) + m_nucleus)
    values = {
        "x": pair[:, 0] / e0,
        "e_miss_gev": pair[:, 0],
        "theta_lepton_rad": angle(lepton),
        "m_pair_gev": np.sqrt(pair[:, 0] ** 2 - np.sum(pair[:, 1:] ** 2, axis=1)),
        "t_gev2": 2 * m_nucleus * kinetic,
        "e_chi_gev": p["p_chi"][:, 0],
        "theta_chi_rad": angle(p["p_chi"]),
    }
    return values, weight


def ks_p_value(a, weight_a, b, weight_b):
    """Two-sample Kolmogorov-Smirnov test of weighted samples, asymptotic."""
    order = np.argsort(np.concatenate([a, b]), kind="stable")
    steps = np.concatenate([weight_a / weight_a.sum(), -weight_b / weight_b.sum()])[order]
    distance = np.max(np.abs(np.cumsum(steps)))
    effective = [w.sum() ** 2 / np.sum(w**2) for w in (weight_a, weight_b)]
    scaled = distance * np.sqrt(effective[0] * effective[1] / sum(effective))
    k = np.arange(1, 101)
    return min(1.0, 2 * np.sum((-1.0) ** (k - 1) * np.exp(-2 * k**2 * scaled**2)))


@pytest.mark.parametrize("card", [NA64, LDMX])
def test_weighted_and_unweighted_events_have_the_same_spectra(generated, card):
    weighted = observables(generated(card, COUNT))
    unweighted = observables(generated(card, COUNT, UNWEIGHTED, seed=3))
    for name, values in weighted[0].items():
        p_value = ks_p_value(values, weighted[1], unweighted[0][name], unweighted[1])
        assert p_value > 1e-3, name
    # The test sees a difference of three percent in one of them.
    shifted = 1.03 * unweighted[0]["e_chi_gev"]
    assert ks_p_value(weighted[0]["e_chi_gev"], weighted[1], shifted, unweighted[1]) < 1e-3


def test_sums_of_bins_scatter_as_their_errors_say(generated):
    sums, errors, alone = [], [], []
    for seed in range(1, 17):
        small = ("events.count=0", "integration.neval=20000", "integration.rel_error=1e-3")
        with h5py.File(generated(NA64, *small, seed=seed)) as file:
            for h in file["histograms"].values():
                rows = h["deviations"][()].astype(float).reshape(len(h["deviations"]), -1)
                everything = (rows.sum(axis=1) ** 2).sum() ** 0.5
                assert everything == pytest.approx(file["sigma/error"][()], rel=1e-5), h.name
            # 80 to 112 GeV, as docs/formats.md says.
            h = file["histograms/e_miss_gev"]
            sums.append(h["storage/values"][1:21].sum())
            errors.append((h["deviations"][:, 1:21].sum(axis=1) ** 2).sum() ** 0.5)
            alone.append(h["storage/variances"][1:21].sum() ** 0.5)
    assert 0.6 < np.std(sums, ddof=1) / np.mean(errors) < 1.5
    # Bins taken as independent would have a far larger error.
    assert np.mean(alone) > 1.5 * np.mean(errors)
    assert np.std(errors) < 0.2 * np.mean(errors)


def test_histograms_agree_with_the_events_within_their_errors(generated):
    path = generated(NA64, COUNT)
    values, weight = observables(path)
    with h5py.File(path) as file:
        assert set(file["histograms"]) == {
            "x", "e_miss_gev", "theta_lepton_rad", "m_pair_gev", "t_gev2",
        }
        for name in file["histograms"]:
            found = hist.Hist(uhi.io.hdf5.read(file["histograms"][name]))
            filled = hist.Hist(found.axes[0], storage=hist.storage.Weight())
            filled.fill(values[name], weight=weight / len(weight))
            total = found.sum(flow=True).value
            assert total == pytest.approx(file["sigma/value"][()], rel=1e-9), name
            variance = found.variances(flow=True) + filled.variances(flow=True)
            full = variance > (0.05 * total) ** 2 / len(weight)
            difference = found.values(flow=True) - filled.values(flow=True)
            pulls = difference[full] / np.sqrt(variance[full])
            assert np.sum(full) > 10
            assert 0.5 < np.mean(pulls**2) < 1.6, name


@pytest.mark.parametrize("name", READERS)
def test_generated_events_export_to_every_format(generated, name, tmp_path):
    path = generated(NA64, COUNT, UNWEIGHTED)
    suffix = {"g4darkbrem-csv": "csv", "lheh5": "lheh5", "hepmc3": "hepmc3"}.get(name, "lhe")
    output = tmp_path / f"out.{suffix}"
    millibrem("export", path, "--to", name, "-o", output)
    sample = READERS[name](output)
    with h5py.File(path) as file:
        np.testing.assert_array_equal(
            sample.p["p_lepton_out"], file["events/p_lepton_out"][()]
        )
        if sample.sigma is not None:
            assert sample.sigma == pytest.approx(file["sigma/value"][()], rel=1e-12)
        # A few overweight events make weights differ.
        strategy = 4 if len(set(file["events/weight"][()])) > 1 else 3
    if name in ("lhe", "lheh5"):
        assert sample.extra["file"].init.initInfo.weightingStrategy == strategy



def test_straggling_electrons_collide_early_in_a_thick_target(generated, tmp_path):
    path = generated(LDMX, COUNT, "target.thickness_cm=89.0")
    output = tmp_path / "out.lhe"
    options = ["--vertex", "straggling", "--drop-weights"]
    millibrem("export", path, "--to", "ldmx-lhe", "-o", output, *options)
    depth_x0 = READERS["ldmx-lhe"](output).extra["vertices"][:, 2] / 89.0
    assert 0 <= np.min(depth_x0) and np.max(depth_x0) <= 10
    # Mean depth in X0 by mpmath: integral of t P(4t/3, ln 2) over that of P, and its spread.
    expected, spread = 0.658925556, 0.554238395
    assert np.mean(depth_x0) == pytest.approx(expected, abs=4 * spread / np.sqrt(len(depth_x0)))


@pytest.fixture(scope="module")
def dark_photon_card(tmp_path_factory):
    text = NA64.read_text().split("[[histogram]]")[0]
    text = text.replace('kind = "pair"', 'kind = "dark-photon"')
    lines = [line for line in text.splitlines() if not line.startswith(("m_chi", "charge", "spin", "pdg_id"))]
    at = lines.index("[dark_sector]") + 1
    lines[at:at] = ["m_dark_photon_gev = 0.1", "epsilon = 1e-3"]
    path = tmp_path_factory.mktemp("card") / "dark-photon.toml"
    path.write_text("\n".join(lines))
    return path


def test_dark_photons_are_one_particle_in_files_and_libraries(generated, dark_photon_card, tmp_path):
    path = generated(dark_photon_card, "events.count=2000", UNWEIGHTED)
    with h5py.File(path) as file:
        events = file["events"]
        assert "p_chi" not in events and events["p_dark_photon"].shape == (2000, 4)
        photon = events["p_dark_photon"][()]
        mass = np.sqrt(photon[:, 0] ** 2 - np.sum(photon[:, 1:] ** 2, axis=1))
        np.testing.assert_allclose(mass, 0.1, rtol=1e-6)
        output = tmp_path / "library.lhe"
        report = millibrem("export", path, "--to", "g4darkbrem-lhe", "-o", output)
        assert all("some events weigh up to" in words for words in report["warnings"])
        sample = READERS["g4darkbrem-lhe"](output)
        np.testing.assert_array_equal(sample.p["pair"], photon)
        assert set(sample.extra["mass"]) == {0.1}
