"""The script beside a figure draws it again with matplotlib, from the same files, alike to a few pixels."""

import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
import yaml
from conftest import BIN, ROOT, millibrem

CARD = "cards/na64mu-2025.toml"
PLANE = 'histogram=[{observable=["x","t_gev2"]},{observable="x"}]'
SMALL = ("events.count=0", "integration.rel_error=1e-2", PLANE)


def redraw(figure):
    script = figure.with_suffix(".py")
    again = figure.with_suffix(".again.png")
    # A drawing is compared on the way.
    twins = [ROOT / "tests/python/twins.py", figure] if figure.suffix == ".svg" else []
    command = [sys.executable, *twins, script, again]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert again.read_bytes().startswith(b"\x89PNG")
    return script.read_text()


def test_every_panel_of_a_run(generated, tmp_path):
    run = generated(CARD, *SMALL)
    figure = tmp_path / "all.svg"
    report = millibrem("plot", run, "-o", figure)
    assert report["figures"][0]["panels"] == ["x", "x_vs_t_gev2", "iterations"]
    millibrem("plot", run, "--only", "x", "-o", tmp_path / "x.png")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    text = redraw(figure)
    assert "heat(" in text and "steps(" in text and "iterations(" in text


@pytest.mark.parametrize("panel", ["x", "iterations"])
def test_runs_laid_over_each_other(generated, tmp_path, panel):
    runs = [generated(CARD, *SMALL, f"dark_sector.m_chi_gev={mass}") for mass in (0.01, 0.1)]
    figure = tmp_path / "both.svg"
    millibrem("plot", *runs, "--only", panel, "-o", figure)
    assert redraw(figure).count("\\mathit{m}_{\\mathit{χ}}$ = ".replace("\\", "\\\\")) == 2


@pytest.mark.parametrize("ending", ["csv", "h5"])
def test_tables(tmp_path, ending):
    over = ("--over", "dark_sector.m_chi_gev=1e-3..1:log:4", "--rel-error", "1e-3")
    millibrem("compare", CARD, *over, "--out", tmp_path)
    figure = tmp_path / "compare.svg"
    report = millibrem("plot", tmp_path / f"compare.{ending}", "-o", figure)
    assert report["figures"][0]["panels"] == ["sigma", "ratios"]
    assert 'over="etl_pb"' in redraw(figure)


def test_exclusion_curves_with_regions(tmp_path):
    limits = ("slac-mq", "bebc", "colliders")
    overlays = [word for limit in limits for word in ("--overlay", f"data/limits/{limit}.csv")]
    over = ("--over", "dark_sector.m_chi_gev=1e-2..1:log:8")
    millibrem("reach", "cards/na64e-2018.toml", *over, *overlays, "--out", tmp_path)
    figure = tmp_path / "reach.svg"
    millibrem("plot", tmp_path / "reach.csv", "-o", figure)
    script = redraw(figure)
    assert script.count("region(ax, columns(") == 3
    assert script.count("edge(ax, columns(") == 1


def test_spectra_showers_and_scans_over_two_keys(tmp_path):
    spectrum = ("spectrum", CARD, "--bins", "10", "--out", tmp_path)
    for method in ("quadrature", "ww"):
        millibrem(*spectrum, "--method", method, "--rel-error", "1e-3")
    both = [tmp_path / f"spectrum-{method}.csv" for method in ("quadrature", "ww")]
    figure = tmp_path / "spectrum.svg"
    millibrem("plot", *both, "--ratio", "exact", "--size", "column", "-o", figure)
    assert redraw(figure).count("ratio(") > 2
    over = ("dark_sector.m_chi_gev=1e-3..1:log:4", "dark_sector.charge=0.5,1")
    over = [word for axis in over for word in ("--over", axis)]
    scan = (*over, "--method", "quadrature", "--rel-error", "1e-3")
    millibrem("scan", CARD, *scan, "--out", tmp_path)
    figure = tmp_path / "scan.svg"
    millibrem("plot", tmp_path / "scan.csv", "-o", figure)
    assert redraw(figure).count("line(ax, columns(") == 2
    shower = [BIN / "millibrem", "shower", "na64e-2023", "--depths", "1,40"]
    (tmp_path / "tracks.csv").write_bytes(subprocess.run(shower, capture_output=True, check=True).stdout)
    figure = tmp_path / "tracks.svg"
    millibrem("plot", tmp_path / "tracks.csv", "-o", figure)
    assert "depth 40 " in redraw(figure)


def test_labels_of_cards_of_any_characters(tmp_path):
    label = 'Ü, "NA64" $\\mu$ *5*_{2}'
    over = ("--over", "dark_sector.m_chi_gev=1e-2..1:log:4", "--set", f"run.label='{label}'")
    shown = f"{label} bremsstrahlung"
    report = millibrem("reach", CARD, *over, "--iww", "--hepdata", "--out", tmp_path)
    assert [curve["display"] for curve in report["curves"]] == [shown, f"{label} iww"]
    table = yaml.safe_load((tmp_path / "hepdata/exclusion_reach.yaml").read_text())
    assert {"name": "curve", "value": shown} in table["dependent_variables"][0]["qualifiers"]
    figure = tmp_path / "reach.svg"
    millibrem("plot", tmp_path / "reach.csv", "-o", figure)
    redraw(figure)
    words = ET.parse(figure).iter("{http://www.w3.org/2000/svg}text")
    assert shown in ["".join(word.itertext()) for word in words]
