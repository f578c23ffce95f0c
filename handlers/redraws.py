"""Of two choices made in one form soon after each other, only the later one draws it anew."""

from dataclasses import dataclass, field

from cachetools import LRUCache

MOST_FORMS = 1_000
"""Forms whose latest choice is remembered."""


@dataclass
class RedrawOrder:
    """The number of the latest choice made in each form, as far as this process got them."""

    _latest: LRUCache[str, int] = field(default_factory=lambda: LRUCache(MOST_FORMS))

    def begin(self, form: str) -> "Redraw":
        """Note a new choice in `form`; the earlier ones are then not the newest any more."""
        number = self.latest(form) + 1
        self._latest[form] = number
        return Redraw(self, form, number)

    def latest(self, form: str) -> int:
        """The number of the latest choice; 0 when there was none lately."""
        return int(self._latest.get(form, 0))


@dataclass(frozen=True)
class Redraw:
    """One choice in one form, with its number, to be compared with the latest."""

    redraws: RedrawOrder
    form: str
    number: int

    @property
    def is_newest(self) -> bool:
        """Whether nothing was chosen in that form since."""
        return self.redraws.latest(self.form) in {0, self.number}
