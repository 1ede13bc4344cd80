"""Who looks at a page, in which language, through which filters."""

import getpass
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast
from urllib.parse import parse_qsl

from optiflow_lib.errors import AccessError
from optiflow_lib.jobs.desk import Desk
from optiflow_lib.schemas.operations import ROLES
from optiflow_lib.settings import Settings, load_settings
from optiflow_lib.texts import LANGUAGES, Language

Role = Literal["viewer", "buyer", "manager", "admin"]
VARIABLE = "OPTIFLOW_VISIT"  # JSON of what the server checked, put there for this visit
SETTINGS_VARIABLE = "OPTIFLOW_SETTINGS"
RESERVED = frozenset({"language"})  # parameters of the address that are no filters
MOST_FILTERS, LONGEST_QUERY, LONGEST_VALUE = 20, 4000, 200
_KEY = re.compile(r"[a-z][a-z_]{0,29}")


@dataclass(frozen=True)
class Visit:
    """One visit of one page.

    Args:
        settings: Loaded for this visit.
        user: Name of who looks; what they do is recorded under it.
        role: What they may do.
        language: Of the page.
        filters: From the address, by name; anybody can write an address, so a page looks each value up.
    """

    settings: Settings
    user: str
    role: Role
    language: Language
    filters: Mapping[str, str] = field(default_factory=dict)

    @property
    def may_inspect(self) -> bool:
        """May they read how nights were computed, and the program's own words?"""
        return Desk(self.settings, self.user, self.role).may("inspect")

    @property
    def project(self) -> Path | None:
        """Folder that paths are told from, for who may read the program's own words; None for all others."""
        return self.settings.folder if self.may_inspect else None


def wait_for_visit() -> Visit:
    """The visit this kernel was given to; in JupyterLab or a batch: the person at this machine, who may do anything.

    The server runs the cells that follow only when somebody came, so what they read is as of the visit.

    Raises:
        AccessError: what the server handed over is damaged.
        SettingsError: the settings cannot be read.
    """
    settings = load_settings(os.environ.get(SETTINGS_VARIABLE, "optiflow.toml"))
    handed = os.environ.get(VARIABLE)
    if handed is None:
        return Visit(settings, local_user(), "admin", settings.dashboards.language)
    return _checked(settings, handed)


def local_user() -> str:
    """Name of the account that runs this process; "local" where it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's account without an entry in passwd
        return "local"


def filters_of(query: str) -> Mapping[str, str]:
    """The filters of an address's query string; what is not one is left out, the last of a name wins."""
    try:
        pairs = parse_qsl(query[:LONGEST_QUERY], max_num_fields=100)
    except ValueError:
        return MappingProxyType({})
    found = {key: value.strip() for key, value in pairs if _is_filter(key, value.strip())}
    return MappingProxyType(dict(list(found.items())[:MOST_FILTERS]))


def _is_filter(key: str, value: str) -> bool:
    named = _KEY.fullmatch(key) is not None and key not in RESERVED
    return named and 0 < len(value) <= LONGEST_VALUE and value.isprintable()


def _checked(settings: Settings, handed: str) -> Visit:
    try:
        told = cast(dict[str, Any], json.loads(handed))
        user, role, language, query = (told[name] for name in ("user", "role", "language", "query"))
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(f"{VARIABLE} cannot be read") from error
    if role not in ROLES or language not in LANGUAGES or not isinstance(user, str) or not user.isprintable():
        raise _damaged(f"user {user!r} with role {role!r} and language {language!r} is no visitor")
    return Visit(settings, user, role, language, filters_of(str(query)))


def _damaged(what: str) -> AccessError:
    return AccessError(what=what, where="what the server told the page", mend="load the page again")
