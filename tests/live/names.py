"""Who and where in the make-believe workspace: the same in every process."""

from bot.clock import SystemClock
from bot.demo.slack.workspace import Workspace
from bot.demo.stage import Cast

_CAST = Cast.of(Workspace(SystemClock()))

MODERATOR = _CAST.moderator.id
LEAD = _CAST.lead.id
ROOM = _CAST.ops.id
"""Where orders are typed."""
LINES = _CAST.log.id
"""The moderation channel."""
