"""`callwarden doctor`: what is wrong before somebody needs it, and the sentence that mends it.

Everything here reads; nothing is changed, and nothing that opens a door is ever said.
"""

from bot.doctor.findings import Finding, Sign
from bot.doctor.rounds import DEADLINE, examine

__all__ = ["DEADLINE", "Finding", "Sign", "examine"]
