"""Requests that Slack delivers again: answered with what they led to, before anything is looked up.

Who and what was meant may not be there any more: the first delivery has done it.
"""

from bot.calls.cases import Acceptance, How
from bot.errors import OtherRelease, StoreError
from handlers.blocks.cases import asked_message
from handlers.blocks.message import Message
from handlers.visit import Visit


async def led_to(visit: Visit, key: str) -> Acceptance | None:
    """What the request of this key led to; None where it comes first, or nobody can tell now.

    What cannot be told here is settled where the order is written down: its key is unique. Raises
    OtherRelease, which says that it made a case of another release.
    """
    try:
        case = await visit.desk.led_to(key)
    except OtherRelease:
        raise
    except StoreError:
        return None
    return None if case is None else Acceptance(case=case, how=How.REPEATED)


def told_again(earlier: Acceptance) -> Message | None:
    """The case, once it has ended; what is open is told by its outcome, which follows."""
    return None if earlier.case.state.open else asked_message(earlier)
