"""`callwarden doctor`: what is wrong before somebody needs it, and the sentence that mends it.

Everything here reads; nothing is changed, and nothing that opens a door is ever said. `checks` has
every check, `preflight` the few that a start can afford.
"""

from bot.doctor.findings import Finding, Severity

__all__ = ["Finding", "Severity"]
