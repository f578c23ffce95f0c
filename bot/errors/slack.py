"""Errors of the connection to Slack, and of what comes over it."""

from typing import ClassVar

from bot.errors.base import CallwardenError, Diagnosis


class SlackSilent(CallwardenError):
    """Slack did not answer, or not as documented, who somebody is."""

    default_next_step = "Try again in a moment."

    def __init__(self, message: str, *, diagnosis: Diagnosis | None = None) -> None:
        super().__init__(message)
        self.diagnosis = diagnosis


class SocketLost(CallwardenError):
    """No connection to Slack could be made for long. Exit code: EX_TEMPFAIL (sysexits.h)."""

    default_next_step = "Start it again; if that does not help, look at the network and at Slack."
    exit_code: ClassVar[int] = 75


class BodyUnreadable(ValueError):
    """A body that cannot be decoded, or is larger than whoever reads it wants."""


class Disconnected(Exception):
    """No connection to Slack could be made, or it broke.

    `seconds` is how long Slack asks to wait, if it does. The words name no address, because a
    secret ticket is in it. `diagnosis` is why none could be made.
    """

    def __init__(self, why: str, seconds: float = 0.0, diagnosis: Diagnosis | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds
        self.diagnosis = diagnosis


class Rejected(Exception):
    """A request is not accepted; carries the HTTP status to answer with."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class PayloadUnreadable(ValueError):
    """A request's payload is no form and no object, or lacks what its kind always has."""


class FormTooLate(CallwardenError):
    """Slack allows 3 seconds between a press and its form."""

    default_next_step = "Nothing was done. Press it or type it again."


class FieldError(Exception):
    """Fields of a form cannot be as they are; `errors` says what is wrong, by field."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.errors: dict[str, str] = {field: words}


class FieldsMissing(Exception):
    """The form lacks fields that its call or verb asks for: it was sent before it was drawn."""
