"""`callwarden doctor`: checks of the configuration and of what the bot depends on.

Each finding says what is wrong and how to mend it. Checks only read, and name no secret. `checks`
has all of them, `preflight` the few that a start can afford.
"""

from bot.doctor.findings import Finding, Severity

__all__ = ["Finding", "Severity"]
