"""Buttons and menus: each action id and what a press of it does."""

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from bot.calls.cases import Acceptance, Case, How
from bot.calls.picture import ListView
from handlers import asking, home
from handlers.blocks import digestvalues, lookvalues, values
from handlers.blocks.cases import asked_message, check_message
from handlers.commands import acting, digesting
from handlers.commands.further import show_report, show_rooms
from handlers.commands.looking import show_list, show_one, told_case
from handlers.following import follow_press
from handlers.modals import order, reason, search
from handlers.redelivery import led_to
from handlers.visit import Visit

AFTER = re.compile(r"^Again, after #\d+\. ?")
"""How the reason of a try begins."""

Press = Callable[[Visit], Awaitable[None]]


async def act(visit: Visit) -> None:
    """An act's button or menu option: the form that asks for the reason."""
    await _form(visit, values.load(values.ActValue, visit.payload.get("value")))


async def menu(visit: Visit) -> None:
    """A menu of acts: the call and the person are in its ids."""
    chosen = visit.payload.get("selected_option") or {}
    value = values.load_menu(
        visit.payload["block_id"], visit.payload["action_id"], chosen.get("value", "")
    )
    if isinstance(value, values.MoreValue):
        await order.open_more(visit, value)
    else:
        await _form(visit, value)


async def more(visit: Visit) -> None:
    """“All actions…”: the form that asks what to do with this call."""
    await order.open_more(visit, values.load(values.MoreValue, visit.payload.get("value")))


async def _form(visit: Visit, value: values.ActValue) -> None:
    await reason.open_meant(visit, value.meant(), card=value.card)


async def open_call(visit: Visit) -> None:
    """Open, refresh or page a call's card."""
    value = values.load(values.CallValue, visit.payload.get("value"))
    await show_one(visit, value.call, value.page, in_place=True)


async def show_view(visit: Visit) -> None:
    """Refresh, page or go back to the list."""
    value = values.load(values.ListValue, visit.payload.get("value"))
    await show_list(visit, value.view, in_place=True)


async def filter_list(visit: Visit) -> None:
    """The vendor menu or the text field above the list."""
    view: ListView = values.read_filter(visit.fields)
    await show_list(visit, view, in_place=True)


async def look_further(visit: Visit) -> None:
    """A look from a call's card, which stays as it is."""
    await show_report(visit, values.load(lookvalues.LookValue, visit.payload.get("value")))


async def page_look(visit: Visit) -> None:
    """Another page of a look, or the same one anew."""
    asked = values.load(lookvalues.LookValue, visit.payload.get("value"))
    await show_report(visit, asked, in_place=True)


async def page_rooms(visit: Visit) -> None:
    """Another page of what vendors know by name, or the same one anew."""
    asked = values.load(lookvalues.RoomsValue, visit.payload.get("value"))
    await show_rooms(visit, asked, in_place=True)


async def show_case(visit: Visit) -> None:
    """A case's number."""
    value = values.load(values.CaseValue, visit.payload.get("value"))
    await visit.answer(await told_case(visit, value.number))


async def page_case(visit: Visit) -> None:
    """More of a case's results, in the place of those that are shown."""
    value = values.load(values.CaseValue, visit.payload.get("value"))
    await visit.answer(await told_case(visit, value.number, value.page), in_place=True)


async def check_case(visit: Visit) -> None:
    """“Check again”: what the vendor shows now."""
    value = values.load(values.CaseValue, visit.payload.get("value"))
    await visit.hold()
    case, seen = await visit.desk.check(visit.asker, value.number)
    rights = await visit.desk.rights_in(visit.asker, case)
    await visit.answer(check_message(case, seen, rights))


async def repeat_case(visit: Visit) -> None:
    """“Do it again”, “Try again”: what is not settled, as a new case each time; see `next_try`."""
    value = values.load(values.CaseValue, visit.payload.get("value"))
    key = visit.key("again", visit.asker.actor.user, value.number)
    press = visit.key("press", visit.trigger_id)
    acceptance = await led_to(visit, press)
    if acceptance is None:
        await visit.desk.admit(visit.asker, press, f"Do #{value.number} again")
        acceptance = await _next_try(visit, value.number, key, press)
    if visit.reply_url is None:
        follow_press(visit, acceptance)
    elif acceptance.how is How.REPEATED:
        visit.later(partial(visit.answer, asked_message(acceptance)), "answer")


async def _next_try(visit: Visit, number: int, key: str, press: str) -> Acceptance:
    """The case of this press: a new one, or the try that is under way or has done it."""
    wanted = await visit.desk.next_try(visit.asker, number, key)
    if wanted.asked:
        return Acceptance(case=wanted.case, how=How.REPEATED)
    order = visit.order(wanted.key, wanted.case.unsettled, _again(wanted.case))
    return await visit.desk.request(order.model_copy(update={"press": press}))


def _again(case: Case) -> str:
    """The reason of the next try: after which case, and why that was asked."""
    why = AFTER.sub("", case.reason)
    return f"Again, after #{case.number}. {why}".strip()


async def undo_case(visit: Visit) -> None:
    """“Undo”: what takes the case back, by the usual way; a heavy act asks for a reason first."""
    value = values.load(values.CaseValue, visit.payload.get("value"))
    words, press = f"Undo #{value.number}", visit.key("press", visit.trigger_id)
    if (earlier := await led_to(visit, press)) is not None:
        visit.later(partial(visit.answer, asked_message(earlier)), "answer")
        return
    await visit.desk.admit(visit.asker, press, words)
    key = visit.key("undo", visit.asker.actor.user, value.number)
    wanted = await visit.desk.next_try(visit.asker, value.number, key)
    first = wanted.case.number == value.number
    act = wanted.case.undo if first else wanted.case.unsettled
    if act is None:
        raise values.stale()
    if wanted.asked:
        already = asked_message(Acceptance(case=wanted.case, how=How.REPEATED))
        visit.later(partial(visit.answer, already), "answer")
    elif act.heavy:
        await visit.desk.permit(visit.asker, act, press, words)
        visit.later(partial(reason.open_form, visit, act, words), "form")
    else:
        order = visit.order(wanted.key, act, words)
        await visit.desk.request(order.model_copy(update={"press": press}))


async def show_audit(visit: Visit) -> None:
    """Older entries of the record."""
    value = values.load(values.AuditValue, visit.payload.get("value"))
    await search.show(visit, value.which, in_place=True)


async def search_audit(visit: Visit) -> None:
    """The form to search the record, with what is looked for now."""
    value = values.load(values.AuditValue, visit.payload.get("value"))
    await search.open_form(visit, value.which, in_place=True)


ACTIONS: Mapping[str, Press] = {
    values.REFRESH_HOME: home.refresh,
    values.TRY_CHANNELS: home.try_channels,
    values.ALL_CALLS: show_view,
    values.ACT: act,
    values.MENU: menu,
    values.MORE: more,
    values.FORM_VERB: order.redraw,
    values.FORM_CALL: order.redraw,
    values.FORM_WHOM: order.redraw,
    values.FORM_PEOPLE: order.redraw,
    values.OPEN: open_call,
    values.REFRESH_CALL: open_call,
    values.BACK: show_view,
    values.REFRESH_LIST: show_view,
    values.PAGE: show_view,
    values.FILTER_VENDOR: filter_list,
    values.FILTER_TEXT: filter_list,
    lookvalues.LOOK: look_further,
    lookvalues.LOOK_PAGE: page_look,
    lookvalues.LOOK_ROOMS: page_rooms,
    values.CASE: show_case,
    values.CASE_PAGE: page_case,
    values.CASE_CHECK: check_case,
    values.CASE_AGAIN: repeat_case,
    values.CASE_UNDO: undo_case,
    values.TYPED: acting.typed,
    values.ASK: asking.ask,
    values.ASK_OPEN: asking.open_order,
    values.AUDIT: show_audit,
    values.AUDIT_SEARCH: search_audit,
    digestvalues.DIGEST_SUBSCRIBE: digesting.press_subscribe,
    digestvalues.DIGEST_LIST: digesting.press_list,
    digestvalues.DIGEST_EDIT: digesting.press_edit,
    digestvalues.DIGEST_PAUSE: digesting.press_pause,
    digestvalues.DIGEST_RESUME: digesting.press_resume,
    digestvalues.DIGEST_STOP: digesting.press_stop,
    digestvalues.DIGEST_PREVIEW: digesting.press_preview,
    digestvalues.DIGEST_NOW: digesting.press_now,
}
"""Every action id that is drawn, and its handler."""
