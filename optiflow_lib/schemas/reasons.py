"""Reasons that a night writes down: English sentences with their values.

A page finds the values again and says them in its reader's language. A reason that is not among `REASONS` is somebody
else's words (Stan's, a database's).
"""

import re

TOO_FEW_DAYS = "{known} known day(s): Prophet needs {needed}"
CHANGEPOINTS_OUTSIDE = "changepoints lie outside its history, {first} to {last}"
REASONS = (TOO_FEW_DAYS, CHANGEPOINTS_OUTSIDE)

# Why an item is left out of a replay of the past.
SHORT_HISTORY = "fewer than {days} days are known before the first day"
NO_SUPPLIER = "no supplier delivers it"
NO_VALUE = "neither its price nor its cost is known"
LEFT_OUT = (SHORT_HISTORY, NO_SUPPLIER, NO_VALUE)


def values_of(reason: str, written: str) -> dict[str, str] | None:
    """The values that `reason` (one of `REASONS` or `LEFT_OUT`) was written with; None when `written` is another one.

    >>> values_of(TOO_FEW_DAYS, "1 known day(s): Prophet needs 2")
    {'known': '1', 'needed': '2'}
    """
    parts = re.split(r"{(\w+)}", reason)
    pattern = "".join(
        f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
    )
    found = re.fullmatch(pattern, written)
    return None if found is None else found.groupdict()
