"""The lines that define dark particles in other programs: docs/particles.md shows those of a run file."""

import h5py
from conftest import ROOT

SETTINGS = ["events.count=10", "integration.neval=2e4", "integration.rel_error=0.1", "dark_sector.charge=1e-3"]


def test_the_page_shows_the_lines_of_the_run_file(generated):
    page = (ROOT / "docs/particles.md").read_text()
    with h5py.File(generated("cards/ldmx-2025.toml", *SETTINGS)) as run:
        attributes = dict(run["events"].attrs)
    programs = ["geant4", "pythia8", "ldmx_sw", "dmg4"]
    lines = {name: attributes[f"particles_in_{name}"].splitlines() for name in programs}
    # The card has the number of ldmx-sw.
    assert lines["dmg4"].pop(1).startswith("// DMG4 has the number 5200012")
    for name, shown in lines.items():
        assert "\n" + "\n".join(shown) + "\n```" in page, name
