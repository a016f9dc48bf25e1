"""Cards: where they come from, what replaces their values, what is refused."""

import pickle

import numpy as np
import pytest

import millibrem as mb


def test_every_shipped_card_loads_by_name():
    names = mb.shipped_cards()
    assert "na64mu-2025" in names and "ldmx-2025" in names
    for name in names:
        assert mb.Card.load(name).name == name


def test_a_card_is_read_from_a_file(tmp_path, card):
    path = tmp_path / "mine.toml"
    path.write_text(card.text)
    assert mb.Card.load(path) == card
    assert mb.Card.load(str(path)).text == card.text


def test_replaced_values_make_another_card(card):
    other = card.replace({"dark_sector.m_chi_gev": 0.03}, target__element="W")
    assert (other["dark_sector.m_chi_gev"], other["target.element"]) == (0.03, "W")
    assert card["target.element"] == "Pb"
    assert other != card and other == card.replace(
        dark_sector__m_chi_gev=np.float64(0.03), target__element="W"
    )
    with pytest.raises(AttributeError, match="immutable"):
        card.seed = 3


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"target.density_g_cm3": 2.65}, {"target.element": "W"}),
        ({"target.nuclear_mass_gev": 25.126}, {"target.element": "H", "dark_sector.m_chi_gev": 0.5}),
        ({"target.thickness_x0": 0.1}, {"target.thickness_cm": 2.0}),
        ({"target.material": "LYSO"}, {"target.element": "W"}),
        ({"beam.momentum_spread": 0.01}, {"beam.energy_gev": 4.0}),
        (
            {"process.kind": "dark-photon", "dark_sector.m_dark_photon_gev": 0.1, "histogram": []},
            {"process.kind": "pair", "dark_sector.m_chi_gev": 0.01},
        ),
    ],
)
def test_what_was_replaced_before_is_the_card_that_is_replaced_in(first, second):
    one = mb.Card.load("ldmx-2025").replace(first)
    same = mb.Card.from_text(one.text, name=one.name)
    assert one == same
    assert one.replace(second).text == same.replace(second).text


def test_a_replaced_card_has_lines_of_its_own():
    tungsten = mb.Card.load("ldmx-2025").replace({"target.element": "W"})
    with pytest.raises(mb.CardError, match=r"ldmx-2025.toml, as replaced:\d+: cuts.x_min") as caught:
        tungsten.replace({"beam.lepton": "mu-", "beam.energy_gev": 0.3})
    line = tungsten.text.splitlines()[caught.value.line - 1]
    assert line.startswith("x_min")


def test_values_of_every_kind_reach_the_card(card):
    other = card.replace(
        {
            "run.name": "another",
            "events.count": np.int64(17),
            "target.material": [{"element": "Pb", "mass_fraction": 1.0}],
        }
    )
    assert other.name == "another" and other["events.count"] == 17
    with pytest.raises(TypeError, match="no value for a card"):
        card.replace({"run.name": object()})


def test_a_wrong_key_names_the_nearest(card):
    with pytest.raises(mb.CardError, match="did you mean `beam.energy_gev`") as caught:
        card.replace({"beam.energy": 3})
    assert caught.value.key == "beam.energy" and caught.value.nearest == "beam.energy_gev"
    assert caught.value.line is None and isinstance(caught.value, ValueError)


def test_a_wrong_value_in_a_text_names_its_line(card):
    text = card.text.replace('lepton = "mu-"', 'lepton = "muon"')
    with pytest.raises(mb.CardError, match="mine.toml:") as caught:
        mb.Card.from_text(text, file="mine.toml")
    error = caught.value
    assert text.splitlines()[error.line - 1] == 'lepton = "muon"'
    assert (error.file, error.key) == ("mine.toml", "beam.lepton") and "muon" in error.found
    with pytest.raises(mb.CardError, match=r"run.name: found .*name"):
        card.replace({"run.name": 'a "name"'})


def test_a_drawn_seed_survives_pickling():
    text = mb.Card.load("na64mu-2025").text
    text = "\n".join(line for line in text.splitlines() if not line.startswith("seed"))
    drawn = mb.Card.from_text(text)
    assert drawn.seed != mb.Card.from_text(text).seed
    again = pickle.loads(pickle.dumps(drawn))
    assert again == drawn and again.seed == drawn.seed and hash(again) == hash(drawn)
    assert drawn.replace({"events.count": 3}).seed == drawn.seed
    assert drawn.replace({"run.seed": 3}).replace({"events.count": 3}).seed == 3


def test_a_card_shows_itself(card):
    assert repr(card) == "<Card na64mu-2025: pair, mu- 160 GeV on Pb, seed 7>"
    assert "beam.energy_gev" in card._repr_html_()
    assert "beam.energy_gev" in card.keys() and "beam.energy_gev" in card
    assert card.to_dict()["beam"]["energy_gev"] == card["beam.energy_gev"] == 160.0


def test_the_keys_say_their_units():
    keys = {row["key"]: row for row in mb.card_keys()}
    assert keys["beam.energy_gev"]["unit"] == "GeV" and keys["events.count"]["meaning"]
