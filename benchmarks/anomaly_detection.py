"""Anomalies: our detector beside scikit-learn's, on a shop whose anomalies are known because they were put there.

python -m benchmarks.anomaly_detection

Three seeded shops of 200 items × 730 days (week, year, trend, overdispersed counts, 0.3 to 40 a day); in the last 90 days
every second item gets one anomaly: a spike, a drop of one to four days or a lasting change of level (many of them at items
so slow that nobody could tell: a day without a sale is usual there). The constants of ours were chosen on other shops.
scikit-learn's detectors are tried twice, on what anybody would give them and on our own expectation, and raise as many alarms as ours:
how many is a choice (their `contamination`), whom they raise is not. The union adds their strongest half to ours.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor

from benchmarks.machine import print_header
from optiflow_lib.forecasting import anomalies
from optiflow_lib.forecasting.anomaly import LOOK_BACK_DAYS, expected_days
from optiflow_lib.forecasting.panel import Array, Panel
from optiflow_lib.schemas.results import ITEMS
from optiflow_lib.schemas.source import EVENTS

Mask = np.ndarray
SEEDS = (1, 2, 3)
TUNED_ON = (11, 12, 13, 14, 15, 16)  # shops on which our detector's constants were chosen
N_ITEMS, N_DAYS, N_GROUPS = 200, 730, 5
AS_OF = date(2025, 12, 31)
KINDS = ("spike", "drop", "level shift")
NEAR_DAYS = 7  # a shift is found by an alarm so near to its first day
LASTS_DAYS = 14  # alarms in the first two weeks of a shift are no false ones
GAIN = 0.01  # of F1, beyond which another detector would be worth its keep


@dataclass(frozen=True)
class Shop:
    """Demand with anomalies.

    Args:
        panel: Items × days.
        kind: Number of the anomaly in `KINDS` on its days, -1 elsewhere; a shift has its first day only.
        excused: Days on which an alarm is no false one.
    """

    panel: Panel
    kind: np.ndarray
    excused: Mask


def main() -> None:
    """Prints the mean of the shops, and what follows from it."""
    print_header("Anomalies: precision and recall of detectors on known ones")
    rows = [row for seed in SEEDS for row in compared(shop(seed))]
    table = pd.DataFrame(rows).groupby("detector", sort=False).agg(["mean", "std"])
    means = table.xs("mean", axis=1, level=1)
    print(
        f"\n{len(SEEDS)} shops of {N_ITEMS} items, the last {LOOK_BACK_DAYS} days judged; mean of the shops\n"
    )
    print(means.round(3).to_string())
    ours, union = means.loc["ours", "f1"], means.filter(like="ours +", axis=0)["f1"]
    gain = union.max() - ours
    print(f"\nF1 of ours {ours:.3f} (sd between shops {table.loc['ours', ('f1', 'std')]:.3f})")
    tuned = pd.DataFrame([scored(made, our_alarms(made.panel)) for made in map(shop, TUNED_ON)])
    print("on the shops it was tuned on:", tuned.mean().round(3).to_dict())
    print(
        f"best union: {union.idxmax()}, {gain:+.3f}; worth adding from +{GAIN}: {'yes' if gain >= GAIN else 'no'}"
    )


def compared(made: Shop) -> Iterator[dict[str, object]]:
    """A row of scores per detector."""
    before = time.process_time()
    ours = our_alarms(made.panel)
    yield {"detector": "ours", **scored(made, ours), "seconds": time.process_time() - before}
    for given, features in (("counts", plain_features(made.panel)), ("our residuals", residuals(made.panel))):
        for name, detector in (("IsolationForest", forest), ("LocalOutlierFactor", factor)):
            before = time.process_time()
            strange = detector(features)[:, -LOOK_BACK_DAYS:]
            seconds = time.process_time() - before
            alarms = strongest(strange, int(ours.sum()))
            yield {"detector": f"{name}, {given}", **scored(made, alarms), "seconds": seconds}
            both = ours | strongest(strange, int(ours.sum()) // 2)
            yield {"detector": f"ours + {name}, {given}", **scored(made, both), "seconds": seconds}


# --- detectors: alarms of the last days, (n_items, LOOK_BACK_DAYS) ---------------------------------------


def our_alarms(panel: Panel) -> Mask:
    """What the product reports."""
    found = anomalies(
        long(panel),
        events=EVENTS.empty(),
        items=items_of(panel),
        groups=groups_of(panel),
        country="",
        as_of=AS_OF,
    )
    marked = np.zeros(panel.quantity.shape, dtype=bool)
    marked[
        panel.item_ids.searchsorted(found["item_id"].to_numpy(dtype=object)),
        panel.days.get_indexer(found["day"]),
    ] = True
    return marked[:, -LOOK_BACK_DAYS:]


def forest(features: Array) -> Array:
    """Strangeness by isolation, all item-days together."""
    rows = features.reshape(-1, features.shape[-1])
    trees = IsolationForest(n_estimators=200, max_samples=4096, random_state=0).fit(rows)
    return np.asarray(-trees.score_samples(rows).reshape(features.shape[:2]))


def factor(features: Array) -> Array:
    """Strangeness by local density; among the days judged only, for it takes a second per thousand of them."""
    judged = features[:, -LOOK_BACK_DAYS:]
    rows = judged.reshape(-1, judged.shape[-1])
    fitted = LocalOutlierFactor(n_neighbors=50).fit(rows)
    return np.asarray(-fitted.negative_outlier_factor_.reshape(judged.shape[:2]))


def strongest(strange: Array, n: int) -> Mask:
    """The n strangest item-days."""
    return strange >= np.partition(strange.ravel(), -n)[-n]


def plain_features(panel: Panel) -> Array:
    """Each day over the item's mean: itself, both neighbours, the same weekday before, weeks before and after."""
    share = panel.quantity / np.maximum(panel.quantity.mean(axis=1, keepdims=True), 1e-9)
    return around(np.sqrt(share))  # counts vary with the root of their mean


def residuals(panel: Panel) -> Array:
    """The same of standard errors from what our detector expects."""
    expected = expected_days(panel, groups=groups_of(panel), country="")
    variance = (
        expected.law.step[:, None] * expected.mean + expected.law.dispersion[:, None] * expected.mean**2
    )
    z = (panel.quantity - expected.mean) / np.sqrt(np.maximum(variance, 1e-9))
    return around(np.nan_to_num(z))


def around(values: Array) -> Array:
    """A day among its neighbours, (n_items, n_days, 6)."""
    weekday = np.mean([moved(values, 7 * week) for week in range(1, 5)], axis=0)
    weeks = [
        np.mean([moved(values, shift) for shift in shifts], axis=0)
        for shifts in (range(1, 29), range(-13, 1))
    ]
    return np.stack(
        [values, moved(values, 1), moved(values, -1), weekday, weeks[0], weeks[1] - weeks[0]], axis=-1
    )


def moved(values: Array, days: int) -> Array:
    """Values of so many days before; at the edge those of the edge."""
    at = np.clip(np.arange(values.shape[1]) - days, 0, values.shape[1] - 1)
    return values[:, at]


# --- scores ----------------------------------------------------------------------------------------------


def scored(made: Shop, alarms: Mask) -> dict[str, float]:
    """Precision over alarms, recall over anomalies, by kind too."""
    kind, excused = made.kind[:, -LOOK_BACK_DAYS:], made.excused[:, -LOOK_BACK_DAYS:]
    near = np.any([moved(alarms, d) for d in range(-NEAR_DAYS, NEAR_DAYS + 1)], axis=0)
    found = {
        name: (near if name == "level shift" else alarms)[kind == n].mean() for n, name in enumerate(KINDS)
    }
    precision = excused[alarms].mean()
    recall = float(np.mean(list(found.values())))
    f1 = 2 * precision * recall / (precision + recall)
    return {"alarms": alarms.sum(), "precision": precision, "recall": recall, "f1": f1, **found}


# --- the shop ----------------------------------------------------------------------------------------------


def shop(seed: int) -> Shop:
    """Items of five groups, with anomalies in the last `LOOK_BACK_DAYS` days."""
    rng = np.random.default_rng(seed)
    days = pd.date_range(end=pd.Timestamp(AS_OF), periods=N_DAYS).as_unit("us")
    group, t = np.arange(N_ITEMS) % N_GROUPS, np.arange(N_DAYS)
    week = np.exp(rng.normal(0, 0.3, (N_GROUPS, 7)))[:, days.day_of_week][group]
    year = np.exp(
        rng.uniform(0, 0.5, (N_GROUPS, 1))
        * np.cos(2 * np.pi * (t - rng.integers(0, 365, (N_GROUPS, 1))) / 365.25)
    )
    level = np.exp(rng.uniform(np.log(0.3), np.log(40), (N_ITEMS, 1)))
    mean = level * week * year[group] * np.exp(rng.normal(0, 0.2, (N_ITEMS, 1)) * t / N_DAYS)
    kind, excused = np.full(mean.shape, -1), np.zeros(mean.shape, dtype=bool)
    for item in range(0, N_ITEMS, 2):
        which, day = item // 2 % len(KINDS), N_DAYS - int(rng.integers(20, LOOK_BACK_DAYS - 10))
        _put(mean[item], kind[item], excused[item], which, day, rng)
    dispersion = rng.uniform(0.05, 0.6, (N_ITEMS, 1))
    quantity = rng.poisson(mean * rng.gamma(1 / dispersion, dispersion, mean.shape)).astype(float)
    spike = kind == KINDS.index("spike")
    quantity[spike] += np.ceil(rng.uniform(3, 6, spike.sum()) * mean[spike] + 2)
    return Shop(
        Panel(np.array([f"i{n:03d}" for n in range(N_ITEMS)], dtype=object), days, quantity), kind, excused
    )


def _put(
    mean: Array, kind: np.ndarray, excused: Mask, which: int, day: int, rng: np.random.Generator
) -> None:
    """One anomaly, from `day` on; the spike's sales are added to what is sold anyway."""
    length = {"spike": 1, "drop": int(rng.integers(1, 5)), "level shift": LASTS_DAYS}[KINDS[which]]
    excused[day : day + length] = True
    kind[day : day + (1 if KINDS[which] == "level shift" else length)] = which
    if KINDS[which] == "drop":
        mean[day : day + length] = 0.0
    elif KINDS[which] == "level shift":
        excused[day - NEAR_DAYS : day] = True
        mean[day:] *= rng.choice([0.4, 2.0])


def long(panel: Panel) -> pd.DataFrame:
    """Schema `DEMAND`."""
    item, day = (np.repeat(panel.item_ids, N_DAYS), np.tile(panel.days, N_ITEMS))
    return pd.DataFrame(
        {"item_id": pd.Series(item, dtype="str"), "day": day, "quantity": panel.quantity.ravel()}
    )


def groups_of(panel: Panel) -> dict[str, str]:
    """The group of each item."""
    return {item_id: f"group {n % N_GROUPS}" for n, item_id in enumerate(panel.item_ids)}


def items_of(panel: Panel) -> pd.DataFrame:
    """Schema `ITEMS`."""
    rows = pd.DataFrame({"item_id": panel.item_ids}).assign(
        product_id=panel.item_ids, location_id="M01", name="n", location="l", category="c", unit="piece",
        unit_step=1.0, unit_cost=2.0, price=5.0, vat_rate=0.2, supplier_id=None, supplier=None,
        launched_on=pd.NaT, ends_on=pd.NaT,
    )  # fmt: skip
    return ITEMS.check(rows, where="benchmark")


if __name__ == "__main__":
    main()
