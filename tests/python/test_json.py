"""Every command with --json, well and badly, against docs/json.schema.json."""

import json
import re
import subprocess

import jsonschema
import pytest
from conftest import BIN, ROOT

SCHEMA = json.loads((ROOT / "docs/json.schema.json").read_text())
MUONS = "cards/na64mu-2025.toml"
ELECTRONS = "cards/ldmx-2025.toml"
MASS = "dark_sector.m_chi_gev"
SMALL = [
    *["--set", "events.count=500", "--set", "integration.rel_error=0.02"],
    *["--set", "integration.neval=2e4", "--seed", "18446744073709551615"],
]


def document(*words):
    """Exit code, the one document on stdout, and stderr."""
    command = [str(word) for word in (BIN / "millibrem", *words, "--json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    def no_constant(name):
        raise AssertionError(f"{name} is no JSON")

    def once(pairs):
        assert len(dict(pairs)) == len(pairs), pairs
        return dict(pairs)

    # Refuses a second document, and anything beside it.
    found = json.loads(done.stdout, parse_constant=no_constant, object_pairs_hook=once)
    return done.returncode, found, done.stderr


def held(name, found):
    """Holds a document against the definition of its command."""
    schema = {**SCHEMA, "$ref": f"#/$defs/{name}"}
    jsonschema.Draft202012Validator(schema).validate(found)
    return found


def good(name, *words):
    code, found, stderr = document(*words)
    assert code == 0 and "error" not in found, (found, stderr)
    return held(name, found)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A small run with the largest seed."""
    folder = tmp_path_factory.mktemp("run")
    report = good("generate", "generate", MUONS, *SMALL, "--out", folder, "--to", "csv")
    assert report["seed"] == 2**64 - 1
    assert report["exports"] == [str(folder / "run.csv")]
    return folder / "run.h5"


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_runs(run, tmp_path):
    report = good("complete", "generate", MUONS, *SMALL, "--out", run.parent, "--resume")
    info = good("info-run", "info", run)
    assert report["sigma_pb"] == info["sigma_pb"] and info["seed"] == 2**64 - 1
    card = good("info-card", "info", MUONS, *SMALL)
    assert info["card"] == card["card"] and info["card_toml"] == card["card_toml"]
    assert card["card"]["run"]["seed"] == 2**64 - 1
    assert card["card"]["cuts"]["lepton_pt_max_gev"] == "inf"
    rows = (run.parent / "run.csv").read_text().splitlines()
    event = good("info-event", "info", run, "--event", rows[-1].split(",")[0])
    assert event["identical"] is True
    export = good("export", "export", run, "--to", "lhe", "-o", tmp_path / "a.lhe")
    assert export["n_events"] == 500
    few = ["--energies", "5,8", "--events", "50", "--out", tmp_path]
    library = good("library", "library", ELECTRONS, *few, *SMALL[2:])
    assert library["n_events"] == sum(one["n_events"] for one in library["points"]) == 100
    good("plot", "plot", run, "-o", tmp_path / "a.svg")


def test_shards(tmp_path):
    parts = []
    for i in (1, 2):
        words = ("generate", MUONS, *SMALL, "--out", tmp_path, "--shard", f"{i}/2")
        parts.append(good("shard", *words)["output"])
    assert good("shard", *words, "--resume")["complete"] is True
    assert good("merge", "merge", *parts, "-o", tmp_path / "run.h5")["n_events"] == 500


def test_seeds(tmp_path):
    small = SMALL[:-1]
    runs = []
    for seed in ("1", "18446744073709551615"[:18]):
        words = ("generate", MUONS, *small, seed, "--out", tmp_path / seed)
        runs.append(good("generate", *words)["output"])
    report = good("merge-seeds", "merge", "--seeds", *runs, "-o", tmp_path / "run.h5")
    info = good("info-run", "info", tmp_path / "run.h5")
    assert info["seeds"] == report["seeds"] == [1, 184467440737095516]
    assert info["runs"] == report["runs"] and info["sigma_pb"] == report["sigma_pb"]
    assert good("info-run", "info", runs[0])["seeds"] == [1]
    longer = good("generate", *words, "--extend", "100")
    assert longer["n_events"] == 600


def test_cross_sections(tmp_path):
    quick = ("--rel-error", "0.05", "--seed", "1", "--out", tmp_path)
    for method in ("mc", "quadrature", "ww", "iww", "wwa"):
        good("sigma", "sigma", MUONS, "--method", method, *quick)
    good("spectrum", "spectrum", MUONS, "--method", "iww", "--at", "0.6,0.7", *quick)
    good("spectrum", "spectrum", MUONS, "--method", "mc", "--bins", "3", *quick)
    shower = good("shower", "shower", "na64e-2023", "--at", "50,70", "--depths", "1,40")
    assert [track["depth_x0"] for track in shower["tracks"]] == [1, 40]
    axes = ("--over", f"{MASS}=0.1,0.2", "--over", "cuts.lepton_pt_max_gev=1,inf")
    scan = good("scan", "scan", MUONS, *axes, "--method", "mc", *quick)
    assert [row["lepton_pt_max_gev"] for row in scan["rows"]] == [1, "inf", 1, "inf"]
    # The closed form of wwa does not hold for light χ: no number, said so.
    compare = good("compare", "compare", ELECTRONS, "--over", f"{MASS}=1e-5,0.1", *quick)
    assert None in (compare["rows"][0]["wwa_pb"], compare["rows"][1]["wwa_pb"])
    limits = tmp_path / "limits.csv"
    limits.write_text("0.001,1e-3\n1,2e-3\n")
    files = ("--recast", limits, "--overlay", limits)
    reach = good("reach", "reach", MUONS, ELECTRONS, "--over", f"{MASS}=0.1,5", *files, *quick)
    assert reach["curves"][0]["q_over_e"][1] is not None


def test_batch_files_and_versions(tmp_path):
    words = ("--engine", "slurm", "--shards", "3", "--out", tmp_path)
    good("submit", "submit", MUONS, *words)
    good("info", "info")


def test_keys():
    keys = {key["path"]: key for key in good("info-keys", "info", "--keys")["keys"]}
    card = good("info-card", "info", MUONS)["card"]
    for section in ("beam", "cuts", "events", "reach"):
        assert {f"{section}.{name}" for name in card[section]} <= set(keys)
    assert keys["cuts.chi_angle_max_mrad"]["default"] == "inf"
    assert keys["beam.lepton"]["required"] and "mu+" in keys["beam.lepton"]["choices"]
    words = [BIN / "millibrem", "info", "--keys"]
    page = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert page == (ROOT / "docs/card.md").read_text()


def test_published_limits():
    limits = {limit["name"]: limit for limit in good("info-limits", "info", "--limits")["published_limits"]}
    assert set(limits) == {path.stem for path in (ROOT / "data/limits").glob("*.csv")}
    assert (limits["slac-mq"]["m_chi_min_gev"], limits["slac-mq"]["kind"]) == (0.001, "measured")


def test_a_result_that_is_not_trusted_stands_beside_its_error(tmp_path):
    narrow = 'histogram=[{observable="x",min=0.5,max=0.501}]'
    beyond = ("--set", "cuts.lepton_angle_min_mrad=100", "--set", "integration.max_neval=2e4")
    words = ("generate", MUONS, *SMALL, "--out", tmp_path, *beyond, "--set", narrow)
    code, found, stderr = document(*words)
    assert code == 1, (found, stderr)
    held("generate", found)
    assert found["error"]["kind"] == "untrusted" and found["alarms"], found
    assert all(alarm in found["error"]["message"] for alarm in found["alarms"])
    info = good("info-run", "info", found["output"])
    assert info["alarms"] == found["alarms"]
    code, again, _ = document(*words, "--resume")
    assert code == 1 and held("complete", again)["alarms"] == found["alarms"]


def test_rows_that_fail_are_alarms_beside_those_that_do_not(tmp_path):
    words = ("--method", "wwa", "--over", f"{MASS}=1e-5,0.1", "--out", tmp_path)
    code, found, stderr = document("scan", ELECTRONS, *words)
    assert (code, found["error"]["kind"]) == (1, "rows"), (found, stderr)
    assert len(held("scan", found)["rows"]) == len(found["alarms"]) == 1


CARD = '[beam]\nlepton = "muon"\nenergy_gev = 160.0\n'
SLURM = ("--engine", "slurm", "--shards", "3")
# Command; exit code; what must be known of the error.
BAD = [
    (("sigma", "wrong.toml"), 2, {"kind": "card", "key": "beam.lepton", "file": "wrong.toml"}),
    (("sigma", "wrong.toml"), 2, {"line": 2, "found": '"muon"', "nearest": "mu+"}),
    (("sigma", "nowhere.toml"), 2, {"kind": "file", "file": "nowhere.toml"}),
    (("sigma", MUONS, "--set", "beam.energy=1"), 2, {"kind": "card", "nearest": "beam.energy_gev"}),
    (("sigma", MUONS, "--set", "beam.energy=1"), 2, {"option": "--set beam.energy=1"}),
    (("sigma", MUONS, "--seed=-1"), 2, {"key": "run.seed", "option": "--seed -1"}),
    (("sigma", MUONS, "--method", "quad"), 2, {"kind": "usage", "nearest": "quadrature"}),
    (("sigma", MUONS, "--method", "quad"), 2, {"key": "--method", "found": "quad"}),
    (("sigma", MUONS, "--mehtod", "mc"), 2, {"key": "--mehtod", "nearest": "--method"}),
    (("sigma",), 2, {"kind": "usage", "key": "<CARD>", "found": "nothing"}),
    (("sgima",), 2, {"kind": "usage", "key": "sgima", "nearest": "sigma"}),
    (("spectrum", MUONS), 2, {"kind": "usage", "key": "--at", "found": "nothing"}),
    (("spectrum", MUONS, "--at", "2"), 2, {"key": "--at", "found": "2"}),
    (("scan", MUONS, "--over", "beam=1"), 2, {"kind": "card", "key": "beam"}),
    (("scan", MUONS, "--over", "x"), 2, {"kind": "usage", "option": "--over x"}),
    (("compare", MUONS, "--bins", "0"), 2, {"key": "--bins", "found": "0"}),
    (("generate", MUONS, "--shard", "3/2"), 2, {"key": "--shard", "found": "3/2"}),
    (("generate", MUONS, "--extend", "0"), 2, {"key": "--extend", "found": "0"}),
    (("generate", MUONS, "--to", "csv", "--to", "csv"), 2, {"kind": "usage"}),
    (("merge", "--seeds", "nowhere.h5"), 2, {"kind": "file", "file": "nowhere.h5"}),
    (("merge", "nowhere.h5"), 2, {"kind": "file", "file": "nowhere.h5"}),
    (("plot", "bad.csv"), 2, {"kind": "file", "file": "bad.csv", "line": 2}),
    (("plot", "bad.csv", "-o", "a.eps"), 2, {"kind": "file", "file": "a.eps"}),
    (("reach", MUONS, "--over", f"{MASS}=0.1", "--overlay", "bad.csv"), 2, {"kind": "file"}),
    (("reach", MUONS, "--over", f"{MASS}=0.1", "--overlay", "bad.csv"), 2, {"line": 2}),
    (("reach", MUONS, "--over", f"{MASS}=0.1", "--overlay", "no.csv"), 2, {"file": "no.csv"}),
    (("merge", "nowhere.h5", "--threads", "x"), 2, {"key": "--threads", "found": "x"}),
    (("export", "nowhere.h5", "--to", "lhe"), 2, {"kind": "file", "file": "nowhere.h5"}),
    (("export", "nowhere.h5", "--to", "lha"), 2, {"kind": "usage", "found": "lha"}),
    (("submit", MUONS, *SLURM, "--time", "1"), 2, {"key": "--time", "found": "1"}),
    (("submit", MUONS, *SLURM, "--partition", "a b"), 2, {"kind": "submit"}),
    (("info", "nowhere.toml"), 2, {"kind": "file", "file": "nowhere.toml"}),
    (("info", "--keys", MUONS), 2, {"kind": "usage", "key": "--keys"}),
    (("info", "--threads"), 2, {"kind": "usage", "key": "--threads", "found": "nothing"}),
    (("sigma", MUONS, "--seed", "-1"), 2, {"key": "run.seed", "found": "-1"}),
    (("spectrum", MUONS, "--bins", "-1"), 2, {"key": "--bins", "found": "-1"}),
    (("reach", MUONS, "--over", "x", "--ceiling", "-1e-3"), 2, {"kind": "usage"}),
    (("sigma", MUONS, "--seed"), 2, {"found": "nothing", "expected": "--seed <N>"}),
    (("sigma", MUONS, "--method"), 2, {"found": "nothing", "key": "--method"}),
    (("generate", MUONS, "--shard", "0/0"), 2, {"expected": "I/N with I from 1 to N, such as 3/10"}),
    (("generate", MUONS, "--checkpoint-every", "-1"), 2, {"key": "--checkpoint-every"}),
    (("scan", MUONS, "--over", f"{MASS}=0"), 2, {"key": MASS, "option": f"--over {MASS}=0"}),
    (("scan", MUONS, "--over", "beam=1"), 2, {"option": "--over beam=1"}),
    ((), 2, {"kind": "usage", "key": None, "found": "nothing"}),
    (("sigma", "--json=true", MUONS), 2, {"kind": "usage", "key": "--json", "found": "true"}),
]


def test_json_is_where_it_is_asked_for(tmp_path):
    def printed(*words):
        command = [str(BIN / "millibrem"), *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 2, done
        return done.stdout

    for words in (["--json"], ["--json=yes"], ["--json", "sigma"], ["sigma", "--json", "--x"]):
        held("failure", json.loads(printed(*words)))
    # Behind -- it is the name of a file.
    for words in (["sigma", "--", "--json"], ["sigma", "--x", "--", "--json"], ["sigma", "--js"]):
        assert printed(*words) == ""
    names = json.loads(printed("--json"))["error"]["expected"].split(", ")
    helped = subprocess.run([BIN / "millibrem", "--help"], capture_output=True, text=True, check=True)
    assert set(names) == set(re.findall("^  ([a-z]+)  ", helped.stdout, re.MULTILINE))


@pytest.mark.parametrize(("words", "expected_code", "known"), BAD)
def test_failures(words, expected_code, known, tmp_path):
    (tmp_path / "wrong.toml").write_text(CARD)
    (tmp_path / "bad.csv").write_text("a,b\n1,2,3\n")

    def absolute(word):
        is_here = word.startswith(("wrong.", "bad.", "nowhere.", "no."))
        return str(tmp_path / word) if is_here else word

    code, found, stderr = document(*map(absolute, words), "--out", tmp_path / "out")
    assert code == expected_code
    error = held("failure", found)["error"]
    expected = {key: absolute(v) if isinstance(v, str) else v for key, v in known.items()}
    assert expected.items() <= error.items()
    # stderr says the same in words.
    assert stderr.startswith("error: ") and error["message"].split("\n")[0] in stderr
    assert not (tmp_path / "out").exists()
