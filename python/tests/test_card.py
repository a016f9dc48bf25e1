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
