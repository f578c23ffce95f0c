"""How far an act has come that goes on person by person: said by who does it, read by who tells.

It travels in a context variable, which tasks inherit: only some acts of some vendors say anything.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from bot.calls.outcomes import Progress, Recipient

Step = Callable[[float], None]
"""Called at each step, with the seconds that are waited before the next one."""


class ProgressTracker:
    """What was done so far; `before` is what an earlier attempt wrote down.

    `require_held` raises once the work may be somebody else's: asked before each sending.
    """

    def __init__(
        self,
        before: Progress | None = None,
        require_held: Callable[[], None] = lambda: None,
    ) -> None:
        before = before or Progress()
        self.require_held = require_held
        self._done, self._total = before.done, before.total
        self._people = {person.id: person for person in before.people}
        self._steps: list[Step] = []

    @property
    def progress(self) -> Progress:
        """How far it is now."""
        people = tuple(self._people.values())
        return Progress(done=self._done, total=self._total, people=people)

    @contextmanager
    def followed_by(self, step: Step) -> Iterator[None]:
        """Tell `step` meanwhile; what is done is said here, from wherever it is done."""
        self._steps.append(step)
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)
            self._steps.remove(step)

    def expect(self, remaining: int) -> None:
        """So many are still to be done; newcomers make it more, nobody makes it less."""
        self._total = max(self._total or 0, self._done + remaining)

    def send_to(self, people: Iterable[Recipient]) -> None:
        """It is sent for these now: from here on it may have happened to them."""
        self.require_held()
        self._people |= {person.id: person for person in people}

    def step(self, count: int = 1) -> None:
        """So many more are done."""
        self._done += count
        self._tell(0.0)

    def wait(self, seconds: float) -> None:
        """The vendor asks to wait that long; the work goes on then."""
        self._tell(seconds)

    def _tell(self, seconds: float) -> None:
        for step in self._steps:
            step(seconds)


_CURRENT: ContextVar[ProgressTracker | None] = ContextVar("progress", default=None)


def current() -> ProgressTracker:
    """Where what is being done is said; one that nobody reads where nobody follows."""
    return _CURRENT.get() or ProgressTracker()
