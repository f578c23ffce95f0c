"""Who may do what, to whom, where: rules as data, decisions as functions, one thin async shell."""

from bot.policy.policy import Policy
from bot.policy.rules import Rules

__all__ = ["Policy", "Rules"]
