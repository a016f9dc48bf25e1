"""Exports, figures, shards: what the program makes of a run file, from Python."""

import json
from concurrent.futures import ThreadPoolExecutor

import h5py
import matplotlib
import numpy as np
import pylhe
import pytest
import uproot

import millibrem as mb

matplotlib.use("Agg")


@pytest.fixture(scope="module")
def of_file(card, tmp_path_factory):
    return card.generate(path=tmp_path_factory.mktemp("run") / "run.h5")


def test_a_run_in_memory_is_saved_to_the_bytes_of_one_in_a_file(run, of_file, tmp_path):
    saved = run.save(tmp_path / "run.h5")
    with h5py.File(of_file.path) as theirs, h5py.File(saved.path) as ours:

        def compare(name, item):
            if isinstance(item, h5py.Dataset) and item.dtype != h5py.ref_dtype:
                assert np.array_equal(item[()], ours[name][()]), name

        theirs.visititems(compare)
        assert dict(theirs["provenance"].attrs).keys() == dict(ours["provenance"].attrs).keys()
    with pytest.raises(mb.UsageError, match="already"):
        saved.save(tmp_path / "other.h5")


def test_an_export_is_that_of_the_program(of_file, run, program, tmp_path):
    theirs = tmp_path / "theirs.lhe"
    told = json.loads(
        program("export", of_file.path, "--to", "lhe", "-o", str(theirs), sets=False)
    )
    mine = tmp_path / "mine.lhe"
    assert of_file.export("lhe", mine) == told["n_events"] == len(run)
    assert mine.read_bytes() == theirs.read_bytes()
    from_memory = tmp_path / "memory.lhe.gz"
    assert run.export("lhe", from_memory) == len(run)
    assert len(list(pylhe.LHEFile.fromfile(from_memory).events)) == len(run)


def test_an_export_without_a_path_stands_beside_its_run(of_file, run):
    assert of_file.export("csv") == len(of_file)
    with open(of_file.path.removesuffix(".h5") + ".csv") as file:
        assert len(file.read().splitlines()) > len(of_file)
    with pytest.raises(mb.UsageError, match="give the path"):
        run.export("csv")


def test_root_has_the_events_of_the_run_in_scalar_branches_by_role(of_file, run, tmp_path):
    path = tmp_path / "events.root"
    assert run.export("root", path) == len(run)
    with uproot.open(path) as file:
        assert file["card"] == run.card.text
        tree = file["events"]
        assert {branch.typename for branch in tree.branches} == {"double", "uint64_t"}
        columns = tree.arrays(library="np")
    np.testing.assert_array_equal(columns["index"], run.index)
    np.testing.assert_array_equal(columns["weight_pb"], run.weights)
    for role, particle in run.particles.items():
        p4 = [columns[f"{role}_{part}_gev"] for part in ("e", "px", "py", "pz")]
        np.testing.assert_array_equal(np.stack(p4, axis=1), run.p4(role))
        assert set(columns[f"{role}_m_gev"]) == {particle["mass_gev"]}
    assert len(columns) == 2 + 5 * len(run.particles)
    with pytest.raises(mb.FileError, match="force=True"):
        run.export("root", path)
    assert run.export("root", path, drop_nucleus=True, force=True) == len(run)
    with uproot.open(path) as file:
        assert "nucleus_out_e_gev" not in file["events"].keys()
    path.write_text("precious")
    with pytest.raises(mb.FileError, match="no file of ROOT"):
        run.export("root", path, force=True)
    assert path.read_text() == "precious" and list(tmp_path.iterdir()) == [path]
    with pytest.raises(mb.UsageError, match="no others"):
        run.export("root", tmp_path / "b.root", weights="unweight")


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"format": "pdf"}, mb.UsageError, "no format is called `pdf`; there are: lhe"),
        ({"format": "lhe", "weights": "half"}, mb.UsageError, "expected 'keep' or 'unweight' or 'drop'"),
        ({"format": "lhe", "weights": "drop"}, mb.UsageError, "has weights and keeps them"),
        ({"format": "lhe", "vertex": "middle"}, mb.UsageError, "'origin' or 'uniform'"),
        ({"format": "ldmx-lhe"}, mb.FileError, "weights"),
    ],
)
def test_what_cannot_be_exported_is_refused(of_file, tmp_path, options, error, words):
    with pytest.raises(error, match=words):
        of_file.export(path=tmp_path / "out.lhe", **options)


def test_formats_without_weights_take_events_of_equal_weight(of_file, tmp_path):
    kept = of_file.export("ldmx-lhe", tmp_path / "a.lhe", weights="unweight", vertex="uniform")
    assert 0 < kept < len(of_file)


def test_figures_are_drawn_from_memory_and_files(run, of_file, tmp_path):
    figure = run.figure("e_miss_gev", title="missing energy")
    assert figure._repr_svg_().startswith("<svg") and "missing energy" in figure.svg
    figure.save(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"
    both = mb.figure(run, of_file.path, only=["iterations"], labels=["memory", "file"])
    both.save(tmp_path / "b.svg")
    assert "memory" in (tmp_path / "b.svg").read_text()
    with pytest.raises(mb.FigureError, match="there is no figure.* `y`; there are: .*e_miss_gev"):
        run.figure("y")
    with pytest.raises(mb.FigureError, match=".svg or .png"):
        figure.save(tmp_path / "a.pdf")


def test_a_histogram_is_drawn_on_the_axes_given(run):
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots()
    assert run.plot("e_miss_gev", ax=ax, label="mine") is ax
    assert "GeV" in ax.get_xlabel() and "pb/GeV" in ax.get_ylabel()
    values, errors = run.histograms["e_miss_gev"].differential()
    plain = run.histograms["e_miss_gev"]
    width = np.diff(plain.axes[0].edges)
    assert np.allclose(values * width, plain.values()) and width[0] != 1
    (stairs,) = [patch for patch in ax.patches if patch.get_label() == "mine"]
    assert np.array_equal(stairs.get_data().values, values) and np.all(errors > 0)
    plt.close(figure)
    with pytest.raises(KeyError, match="there are"):
        run.plot("y")


@pytest.mark.parametrize("executor", [None, ThreadPoolExecutor(2)])
def test_shards_merge_to_the_bits_of_one_run(card, run, tmp_path, executor):
    card = card.replace({"integration.neval": 20_000})
    merged = card.generate(path=tmp_path / "run.h5", shards=3, executor=executor)
    assert merged.sigma.mean == run.sigma.mean
    assert np.array_equal(merged.weights, run.weights)
    assert np.array_equal(merged.p4("chi"), run.p4("chi"))
    assert [path.name for path in tmp_path.iterdir()] == ["run.h5"]
    in_memory = card.generate(shards=3, executor=executor)
    assert in_memory.path is None and np.array_equal(in_memory.weights, run.weights)
    assert len(list(in_memory.histograms)) == len(list(run.histograms))


def test_shards_made_one_by_one_are_merged(card, run, tmp_path):
    paths = [tmp_path / f"{i}.h5" for i in (1, 2)]
    for i, path in enumerate(paths, 1):
        mb.shard(card, path, i, 2)
    with pytest.raises(mb.FileError, match="missing"):
        mb.merge(paths[:1], tmp_path / "run.h5")
    assert np.array_equal(mb.merge(paths, tmp_path / "run.h5").weights, run.weights)
