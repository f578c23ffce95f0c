"""How an order went that was given in Home or a modal, where no answer can be sent later."""

from collections.abc import AsyncIterator

from bot.calls.cases import Acceptance, Case
from handlers.blocks.cases import answer_message, asked_message
from handlers.blocks.elements import context
from handlers.blocks.message import Message
from handlers.blocks.modal import answer_view
from handlers.context import SlackContext
from handlers.screens import home
from handlers.screens.views import draw
from handlers.slack_api.views import OpenView

PAUSES = (0.3, 0.7, 1.0, 2.0, 4.0, 8.0, 14.0)
"""Seconds before each look at the case: a little longer in all than most acts may take."""

PAUSE, MOST_LOOKS = 5.0, 120
"""Seconds before each further look at a case that gets on, and how many of them."""

ELSEWHERE = "How it ends stands in your Home tab and in the audit log."
"""Said where it is not known when the last look is over."""


def follow(ctx: SlackContext, acceptance: Acceptance) -> None:
    """Show the outcome, once there is one, in the submitted form's place and in Home."""

    async def followed() -> None:
        form = OpenView(str(ctx.payload["id"]))
        async for case in _states(ctx, acceptance.case):
            told = await _told(ctx, case)
            await draw(ctx, form, answer_view(told))
        await home.publish(ctx, None)

    ctx.later(followed, "follow")


def follow_press(ctx: SlackContext, acceptance: Acceptance) -> None:
    """Show in a modal over the pressed one that the order is in progress, then its outcome."""

    async def followed() -> None:
        await ctx.show_waiting()
        await ctx.answer(asked_message(acceptance))
        async for case in _states(ctx, acceptance.case):
            await ctx.answer(await _told(ctx, case))

    ctx.later(followed, "follow")


async def _states(ctx: SlackContext, case: Case) -> AsyncIterator[Case]:
    """The case each time that it is further, and at last once it has ended or is not waited for."""
    looks = [*PAUSES]
    for _ in range(len(PAUSES) + MOST_LOOKS):
        if not case.state.open or not looks:
            break
        await ctx.moderation.clock.sleep(looks.pop(0))
        before, case = case.progress, await ctx.moderation.cases.get(ctx.asker, case.number)
        if case.state.open and case.progress != before:
            looks = looks or [PAUSE] * 2
            yield case
    yield case


async def _told(ctx: SlackContext, case: Case) -> Message:
    rights = await ctx.moderation.rights_in(ctx.asker, case)
    why = ctx.moderation.connection_trouble(case.act.call.vendor)
    answer = answer_message(case, rights, diagnosis=why)
    return Message(answer.text, [*answer.blocks, context(ELSEWHERE)]) if case.state.open else answer
