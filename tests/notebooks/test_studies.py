"""The studies run on the small shop, and their charts show what they say."""

import nbformat
import pytest
from shops import PROJECT, write_settings

from optiflow_lib import studies
from optiflow_lib.batch.executor import execute
from optiflow_lib.errors import DataError

SHORT = {"warm_up_days": 7}
GIVEN = {
    "compare_models": {"candidates": "moving_average seasonal_naive", "origins": 1},
    "replay_a_policy": {"days": 14, "policies": "ours present recorded"},
    "explain_one_order": {"language": "fr"},
}


@pytest.fixture(scope="module")
def settings_file(shop_night):
    return write_settings(shop_night.parent, name="studied.toml", simulation=SHORT)


@pytest.mark.parametrize("name", GIVEN)
def test_a_study_runs_from_its_parameters_to_its_charts(name, settings_file, tmp_path):
    given = {"settings_file": str(settings_file)} | GIVEN[name]
    execute(PROJECT / "notebooks" / "studies" / f"{name}.ipynb", tmp_path / "out.ipynb", given, timeout_s=300)
    cells = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells
    shown = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    assert any("<svg" in data.get("image/svg+xml", "") for data in shown)
    assert any("<table" in data.get("text/html", "") for data in shown)


def test_every_study_is_run_here():
    assert {file.stem for file in (PROJECT / "notebooks" / "studies").glob("*.ipynb")} == set(GIVEN)


@pytest.fixture(scope="module")
def line(settings_file):
    return studies.order_line(settings_file, item_id="", language="fr")


def test_an_order_is_told_and_computed_again(line):
    assert line.executed_again == line.quantity
    assert studies.rules_table(line)["quantity"].iloc[-1] == line.quantity
    assert len(line.sentences) == 3
    assert all(sentence in line._repr_markdown_() for sentence in line.sentences)


def test_an_order_s_charts_show_its_position_and_its_alternatives(line):
    _, interval = studies.demand_chart(line).figure.axes
    told = [text.get_text() for text in interval.get_legend().get_texts()]
    assert told[-1].endswith(f"{line.quantity + float(told[0].split(': ')[1]):g}")
    (axis,) = studies.alternatives_chart(line).figure.axes
    sums = axis.collections[0].get_offsets()[:, 0]
    assert sums.tolist() == pytest.approx(line.alternatives["extra"].tolist())


def test_an_item_without_a_line_and_a_shop_without_a_night_are_told_what_to_mend(settings_file, tmp_path):
    with pytest.raises(DataError, match="no line of item 9999"):
        studies.order_line(settings_file, item_id="9999", language="en")
    with pytest.raises(DataError, match="no night is published"):
        studies.order_line(write_settings(tmp_path), item_id="", language="en")


def test_a_replay_s_charts_show_every_policy_and_the_sum_of_its_costs(settings_file):
    asked = {
        "first_day": "2026-10-18",
        "last_day": "2026-10-31",
        "days": 0,
        "policies": ["ours", "erp_rule", "foresight"],
    }
    made = studies.policies_replayed(settings_file, **asked)
    total = made.summary[made.summary["indicator"] == "total_cost"].set_index("policy")["value"]
    (axis,) = studies.cost_chart(made).figure.axes
    widths = [sum(bar.get_width() for bar in stack) for stack in zip(*axis.containers[:3], strict=True)]
    assert widths == pytest.approx(sorted(total))
    (curves,) = studies.trade_off_chart(made).figure.axes
    assert len(curves.lines) == made.curves["policy"].nunique()
    assert len(curves.get_legend().get_texts()) == 3
    stock, lost = studies.stock_chart(made, policies=["ours"]).figure.axes
    assert lost.lines[0].get_ydata()[-1] == pytest.approx(
        made.days.loc[made.days["policy"] == "ours", "lost_value"].sum()
    )
    assert len(stock.lines) == 1
    assert studies.policies_table(made).index.tolist() == [
        "Optiflow",
        "ERP reorder rule",
        "Perfect foresight",
    ]


def test_models_are_ranked_by_the_cost_of_their_orders(settings_file):
    accuracy = studies.models_tried(
        settings_file, as_of="2026-10-31", candidates=["moving_average", "seasonal_naive"], origins=1
    )
    ranked = studies.models_table(accuracy)
    assert ranked["cost"].is_monotonic_increasing
    assert ranked["champion_of"].sum() == accuracy["item_id"].nunique()
    won, _ = studies.models_chart(accuracy).figure.axes
    assert [bar.get_width() for bar in won.patches] == ranked["champion_of"].tolist()


def test_a_chart_is_the_same_drawing_twice(line):
    drawn = [studies.alternatives_chart(line)._repr_svg_() for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert drawn[0].startswith("<?xml")
