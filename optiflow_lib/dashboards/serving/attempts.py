"""Slows down who guesses passwords."""

import time
from collections.abc import Callable

FREE = 5  # wrong passwords in a row before somebody waits
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 900.0
FORGET_S = 3600.0
MOST_KEYS = 10_000


class Attempts:
    """Counts wrong passwords by key (a name, an address); each beyond the free ones doubles the wait.

    Args:
        clock: Seconds, ever growing.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, tuple[int, float]] = {}  # how many, when the last one was

    def wait_s(self, *keys: str) -> float:
        """Seconds until the next try is looked at; 0 when it is at once."""
        return max(0.0, *(self._wait(key) for key in keys))

    def failed(self, *keys: str) -> None:
        """A wrong password."""
        now = self._clock()
        for key in keys:
            count, at = self._wrong.pop(key, (0, now))
            self._wrong[key] = (1 if now - at > FORGET_S else count + 1, now)
        while len(self._wrong) > MOST_KEYS:  # the oldest go first
            del self._wrong[next(iter(self._wrong))]

    def succeeded(self, *keys: str) -> None:
        """The right password: earlier mistakes are forgotten."""
        for key in keys:
            self._wrong.pop(key, None)

    def _wait(self, key: str) -> float:
        count, at = self._wrong.get(key, (0, 0.0))
        if count < FREE:
            return 0.0
        pause = min(FIRST_WAIT_S * 2.0 ** (count - FREE), LONGEST_WAIT_S)
        return max(0.0, at + pause - self._clock())
