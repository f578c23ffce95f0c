"""The form that asks whom an order in words meant, where its words can be read in several ways."""

from collections.abc import Mapping
from typing import Any

from bot.errors import FormTooLate
from bot.moderation.people_parser import ParsedPeople
from bot.moderation.resolver import UnclearPeople, unclear_words
from handlers.blocks.choices import call_value, chosen_option
from handlers.blocks.forms.order_form import order_form
from handlers.blocks.forms.order_state import FilledForm, OrderState, TypedWords, Whom
from handlers.context import SlackContext
from handlers.modals.order_draft import draft
from handlers.parsing.orders import ActRequest, Incomplete, with_rest
from handlers.screens.views import draw_or_explain, open_loading


async def open_unclear(ctx: SlackContext, request: ActRequest, unclear: UnclearPeople) -> None:
    """Open the form for an order that can be read in more than one way: the likeliest is chosen.

    Raises `unclear` as it is where Slack opens no form any more.
    """
    try:
        opened = await open_loading(ctx, request.verb.label)
    except FormTooLate:
        raise unclear from None
    await draw_or_explain(ctx, opened, unclear_form(ctx, request, unclear))


async def unclear_form(
    ctx: SlackContext, request: ActRequest, unclear: UnclearPeople
) -> dict[str, Any]:
    """The form that asks whom an order means; the likeliest are chosen, the others named."""
    reading, verb = unclear.reading, type(request.verb)
    read = with_rest(request, reading.rest, str(ctx.body.get("command", "/calls")))
    options = _options(read.picked if isinstance(read, Incomplete) else read.verb.model_dump())
    reached = [person for person in reading.people if verb.keeps_out or person not in reading.left]
    whom = _whom_of(reading)
    state = OrderState(
        verb=verb.name,
        typed=None if whom is None else TypedWords(whom=whom),
        channel=ctx.asker.channel,
        reply_url=ctx.reply_url,
    )
    filled = FilledForm(
        state=state,
        verb=verb.name,
        call=call_value(unclear.call.ref),
        whom=whom,
        people=tuple(map(chosen_option, reached)),
        options=options,
        written=read.reason,
    )
    notes = unclear_words(request.verb, reading) or ["Fill in what is missing."]
    return order_form(await draft(ctx, filled, unclear.call, notes))


def _whom_of(reading: ParsedPeople) -> Whom | None:
    if not reading.everyone:
        return None
    return Whom.EXCEPT if reading.excepting else Whom.EVERYONE


def _options(chosen_option: Mapping[str, Any]) -> dict[str, str]:
    """What was picked, as it stands in the fields."""
    return {name: str(value) for name, value in chosen_option.items()}
