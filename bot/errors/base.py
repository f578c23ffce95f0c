"""The base class of errors that are shown to people."""

from typing import ClassVar, NamedTuple


class Diagnosis(NamedTuple):
    """Why a connection could not be made, for admins and the log; it holds no secret.

    `cause` is a word of `bot.network.Cause`, `says` and `mend` a sentence each.
    """

    cause: str
    says: str
    mend: str

    def __str__(self) -> str:
        return f"{self.says} {self.mend}"


class CallwardenError(Exception):
    """An error for people to read: `str()` is what happened, `next_step` what to do about it.

    `diagnosis` is what only admins are told besides, when a connection could not be made.
    """

    diagnosis: Diagnosis | None = None
    default_next_step: ClassVar[str] = ""
    exit_code: ClassVar[int] = 1
    """What a process ends with that ends because of it."""

    def __init__(self, message: str, *, next_step: str | None = None) -> None:
        super().__init__(message)
        self.next_step = self.default_next_step if next_step is None else next_step
