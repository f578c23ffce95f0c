"""The form behind every act: why, with which options, and what cannot be undone."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.calls.acts import Act
from bot.calls.cases import Order
from bot.moderation.plan import UnclearPeople
from handlers.blocks.cases import asked_message
from handlers.blocks.forms import FormState, done_view, form_errors, read_form, reason_form
from handlers.commands.orders import ActRequest
from handlers.following import follow
from handlers.modals.opening import draw_or_say, open_loading, open_view
from handlers.modals.order import FieldErrors, Redrawn
from handlers.visit import Visit


async def open_form(visit: Visit, act: Act, why: str = "", *, card: bool = False) -> None:
    """Show the form for `act`. `card`: the answer redraws the card that was pressed."""
    await open_view(visit, _form(visit, act, why, card=card))


async def open_once_known(
    visit: Visit,
    label: str,
    meant: Callable[[], Awaitable[tuple[ActRequest, Act]]],
    ask: Callable[[UnclearPeople], Awaitable[dict[str, Any]]],
    key: str,
) -> None:
    """Show the form for an act that a slow vendor still has to tell: the trigger is spent first.

    What stands in the way takes the form's place, and `ask` a form where it is not clear who is
    meant; a refusal is audited under `key`.
    """
    opened = await open_loading(visit, label)

    async def drawn() -> dict[str, Any]:
        try:
            request, act = await meant()
        except UnclearPeople as unclear:
            return await ask(unclear)
        await visit.desk.permit(visit.asker, act, key)
        return _form(visit, act, request.reason, card=False)

    await draw_or_say(visit, opened, drawn())


def _form(visit: Visit, act: Act, why: str, *, card: bool) -> dict[str, Any]:
    provider = visit.desk.board.provider(act.call.vendor)
    state = FormState(act=act, channel=visit.asker.channel, reply_url=visit.reply_url, card=card)
    return reason_form(
        state,
        provider.capabilities[act.verb.name],
        visit.desk.board.rtmp_targets,
        why,
        visit.counter.reasons,
    )


async def submit(visit: Visit) -> FieldErrors | Redrawn:
    """Take the order as filled in; the form closes once it is on disk, or says what it lacks."""
    view = visit.payload
    if errors := form_errors(view):
        return errors
    filled = read_form(view)
    acceptance = await visit.desk.request(
        Order(
            key=visit.key("form", view["id"], view["hash"]),
            act=filled.act,
            actor=visit.asker.actor,
            reason=filled.reason,
            channel=filled.state.channel,
            reply_url=filled.state.reply_url,
            card=filled.state.card,
        )
    )
    if filled.state.reply_url is None:
        follow(visit, acceptance)
        return Redrawn(done_view(asked_message(acceptance)))
    return {}
