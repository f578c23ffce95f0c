"""Why a message is not in Slack: it has to wait, its channel takes none, or nothing ever will."""


class DeliveryDeferred(Exception):
    """Slack asks to wait `seconds`, or could not be reached.

    `doubtful`: a new message may stand there all the same, and has to be looked for. `posted` is
    the timestamp of one that does, where something else of the notice is still to be told.
    """

    def __init__(
        self, seconds: float, *, doubtful: bool = False, posted: str | None = None
    ) -> None:
        super().__init__(f"try again in {seconds:g} s")
        self.seconds = seconds
        self.doubtful = doubtful
        self.posted = posted


class ChannelUnavailable(Exception):
    """Slack takes no message in that channel now, until somebody mends it; `error` is its code."""

    def __init__(self, error: str) -> None:
        super().__init__(f"Slack answered {error}")
        self.error = error


class DeliveryImpossible(Exception):
    """Slack will never take this message, so it is not tried again.

    The place is gone (the address has expired, the channel is archived), or, as `MessageRefused`,
    the message is at fault.
    """


class MessageRefused(DeliveryImpossible):
    """Slack refuses this one message for what it is, also as plain text.

    Nothing is known against the place: another message may be taken there.
    """
