"""Who may do what, to whom, where.

The rules are data (`rules`), the decisions pure functions of them (`decide`), and `policy` asks
Slack's directory for the facts that they need.
"""

from bot.policy.policy import Policy
from bot.policy.rules import Rules

__all__ = ["Policy", "Rules"]
