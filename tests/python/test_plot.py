"""The script beside a figure draws it again with matplotlib, from the same files."""

import subprocess

import pytest
from conftest import ROOT, millibrem

CARD = "cards/na64mu-2025.toml"
PLANE = 'histogram=[{observable=["x","t_gev2"]},{observable="x"}]'
SMALL = ("events.count=0", "integration.rel_error=1e-2", PLANE)


def redraw(figure):
    script = figure.with_suffix(".py")
    again = figure.with_suffix(".again.png")
    python = ROOT / ".venv/bin/python"
    done = subprocess.run([python, script, again], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert again.read_bytes().startswith(b"\x89PNG")
    return script.read_text()


def test_every_panel_of_a_run(generated, tmp_path):
    run = generated(CARD, *SMALL)
    figure = tmp_path / "all.png"
    report = millibrem("plot", run, "-o", figure)
    assert report["figures"][0]["panels"] == ["x", "x_vs_t_gev2", "iterations"]
    assert figure.read_bytes().startswith(b"\x89PNG")
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
