"""What a check found: a sentence, and where something is wrong, another that says what to do."""

from collections.abc import Sequence
from enum import StrEnum

from bot.calls.models import Frozen


class Severity(StrEnum):
    """How bad a finding is.

    GOOD needs nothing, a NOTE is worth knowing, a WARNING costs something, BAD stops work.
    """

    GOOD = "good"
    NOTE = "note"
    WARNING = "warning"
    BAD = "bad"


class Finding(Frozen):
    """What a check found. `about` names it; `mend` is what to do, empty when that is nothing."""

    about: str
    sign: Severity
    says: str
    mend: str = ""


Findings = Sequence[Finding]


def good(about: str, says: str) -> Finding:
    """A finding that all is well."""
    return Finding(about=about, sign=Severity.GOOD, says=says)


def note(about: str, says: str) -> Finding:
    """A finding that is no fault, or that cannot be checked from here."""
    return Finding(about=about, sign=Severity.NOTE, says=says)


def warning(about: str, says: str, mend: str) -> Finding:
    """A finding of something that does not work while the bot as a whole does."""
    return Finding(about=about, sign=Severity.WARNING, says=says, mend=mend)


def bad(about: str, says: str, mend: str) -> Finding:
    """A finding that must be mended before the bot can work."""
    return Finding(about=about, sign=Severity.BAD, says=says, mend=mend)
