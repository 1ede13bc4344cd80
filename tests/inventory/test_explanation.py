import json

import pytest

from optiflow_lib.inventory import KPI_DEFINITIONS, explain
from optiflow_lib.inventory.explanation import DECISIONS, NOTHING
from optiflow_lib.inventory.lines import ASSUMPTIONS
from optiflow_lib.inventory.order_rule import RULES
from optiflow_lib.inventory.sentences import ARRIVING, CAUSES, SENTENCES, TRANSFER, WITHHELD
from optiflow_lib.schemas.stock import ALERT_TYPES
from optiflow_lib.texts import text


def trace(**values):
    """A line of 24 units at 2 €, in packs of 6."""
    inputs = {
        "on_hand": 12.0,
        "on_order_in_time": 6.0,
        "reorder_point": 30.0,
        "protection_interval": 5.5,
        "minimum_quantity": 0.0,
        "multiple": 6.0,
    }
    told = {
        "inputs": inputs | {name: values.pop(name) for name in list(values) if name in inputs},
        "target": {"kind": "cycle_service", "level": 0.95, "safe_level": 31.0},
        "distribution": {"mean": 22.4, "promised": 33.0},
        "assumptions": [],
        "rule": "multiple",
        "order_quantity": 24.0,
        "stockout_probability": 0.31,
        "value_eur": 48.0,
    }
    return json.dumps(told | values)


def test_three_sentences_tell_what_there_is_what_is_expected_and_what_follows():
    assert explain(trace(), "en") == [
        "In stock: 12; on its way in time: 6; an order is due at 30 or less.",
        (
            "Until an order of the next review would arrive (5.5 days), 22.4 are expected to be wanted; "
            "with 95.0% chance no more than 33."
        ),
        "So 24 are suggested (€48), in packs of 6; without them, the chance to run out is 31%.",
    ]


def test_the_same_in_french():
    assert explain(trace(), "fr") == [
        "En stock\u00a0: 12\u202f; en route et à temps\u00a0: 6\u202f; commander à 30 ou moins.",
        (
            "D'ici à l'arrivée d'une commande passée à la prochaine revue (5,5 jours), une demande de 22,4 est attendue"
            "\u202f; avec 95,0\u00a0% de chances, pas plus de 33."
        ),
        (
            "La suggestion est donc de 24 (48\u00a0€), par colis de 6\u202f; sans elle, le risque de rupture est de "
            "31\u00a0%."
        ),
    ]


def test_a_fill_rate_is_told_as_one():
    target = {"kind": "fill_rate", "level": 0.98, "safe_level": 27.0}
    assert "a stock of 27 serves 98.0% of it" in explain(trace(target=target), "en")[1]


def test_an_item_that_is_never_ordered_has_no_reorder_point_to_tell():
    assert explain(trace(reorder_point=-1.0), "en")[0] == "In stock: 12; on its way in time: 6."


def test_what_is_assumed_is_said():
    told = explain(trace(assumptions=["unit cost", "lead time"]), "en")[2]
    assert told.endswith("(Assumed: unit cost, lead time.)")


def test_a_product_that_ends_names_the_one_that_follows():
    assert explain(trace(rule="ends soon", successor="Green tea"), "en")[2].endswith("(Green tea follows.)")
    assert "Green tea" not in explain(trace(rule="level", successor="Green tea"), "en")[2]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("quantity", [0.0, 24.0])
def test_every_rule_has_its_sentence_in_both_languages(rule, quantity):
    line = trace(rule=rule, order_quantity=quantity, value_eur=2 * quantity)
    english, french = (explain(line, language)[2] for language in ("en", "fr"))
    assert english != french
    assert "{" not in english + french


@pytest.mark.parametrize("rule", ["ends soon", "shelf life", "maximum cover", "budget"])
def test_a_limit_that_leaves_nothing_says_so(rule):
    assert explain(trace(rule=rule, order_quantity=0.0), "en")[2] != explain(trace(rule=rule), "en")[2]


def test_every_word_of_the_room_has_its_french():
    words = [
        *SENTENCES.values(),
        ARRIVING,
        TRANSFER,
        WITHHELD,
        *CAUSES,
        *DECISIONS.values(),
        *NOTHING.values(),
        *ASSUMPTIONS,
    ]
    for definition in KPI_DEFINITIONS.values():
        words += [definition.name, definition.formula]
    same = {"price", "GMROI", "MASE", "MAPE"}  # as English writes them
    assert [word for word in words if text(word, "fr") == word and word not in same] == []


def test_every_alert_type_has_its_sentence():
    assert set(SENTENCES) == set(ALERT_TYPES)
