"""An order in words that is waiting until it is known who and what is meant."""

from datetime import timedelta

from pydantic import Field

from bot.calls.actors import Actor
from bot.calls.models import Frozen


class Lookup(Frozen):
    """An order as typed after `command`, in the database until it is known what it means.

    `key` is the order's: the order that the words turn out to mean is accepted under it, so it is
    one case however often they are delivered or looked up. `waited` is how long ago they were
    typed, whatever clocks were set to since. `attempt` counts how often a worker claimed them; the
    claim's `token` fences older ones. `restored`: they were in a backup that was restored since,
    and may have led to a case meanwhile.
    """

    key: str
    words: str
    command: str
    actor: Actor
    channel: str | None = None
    reply_url: str | None = Field(None, repr=False)
    waited: timedelta = timedelta(0)
    trace: str = ""
    attempt: int = 0
    token: str = ""
    restored: bool = False
