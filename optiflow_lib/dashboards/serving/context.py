"""What the handlers of one server share."""

from dataclasses import dataclass

from jinja2 import Environment

from optiflow_lib.dashboards.serving.accounts import Accounts
from optiflow_lib.dashboards.serving.attempts import Attempts
from optiflow_lib.dashboards.serving.lives import Lives
from optiflow_lib.dashboards.serving.printer import Printer
from optiflow_lib.dashboards.serving.recorder import VisitRecorder
from optiflow_lib.settings import Settings

CONTEXT = "optiflow"  # its place among tornado's settings


@dataclass(frozen=True)
class Context:
    """Parts of a running server.

    Args:
        settings: Of the server; a page loads its own for each visit.
        printer: Prints pages.
        lives: Kernels that serve a page.
        accounts: Who may log in.
        attempts: Wrong passwords.
        recorder: Counts visits.
        templates: Of what is no page.
        assets: Address of the static files, which names their content.
    """

    settings: Settings
    printer: Printer
    lives: Lives
    accounts: Accounts
    attempts: Attempts
    recorder: VisitRecorder
    templates: Environment
    assets: str
