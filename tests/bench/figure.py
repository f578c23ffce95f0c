"""A figure: how many times its floor something takes, and how many it may."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

ROUNDS = 7
"""How often floor and product are measured in turn; the median of the ratios is the figure."""


@dataclass(frozen=True)
class Figure:
    """One line of the bench. `limit` is the most, or with `at_least` the least, that is good.

    `unit` is `x` for a ratio, `s` where somebody waits for seconds, whatever the machine.
    """

    name: str
    ratio: float
    limit: float
    at_least: bool = False
    unit: str = "x"

    @classmethod
    def of(
        cls,
        name: str,
        ratios: Sequence[float],
        limit: float,
        *,
        at_least: bool = False,
        unit: str = "x",
    ) -> "Figure":
        """A figure from the median of `ratios`, one for each round."""
        return cls(name, median(ratios), limit, at_least, unit)

    @property
    def good(self) -> bool:
        """Whether the figure keeps its limit."""
        return self.ratio >= self.limit if self.at_least else self.ratio <= self.limit

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        verdict = "ok" if self.good else "short"
        told, limit = f"{self.ratio:5.2f}{self.unit}", f"{self.limit:.2f}{self.unit}"
        return f"{self.name:<60} {told}   {sign} {limit}   {verdict}"
