"""What the buttons and forms of digests carry; see `handlers.blocks.action_values`."""

from datetime import datetime

from pydantic import Field

from handlers.blocks.action_values import Value

DIGEST_SUBSCRIBE = "digest.subscribe"
DIGEST_LIST = "digest.list"
DIGEST_EDIT = "digest.edit"
DIGEST_PAUSE = "digest.pause"
DIGEST_RESUME = "digest.resume"
DIGEST_STOP = "digest.stop"
DIGEST_PREVIEW = "digest.preview"
DIGEST_NOW = "digest.now"
DIGEST_ZONE = "digest.zone"
"""Action ids; the last is the menu of time zones, whose options are looked up."""

DIGEST_FORM, PAUSE_FORM = "digest.form", "digest.pause.form"
"""The callback_ids of the forms."""


class DigestValue(Value):
    """The value of one digest's buttons.

    `stamp` is of the drawing: a second press of the same one is the same request.
    """

    number: int = Field(ge=0)
    stamp: str = ""


class DigestPage(Value):
    """The value of the list's buttons: a page, from 0."""

    page: int = Field(default=0, ge=0)


class DigestState(Value):
    """What a form is about: `number` None sets one up. The rest is where the answer goes.

    `opened` is when Slack gave that address.
    """

    number: int | None = None
    channel: str | None = None
    reply_url: str | None = Field(None, repr=False)
    opened: datetime
