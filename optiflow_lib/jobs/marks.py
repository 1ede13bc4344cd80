"""What a night's results came from, and what they were: kept with its run, for a replay."""

from dataclasses import dataclass
from datetime import date

from optiflow_lib.jobs.night import inputs_folder
from optiflow_lib.settings import Settings
from optiflow_lib.source import open_inputs
from optiflow_lib.store import Store, accepted_generation, dump_digest


@dataclass(frozen=True)
class Marks:
    """The marks of one night.

    Args:
        inputs: Digest of the frozen inputs.
        generation: The models in use; empty before the first was accepted.
        results: Digest of the night's tables.
    """

    inputs: str
    generation: str
    results: str


def marks_of(settings: Settings, opened: Store, as_of: date) -> Marks:
    """The marks of the night that has just ended."""
    generation = accepted_generation(settings.paths.models)
    return Marks(
        inputs=open_inputs(inputs_folder(settings), as_of).digest,
        generation=generation.name if generation else "",
        results=dump_digest(opened, as_of=as_of),
    )
