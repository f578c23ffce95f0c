"""Words that only look: live calls, one call, cases, the audit log, what vendors can do."""

from bot.calls.live import ListView
from bot.calls.models import CallRef
from handlers.blocks.call_card import call_message
from handlers.blocks.call_list import list_message
from handlers.blocks.capabilities import capabilities_message
from handlers.blocks.case_history import case_message
from handlers.blocks.help import help_message
from handlers.blocks.message import Message
from handlers.context import Visit
from handlers.modals import audit_search
from handlers.parsing.requests import (
    Help,
    ListCalls,
    ShowAudit,
    ShowCall,
    ShowCapabilities,
    ShowCase,
)


async def list_calls(visit: Visit, request: ListCalls) -> None:
    """`/calls`: what is live now."""
    visit.later(lambda: show_list(visit, request.view), "list")


async def show_call(visit: Visit, request: ShowCall) -> None:
    """`/calls show K7QX`: one call and who is in it."""

    async def look() -> None:
        call = await visit.desk.call(visit.asker, request.call)
        await show_one(visit, call.ref, request.page)

    visit.later(look, "show")


async def show_case(visit: Visit, request: ShowCase) -> Message:
    """`/calls case 128`: one case, from asking to outcome."""
    return await told_case(visit, request.number)


async def told_case(visit: Visit, number: int, page: int = 0) -> Message:
    """A case from asking to outcome, with what its reader may do about it."""
    life = await visit.desk.life(visit.asker, number)
    return case_message(life, await visit.desk.rights_in(visit.asker, life.case), page)


async def show_audit(visit: Visit, request: ShowAudit) -> Message | None:
    """`/calls audit`: the audit log, newest first, or the form to search it.

    What has to be looked for may take longer than an acknowledgement; it follows.
    """
    which = request.which
    if request.form or request.by_name or request.since or request.until or which.narrow:
        visit.later(lambda: _search(visit, request), "audit")
        return None
    return await audit_search.page(visit, which)


async def _search(visit: Visit, request: ShowAudit) -> None:
    which, name = await audit_search.meant(visit, request)
    if request.form or name is not None:
        await audit_search.open_form(visit, which, name or "")
    else:
        await audit_search.show(visit, which)


async def capabilities(visit: Visit, request: ShowCapabilities) -> Message:
    """`/calls capabilities`: what each vendor lets a moderator do."""
    tables = await visit.desk.capabilities(visit.asker)
    return capabilities_message(tables, request.vendor)


async def explain(visit: Visit, request: Help) -> Message:
    """`/calls help`: what can be said."""
    return help_message(request.topic, visit.counter.command)


async def show_list(visit: Visit, view: ListView, *, in_place: bool = False) -> None:
    """Show the live calls that match `view`."""
    await visit.hold(in_place=in_place)
    picture = await visit.desk.look(visit.asker, view)
    capabilities = {v: p.capabilities for v, p in visit.desk.board.providers.items()}
    await visit.answer(list_message(picture, view, capabilities), in_place=in_place)


async def show_one(visit: Visit, ref: CallRef, page: int, *, in_place: bool = False) -> None:
    """Show one call with a page of its people."""
    await visit.hold(in_place=in_place)
    view, cases = await visit.desk.open(visit.asker, ref, page)
    await visit.answer(call_message(view, cases), in_place=in_place)
