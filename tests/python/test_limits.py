"""The tables of published limits hold what their headers say; a spoilt one is found."""

import importlib.util
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("check_limits", ROOT / "data/check_limits.py")
check = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check)
TABLES = sorted(check.LIMITS.glob("*.csv"))


@pytest.mark.parametrize("path", TABLES, ids=lambda p: p.stem)
def test_a_table_is_what_its_header_says(path):
    assert check.problems(path.read_text()) == []
    assert f"`{path.stem}`" in (ROOT / "docs/limits.md").read_text()


@pytest.mark.parametrize(
    "old, new, problem",
    [
        ("# kind: recast by Marocco and Sarkar", "# kind:", "no `# kind:`"),
        ("lower edge", "upper edge", "the quantity"),
        ("2 public", "3 public", "3 digitisations, but 2 are named"),
        ("differ by 4 %", "differ by 40 %", "median spread"),
        ("differ by 4 % (median), 11 % (90 % of masses)", "agree", "the spread is"),
        ("0.02588,", "0.01588,", "does not rise"),
        ("0.02588,0.00059", "0.02588,0.000059", "falls by"),
        ("0.02588,0.00059", "0.02588,59", "impossible"),
        ("0.02588,0.00059", "0.02588,0,00059", "is no mass and charge"),
        ("m_chi_gev,q_over_e", "m_chi_mev,q_over_e", "the columns are"),
    ],
)
def test_a_spoilt_table_is_found(old, new, problem):
    text = (check.LIMITS / "bebc.csv").read_text()
    assert old in text
    assert any(problem in one for one in check.problems(text.replace(old, new)))
