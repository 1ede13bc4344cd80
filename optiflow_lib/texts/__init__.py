"""Words, numbers, days and money in the reader's language.

English is written in the code and is the key; French stands in `fr/<room>.po` (gettext), one file a room.
"""

from optiflow_lib.texts.catalogue import LANGUAGES, Language, text
from optiflow_lib.texts.formats import day, moment, money, month, number, percent

__all__ = ["LANGUAGES", "Language", "day", "moment", "money", "month", "number", "percent", "text"]
