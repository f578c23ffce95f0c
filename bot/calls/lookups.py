"""An order in words that is waiting until it is known who and what is meant."""

from datetime import timedelta

from pydantic import Field

from bot.calls.actors import Actor
from bot.calls.models import Frozen


class Lookup(Frozen):
    """The words as they were typed after `command`, on disk until it is known what they mean.

    `key` is the order's own: what comes of the words is accepted under it, so it is one case,
    however often they are delivered or looked up. `waited` is how long ago it was asked,
    whatever the clocks of machines were set to since. `attempt` counts how often they were taken
    up, `token` fences whoever held them before. `restored`: they were on disk in a backup that was
    restored since, and may have led to a case meanwhile.
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
