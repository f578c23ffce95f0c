"""The form behind every act: why, with which options, and what cannot be undone."""

from bot.calls.acts import Act
from bot.calls.cases import Order
from handlers.blocks.cases import asked_message
from handlers.blocks.forms import FormState, done_view, form_errors, read_form, reason_form
from handlers.following import follow
from handlers.modals.opening import open_view
from handlers.modals.order import FieldErrors, Redrawn
from handlers.visit import Visit


async def open_form(visit: Visit, act: Act, why: str = "", *, card: bool = False) -> None:
    """Show the form for `act`. `card`: the answer redraws the card that was pressed."""
    provider = visit.desk.board.provider(act.call.vendor)
    state = FormState(act=act, channel=visit.asker.channel, reply_url=visit.reply_url, card=card)
    form = reason_form(
        state,
        provider.capabilities[act.verb.name],
        visit.desk.board.rtmp_targets,
        why,
        visit.counter.reasons,
    )
    await open_view(visit, form)


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
