"""Errors of the database and the audit log."""

from typing import ClassVar

from bot.errors.base import CallwardenError


class StoreError(CallwardenError):
    """The database cannot be used as it is."""


class OtherRelease(StoreError):
    """A row of the database that another release made; `why` says what is not understood in it.

    `why` names fields and what is expected there, never what stands in them.
    """

    default_next_step = "The release that made it can show it and finish it; an admin knows which."

    def __init__(self, message: str, *, why: str = "") -> None:
        super().__init__(message)
        self.why = why


class ClaimLost(StoreError):
    """The lease of a case ran out, or may have: somebody else takes the case up, if need be."""


class RecordDamaged(StoreError):
    """The audit log, or a case, is not what was recorded: somebody changed the database.

    The message has a line for each thing that was found.
    """

    default_next_step = "Someone changed the audit log. Keep the database file and tell an admin."


class ChainBroken(RecordDamaged):
    """The audit chain does not verify; `entry_id` is the first bad entry."""

    def __init__(self, message: str, *, entry_id: int) -> None:
        super().__init__(message)
        self.entry_id = entry_id


class InstanceLocked(StoreError):
    """Another process holds this SQLite database."""

    default_next_step = "Stop the other process, or move to PostgreSQL to run several."


class DatabaseUnavailable(StoreError):
    """The database does not answer, or not now: the same may work later.

    The exit code is EX_TEMPFAIL of sysexits.h.
    """

    default_next_step = "Try again in a moment."
    exit_code: ClassVar[int] = 75


class DatabaseUnusable(StoreError):
    """The database cannot be used as it is set up; somebody has to mend that first.

    The exit code is EX_CONFIG of sysexits.h: to start it again does not help.
    """

    exit_code: ClassVar[int] = 78


class NewerDatabase(DatabaseUnusable):
    """The tables are of a newer release, and this one cannot work with them."""


class CommitUnknown(Exception):
    """COMMIT was sent, and it is not known whether it took effect."""


class CallFailed(Exception):
    """A call raised an error that is not among the expected ones; the log has it."""


class WriterHung(Exception):
    """A call to the database does not come back."""
