"""Errors that end the process, or keep it from starting."""

from typing import ClassVar

from bot.errors.base import CallwardenError


class ClockWrong(CallwardenError):
    """This machine's clock is so far off that what Slack sends is refused."""


class ProcessBroken(CallwardenError):
    """A part ended that the process cannot do without. Exit code: EX_SOFTWARE (sysexits.h)."""

    default_next_step = "Start it again; its log says why it ended."
    exit_code: ClassVar[int] = 70


class ConfigError(CallwardenError):
    """A setting or callwarden.toml is wrong; the message names the key.

    The exit code is EX_CONFIG of sysexits.h: to start it again does not help.
    """

    exit_code: ClassVar[int] = 78
