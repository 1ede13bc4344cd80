"""What people say of an unusual day: it was demand, it had a cause with a name, or nothing is to be learned from it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pandas as pd

from optiflow_lib import store
from optiflow_lib.errors import DataError
from optiflow_lib.jobs.night import opened_store
from optiflow_lib.jobs.views import View, open_view
from optiflow_lib.schemas.operations import VERDICTS
from optiflow_lib.settings import Settings

LONGEST_DAYS = 62  # of what one verdict covers
LONGEST_NAME = 80


@dataclass(frozen=True)
class Judged:
    """A verdict on one item's unusual day.

    Args:
        item_id: The item.
        day: The unusual day.
        last_day: The verdict holds from the day to this one.
        verdict: One of `VERDICTS`.
        reason: Why, in the author's words.
        event: Name of the event, for the verdict "event"; else empty.
    """

    item_id: str
    day: date
    last_day: date
    verdict: str
    reason: str
    event: str = ""


def judge(settings: Settings, judged: Judged, *, author: str) -> None:
    """Keeps a verdict: the nights that begin from now on go by it, those before stay as they are.

    Raises:
        DataError: the day is not unusual in the published night and nobody judged it before, or a part of the verdict
            cannot be; nothing is written.
        OrderError: no night has begun yet.
    """
    view = open_view(settings)
    with opened_store(settings) as opened:
        seen = _as_seen(view, store.read_verdicts(opened), judged)
        if view is None or seen is None:
            raise _refusal(
                f"{judged.day} is no unusual day of item {judged.item_id}", "choose a day of the list"
            )
        _refuse_impossible(judged, as_of=view.as_of)
        verdict = store.Verdict(
            verdict=judged.verdict,
            last_day=judged.last_day,
            direction=str(seen["direction"]),
            cause=str(seen["cause"]),
            event=judged.event or None,
            reason=judged.reason,
        )
        store.keep_verdict(opened, judged.item_id, judged.day, verdict, author=author, at=_now())


def withdraw(settings: Settings, *, item_id: str, day: date, author: str) -> None:
    """Takes a verdict back: the nights that begin from now on judge the day themselves.

    Raises:
        DataError: none stands on that day.
    """
    with opened_store(settings) as opened:
        store.withdraw_verdict(opened, item_id, day, author=author, at=_now())


def standing(settings: Settings) -> pd.DataFrame:
    """Schema `DAY_VERDICTS`: the verdicts that count now, by item and day."""
    with opened_store(settings) as opened:
        return store.standing_verdicts(store.read_verdicts(opened))


def _as_seen(view: View | None, given: pd.DataFrame, judged: Judged) -> pd.Series | None:
    """How the day was seen, with its direction and cause: as the published night saw it, or as it was when somebody judged it before."""
    day = pd.Timestamp(judged.day)
    seen = None if view is None else view.read_item("anomalies", judged.item_id)
    for rows in (seen, given[(given["item_id"] == judged.item_id) & given["verdict"].notna()]):
        found = None if rows is None else rows[rows["day"] == day]
        if found is not None and len(found):
            return found.iloc[-1]
    return None


def _refuse_impossible(judged: Judged, *, as_of: date) -> None:
    longest = judged.day + timedelta(days=LONGEST_DAYS - 1)
    if judged.verdict not in VERDICTS:
        raise _refusal(f"the verdict is {judged.verdict!r}", f"give one of {', '.join(VERDICTS)}")
    if not judged.day <= judged.last_day <= min(as_of, longest):
        raise _refusal(
            f"the last day is {judged.last_day}",
            f"give a day from {judged.day} to {min(as_of, longest)}: what has not happened is not judged",
        )
    if (judged.verdict == "event") != bool(judged.event) or len(judged.event) > LONGEST_NAME:
        raise _refusal(
            f"the event is called {judged.event!r}",
            f"name what explains the day, in at most {LONGEST_NAME} letters, and only then",
        )
    if not judged.reason:
        raise _refusal("there is no reason", "say why: who reads it next year will ask")


def _refusal(what: str, mend: str) -> DataError:
    return DataError(what=what, where="verdict on an unusual day", mend=mend)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
