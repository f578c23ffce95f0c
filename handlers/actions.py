"""Buttons and menus: each action id and what a press of it does."""

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from bot.calls.cases import Acceptance, AcceptResult, Case
from bot.calls.live import ListView
from handlers.blocks import action_values
from handlers.blocks.asks import asked_for_message
from handlers.blocks.cases import asked_message, check_message
from handlers.blocks.digests import digest_values
from handlers.blocks.reports import report_values
from handlers.commands import digests, orders
from handlers.context import SlackContext
from handlers.modals import audit_search, order_form, reason_form
from handlers.redelivery import earlier_acceptance
from handlers.screens import home
from handlers.screens.audit import case_page, show_audit_page
from handlers.screens.calls import show_list, show_one
from handlers.screens.follow_up import follow_press
from handlers.screens.reports import show_report, show_rooms

AFTER = re.compile(r"^Again, after #\d+\. ?")
"""How the reason of a try begins."""

Press = Callable[[SlackContext], Awaitable[None]]


async def act(ctx: SlackContext) -> None:
    """Open the form that asks for the reason, for a pressed button of an act."""
    await _form(ctx, action_values.load(action_values.ActValue, ctx.payload.get("value")))


async def menu(ctx: SlackContext) -> None:
    """Open the form for the act chosen in a menu, whose ids name the call and the person."""
    chosen = ctx.payload.get("selected_option") or {}
    value = action_values.load_menu(
        ctx.payload["block_id"], ctx.payload["action_id"], chosen.get("value", "")
    )
    if isinstance(value, action_values.MoreValue):
        await order_form.open_more(ctx, value)
    else:
        await _form(ctx, value)


async def more(ctx: SlackContext) -> None:
    """Open the form that asks what to do with this call, for “All actions…”."""
    await order_form.open_more(
        ctx, action_values.load(action_values.MoreValue, ctx.payload.get("value"))
    )


async def _form(ctx: SlackContext, value: action_values.ActValue) -> None:
    await reason_form.open_meant(ctx, value.meant(), card=value.card)


async def open_call(ctx: SlackContext) -> None:
    """Draw a call's card, opened, refreshed or at another page of its people."""
    value = action_values.load(action_values.CallValue, ctx.payload.get("value"))
    await show_one(ctx, value.call, value.page, in_place=True)


async def show_view(ctx: SlackContext) -> None:
    """Draw the list of live calls, refreshed, at another page or gone back to."""
    value = action_values.load(action_values.ListValue, ctx.payload.get("value"))
    await show_list(ctx, value.view, in_place=True)


async def filter_list(ctx: SlackContext) -> None:
    """Draw the list anew by what is chosen in the filters above it."""
    view: ListView = action_values.read_filter(ctx.fields)
    await show_list(ctx, view, in_place=True)


async def open_report(ctx: SlackContext) -> None:
    """Show a report in a new message; the call's card stays as it is."""
    await show_report(ctx, action_values.load(report_values.ReportValue, ctx.payload.get("value")))


async def page_report(ctx: SlackContext) -> None:
    """Draw another page of a report in its place, or the same one anew."""
    asked = action_values.load(report_values.ReportValue, ctx.payload.get("value"))
    await show_report(ctx, asked, in_place=True)


async def page_rooms(ctx: SlackContext) -> None:
    """Draw another page of the rooms that vendors know by name, or the same one anew."""
    asked = action_values.load(report_values.RoomsValue, ctx.payload.get("value"))
    await show_rooms(ctx, asked, in_place=True)


async def show_case(ctx: SlackContext) -> None:
    """Show a case whose number was pressed."""
    value = action_values.load(action_values.CaseValue, ctx.payload.get("value"))
    await ctx.answer(await case_page(ctx, value.number))


async def page_case(ctx: SlackContext) -> None:
    """Draw another page of a case's results in the place of those that are shown."""
    value = action_values.load(action_values.CaseValue, ctx.payload.get("value"))
    await ctx.answer(await case_page(ctx, value.number, value.page), in_place=True)


async def recheck_case(ctx: SlackContext) -> None:
    """Read the vendor again for a case and show what it says now, for “Check again”."""
    value = action_values.load(action_values.CaseValue, ctx.payload.get("value"))
    await ctx.show_waiting()
    case, seen = await ctx.moderation.cases.check(ctx.asker, value.number)
    rights = await ctx.moderation.rights_in(ctx.asker, case)
    await ctx.answer(check_message(case, seen, rights))


async def repeat_case(ctx: SlackContext) -> None:
    """Order what a case left unsettled as a new case, for “Do it again” and “Try again”.

    See `bot.moderation.retry.next_retry`.
    """
    value = action_values.load(action_values.CaseValue, ctx.payload.get("value"))
    key = ctx.key("again", ctx.asker.actor.user, value.number)
    press = ctx.key("press", ctx.trigger_id)
    acceptance = await earlier_acceptance(ctx, press)
    if acceptance is None:
        await ctx.moderation.require_viewer_audited(ctx.asker, press, f"Do #{value.number} again")
        acceptance = await _next_try(ctx, value.number, key, press)
    if ctx.reply_url is None:
        follow_press(ctx, acceptance)
    elif acceptance.how is AcceptResult.REPEATED:
        ctx.later(partial(ctx.answer, asked_message(acceptance)), "answer")


async def _next_try(ctx: SlackContext, number: int, key: str, press: str) -> Acceptance:
    """The case of this press: a new one, or the try that is under way or has done it."""
    wanted = await ctx.moderation.cases.next_retry(ctx.asker, number, key)
    if wanted.asked:
        return Acceptance(case=wanted.case, how=AcceptResult.REPEATED)
    order = ctx.order(wanted.key, wanted.case.unsettled, _again(wanted.case))
    return await ctx.moderation.request(order.model_copy(update={"press": press}))


def _again(case: Case) -> str:
    """The reason of the next try: after which case, and why that was asked."""
    why = AFTER.sub("", case.reason)
    return f"Again, after #{case.number}. {why}".strip()


async def undo_case(ctx: SlackContext) -> None:
    """Order what takes a case back, for “Undo”; a heavy act opens a form for its reason first."""
    value = action_values.load(action_values.CaseValue, ctx.payload.get("value"))
    words, press = f"Undo #{value.number}", ctx.key("press", ctx.trigger_id)
    if (earlier := await earlier_acceptance(ctx, press)) is not None:
        ctx.later(partial(ctx.answer, asked_message(earlier)), "answer")
        return
    await ctx.moderation.require_viewer_audited(ctx.asker, press, words)
    key = ctx.key("undo", ctx.asker.actor.user, value.number)
    wanted = await ctx.moderation.cases.next_retry(ctx.asker, value.number, key)
    first = wanted.case.number == value.number
    act = wanted.case.undo if first else wanted.case.unsettled
    if act is None:
        raise action_values.stale()
    if wanted.asked:
        already = asked_message(Acceptance(case=wanted.case, how=AcceptResult.REPEATED))
        ctx.later(partial(ctx.answer, already), "answer")
    elif act.heavy:
        await ctx.moderation.permit(ctx.asker, act, press, words)
        ctx.later(partial(reason_form.open_form, ctx, act, words), "form")
    else:
        order = ctx.order(wanted.key, act, words)
        await ctx.moderation.request(order.model_copy(update={"press": press}))


async def ask_lead(ctx: SlackContext) -> None:
    """Put a refused order to those who may give it, once, for “Ask a lead”."""
    value = action_values.load(action_values.AskValue, ctx.payload.get("value"))
    asked = await ctx.services.asking.ask(value.order, ctx.asker.actor)
    message = asked_for_message(asked.ask, ctx.asker.actor.user, asked.channel)
    ctx.later(partial(ctx.answer, message, in_place=ctx.on_private_message), "answer")


async def open_asked(ctx: SlackContext) -> None:
    """Open the form of an order that was asked for, filled in; who may not is refused."""
    value = action_values.load(action_values.AskValue, ctx.payload.get("value"))
    await ctx.moderation.require_viewer(ctx.asker)
    order = await ctx.services.asking.order(value.order)
    await reason_form.open_meant(ctx, order.act.ref, card=False, why=order.reason)


async def show_audit(ctx: SlackContext) -> None:
    """Show older entries of the audit log."""
    value = action_values.load(action_values.AuditValue, ctx.payload.get("value"))
    await show_audit_page(ctx, value.which, in_place=True)


async def search_audit(ctx: SlackContext) -> None:
    """Open the form to search the audit log, filled in with the present search."""
    value = action_values.load(action_values.AuditValue, ctx.payload.get("value"))
    await audit_search.open_form(ctx, value.which, in_place=True)


ACTIONS: Mapping[str, Press] = {
    action_values.REFRESH_HOME: home.refresh,
    action_values.TRY_CHANNELS: home.try_channels,
    action_values.ALL_CALLS: show_view,
    action_values.ACT: act,
    action_values.MENU: menu,
    action_values.MORE: more,
    action_values.FORM_VERB: order_form.redraw,
    action_values.FORM_CALL: order_form.redraw,
    action_values.FORM_WHOM: order_form.redraw,
    action_values.FORM_PEOPLE: order_form.redraw,
    action_values.OPEN: open_call,
    action_values.REFRESH_CALL: open_call,
    action_values.BACK: show_view,
    action_values.REFRESH_LIST: show_view,
    action_values.PAGE: show_view,
    action_values.FILTER_VENDOR: filter_list,
    action_values.FILTER_TEXT: filter_list,
    report_values.REPORT: open_report,
    report_values.REPORT_PAGE: page_report,
    report_values.ROOMS_PAGE: page_rooms,
    action_values.CASE: show_case,
    action_values.CASE_PAGE: page_case,
    action_values.CASE_CHECK: recheck_case,
    action_values.CASE_AGAIN: repeat_case,
    action_values.CASE_UNDO: undo_case,
    action_values.TYPED: orders.typed,
    action_values.ASK: ask_lead,
    action_values.ASK_OPEN: open_asked,
    action_values.AUDIT: show_audit,
    action_values.AUDIT_SEARCH: search_audit,
    digest_values.DIGEST_SUBSCRIBE: digests.press_subscribe,
    digest_values.DIGEST_LIST: digests.press_list,
    digest_values.DIGEST_EDIT: digests.press_edit,
    digest_values.DIGEST_PAUSE: digests.press_pause,
    digest_values.DIGEST_RESUME: digests.press_resume,
    digest_values.DIGEST_STOP: digests.press_stop,
    digest_values.DIGEST_PREVIEW: digests.press_preview,
    digest_values.DIGEST_NOW: digests.press_now,
}
"""Every action id that is drawn, and its handler."""
