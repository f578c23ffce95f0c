"""How far an act has come that is done person by person.

The provider's code that does it reports each step to `current()`, which it finds in a context
variable that tasks inherit. Only some acts of some vendors report anything.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from bot.calls.outcomes import Progress, Recipient

Step = Callable[[float], None]
"""What is called at each step, with the seconds that are waited before the next one."""


class ProgressTracker:
    """Keeps what was done of one act so far; `before` is what an earlier attempt had written down.

    `require_held` is called before each sending and raises once the work may be somebody else's.
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
        """How far the act has come, and whom it was sent for."""
        people = tuple(self._people.values())
        return Progress(done=self._done, total=self._total, people=people)

    @contextmanager
    def followed_by(self, step: Step) -> Iterator[None]:
        """Call `step` at each step reported in this context; `current()` is this tracker in it."""
        self._steps.append(step)
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)
            self._steps.remove(step)

    def expect(self, remaining: int) -> None:
        """Set the total to what is done and so many `remaining`; it never becomes less."""
        self._total = max(self._total or 0, self._done + remaining)

    def send_to(self, people: Iterable[Recipient]) -> None:
        """Note that it is now sent for `people`: from here on it may have happened to them.

        Raises what `require_held` raises; then it must not be sent.
        """
        self.require_held()
        self._people |= {person.id: person for person in people}

    def step(self, count: int = 1) -> None:
        """Count `count` more as done and report a step."""
        self._done += count
        self._tell(0.0)

    def wait(self, seconds: float) -> None:
        """Report that the vendor asks to wait so many seconds before the work goes on."""
        self._tell(seconds)

    def _tell(self, seconds: float) -> None:
        for step in self._steps:
            step(seconds)


_CURRENT: ContextVar[ProgressTracker | None] = ContextVar("progress", default=None)


def current() -> ProgressTracker:
    """The tracker of the present work; a new one that nobody reads when there is none."""
    return _CURRENT.get() or ProgressTracker()
