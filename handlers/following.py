"""An order given where no answer can be sent later: its form and Home show how it went."""

from bot.calls.cases import Acceptance
from bot.calls.outcomes import State
from handlers import home
from handlers.blocks.cases import answer_message
from handlers.blocks.window import window_view
from handlers.modals.opening import Opened, draw
from handlers.visit import Visit

PAUSES = (0.3, 0.7, 1.0, 2.0)
"""Seconds before each look at the case; after the last one Home's Refresh shows it."""


def follow(visit: Visit, acceptance: Acceptance) -> None:
    """Show the outcome in the place of the submitted form, if it is still open, and in Home."""

    async def followed() -> None:
        case = acceptance.case
        for seconds in PAUSES:
            if case.state is not State.ASKED:
                break
            await visit.desk.board.clock.sleep(seconds)
            case = await visit.desk.case(visit.asker, case.number)
        await draw(visit, Opened(str(visit.payload["id"]), ""), window_view(answer_message(case)))
        await home.publish(visit, None)

    visit.later(followed, "follow")
