"""Errors of the rules: somebody may not do it, and whoever may cannot be asked."""

from collections.abc import Sequence

from bot.errors.base import CallwardenError


class NotPermitted(CallwardenError):
    """The rules say no. Nothing was done; the attempt is audited.

    `holders` are the Slack ids of people (U…, W…) and user groups (S…) who may, under `role`;
    `line` says what to add to callwarden.toml, empty for those whom that does not concern. `ask` is
    the id under which the order is kept, so that the holders can be asked for it; else empty.
    """

    ask: str = ""

    def __init__(
        self,
        message: str,
        *,
        next_step: str | None = None,
        role: str = "",
        holders: Sequence[str] = (),
        line: str = "",
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.role = role
        self.holders = tuple(holders)
        self.line = line


class Outsider(NotPermitted):
    """Someone from another workspace, a guest or a bot."""

    default_next_step = "Ask a full member of this workspace to do it."


class RoleTooLow(NotPermitted):
    """The verb wants a higher role than the asker holds."""


class ChannelNotAllowed(NotPermitted):
    """Orders are not taken in this channel."""


class ProtectedPerson(NotPermitted):
    """The target is on the protected list."""


class Unverified(NotPermitted):
    """Slack did not say who somebody is, or who is in a group: asked again, it may say so."""


class NobodyAsked(CallwardenError):
    """Those who may give an order cannot be asked in the moderation channel."""
