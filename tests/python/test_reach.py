"""Exclusion curves as HEPData's own validator reads them."""

import yaml
from conftest import millibrem
from hepdata_validator.full_submission_validator import FullSubmissionValidator, SchemaType


def test_the_submission_is_valid_and_holds_the_curves(tmp_path):
    masses = ("--over", "dark_sector.m_chi_gev=0.01,0.2,0.6")
    cards = ("cards/na64mu-2025.toml", "cards/ldmx-2025.toml")
    report = millibrem("reach", *cards, *masses, "--hepdata", "--out", tmp_path)
    folder = tmp_path / "hepdata"
    validator = FullSubmissionValidator()
    assert validator.validate(directory=str(folder)), validator.get_messages()
    assert validator.valid_files[SchemaType.SUBMISSION] == [str(folder / "submission.yaml")]
    table = yaml.safe_load((folder / "exclusion_reach.yaml").read_text())
    (abscissa,) = table["independent_variables"]
    assert [v["value"] for v in abscissa["values"]] == [0.01, 0.2, 0.6]
    stored = {
        column["qualifiers"][0]["value"]: [v["value"] for v in column["values"]]
        for column in table["dependent_variables"]
    }
    assert stored.keys() == {curve["display"] for curve in report["curves"]}
    for curve in report["curves"]:
        for found, printed in zip(stored[curve["display"]], curve["q_over_e"], strict=True):
            same = found == "-" if printed is None else abs(found / printed - 1) < 1e-6
            assert same, (curve["label"], found, printed)
    assert "-" in stored["LDMX rho"]


def test_monte_carlo_errors_are_errors_of_the_table(tmp_path):
    mc = ("--method", "mc", "--rel-error", "5e-3", "--seed", "1")
    over = ("--over", "dark_sector.m_chi_gev=0.05,5")
    report = millibrem("reach", "cards/ldmx-2025.toml", *over, *mc, "--hepdata", "--out", tmp_path)
    folder = tmp_path / "hepdata"
    validator = FullSubmissionValidator()
    assert validator.validate(directory=str(folder)), validator.get_messages()
    table = yaml.safe_load((folder / "exclusion_reach.yaml").read_text())
    first = table["dependent_variables"][0]["values"]
    curve = report["curves"][0]
    assert curve["error"][0] > 0 and curve["error"][1] is None
    stored = first[0]["errors"][0]
    assert stored["label"] == "stat"
    assert abs(stored["symerror"] / curve["error"][0] - 1) < 1e-6
    assert "errors" not in first[1] and first[1]["value"] == "-"
