"""What a check found: one sentence, and where something is wrong, the one that mends it."""

from collections.abc import Sequence
from enum import StrEnum

from bot.calls.models import Frozen


class Severity(StrEnum):
    """GOOD needs nothing, a NOTE is worth knowing, a WARNING costs something, BAD stops work."""

    GOOD = "good"
    NOTE = "note"
    WARNING = "warning"
    BAD = "bad"


class Finding(Frozen):
    """`about` names the check; `mend` is empty where there is nothing to do."""

    about: str
    sign: Severity
    says: str
    mend: str = ""


Findings = Sequence[Finding]


def good(about: str, says: str) -> Finding:
    """All is well."""
    return Finding(about=about, sign=Severity.GOOD, says=says)


def note(about: str, says: str) -> Finding:
    """Not a fault, or not to be seen from here."""
    return Finding(about=about, sign=Severity.NOTE, says=says)


def warning(about: str, says: str, mend: str) -> Finding:
    """The bot works; something of it does not."""
    return Finding(about=about, sign=Severity.WARNING, says=says, mend=mend)


def bad(about: str, says: str, mend: str) -> Finding:
    """Must be mended."""
    return Finding(about=about, sign=Severity.BAD, says=says, mend=mend)
