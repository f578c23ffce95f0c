"""From what is filled in to what is drawn: which call is meant, and what its vendor can do."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping

from bot.calls.acts import Act, Person
from bot.calls.cases import Refusal
from bot.calls.models import Call, CallRef, Vendor
from bot.calls.rights import NOTHING, Rights
from bot.calls.verbs import VERBS, Aim, Listed, Verb
from bot.errors import CallwardenError, NotPermitted, VendorError
from bot.moderation.live_calls import LiveCalls
from bot.moderation.service import Asker
from handlers.blocks.choices import call_value, person_value, same_room, same_run
from handlers.blocks.forms.order_form import TITLE, Draft, cannot_words, possible_whom
from handlers.blocks.forms.order_state import ANY, OF_PERSON, FilledForm, OrderState, Whom
from handlers.blocks.help import FAMILIES
from handlers.blocks.offers import outputs
from handlers.context import SlackContext
from handlers.modals.vendor_questions import with_leaving

LOOK_SECONDS = 1.5
"""How long a form waits for vendors that have not answered yet, before it is drawn without them."""

ANOTHER_RUN = "That call has ended; another one has begun in the same room. Choose it to act on it."


async def draft(
    ctx: SlackContext, filled: FilledForm, call: Call | None, notes: list[str]
) -> Draft:
    """All a form is drawn from. Raises NotPermitted (audited) where its verb may not be asked."""
    verb, live_calls = filled.kind, ctx.service.live_calls
    rights = await ctx.service.rights(Asker(ctx.asker.actor, filled.state.channel))
    if verb is None or call is None:
        await _permitted_somewhere(ctx, filled.state, verb, call)
    capability = None
    if call is not None and verb is not None:
        vendor = call.ref.vendor
        capability = live_calls.capabilities(call)[verb.name]
        if capability.possible:
            await _require_permitted(ctx, filled.state, verb, call)
            capability = await with_leaving(ctx, call.ref, verb, capability)
        else:
            notes = [*notes, cannot_words(verb, vendor.label, capability)]
    verbs = verbs_among(live_calls, filled.state.among, call, rights)
    if call is not None and verb is None and not verbs and filled.state.among in FAMILIES:
        notes = [*notes, *_none_of(live_calls, filled.state.among, call)]
    if call is not None and call.ended_at is not None:
        notes = [*notes, "This call has ended. Most acts want a live one."]
    return Draft(
        filled=filled,
        verbs=verbs,
        rights=NOTHING if call is None else rights[call.ref.vendor],
        call=call,
        capability=capability,
        listed=None if call is None or verb is None else menu_of(ctx, verb, call),
        targets=outputs(verb, call, live_calls.rtmp_targets) if verb else (),
        reasons=ctx.services.reasons,
        notes=tuple(notes),
        includable=call is not None and await may_include(ctx, call.ref.vendor),
        present=_present(live_calls, call),
        shielded=_shielded(ctx, call),
    )


def _present(live_calls: LiveCalls, call: Call | None) -> int:
    """How many people are in the call, 0 where that is not known."""
    if call is None:
        return 0
    known = live_calls.recent_calls.people(call.ref)
    return call.people if known is None else len(known.people)


def _shielded(ctx: SlackContext, call: Call | None) -> frozenset[str]:
    """Who of those who are known to be in the call is protected, as a menu carries them."""
    known = None if call is None else ctx.service.live_calls.recent_calls.people(call.ref)
    if call is None or known is None:
        return frozenset()
    protection = ctx.service.policy.protection(call.ref.vendor)
    return frozenset(
        person_value(person.id)
        for person in known.people
        if protection.covers(Person.of(person).ids, person.role)
    )


async def may_include(ctx: SlackContext, vendor: Vendor) -> bool:
    """Whether to offer that protected people be included: there are such, and an admin asks."""
    policy = ctx.service.policy
    return bool(policy.protection(vendor)) and await policy.is_admin(ctx.asker.actor, vendor)


def menu_of(ctx: SlackContext, verb: type[Verb], call: Call) -> Listed | None:
    """The list that somebody absent is chosen from; None where only an id can tell them."""
    if verb.aim is not Aim.ABSENT:
        return None
    return ctx.service.resolver.absent_people.lists(verb, call.ref)


def _none_of(live_calls: LiveCalls, first: str, call: Call) -> list[str]:
    """Why this call's vendor can do nothing that begins with that word, each reason once."""
    table = live_calls.capabilities(call)
    whys = dict.fromkeys(table[verb.name].why for verb in FAMILIES[first])
    return [f"“{first}” is not available on {call.ref.vendor.label}. {' '.join(whys)}"]


def verbs_among(
    live_calls: LiveCalls, among: str, call: Call | None, rights: Mapping[Vendor, Rights]
) -> tuple[type[Verb], ...]:
    """The verbs a form lets choose from: those its reader may do, and this or any vendor can."""
    return tuple(
        verb
        for verb in _family(among)
        if any(
            rights[vendor].may(verb.name, everyone=everyone)
            for vendor in _able(live_calls, verb, call)
            for everyone in (False, True)
        )
    )


def _family(among: str) -> Iterable[type[Verb]]:
    family = VERBS.values() if among in {ANY, OF_PERSON} else FAMILIES.get(among, ())
    return (verb for verb in family if among != OF_PERSON or verb.aim is not Aim.CALL)


def _able(live_calls: LiveCalls, verb: type[Verb], call: Call | None) -> list[Vendor]:
    """The vendors that can do it: of them all, or that of `call`, to calls of its kind."""
    if call is not None:
        return [call.ref.vendor] if live_calls.capabilities(call)[verb.name].possible else []
    return [v for v, one in live_calls.providers.items() if one.capabilities[verb.name].possible]


def _asked(state: OrderState) -> str:
    """What is asked for where no verb is chosen: one word of several verbs, or any act."""
    return f"Use “{state.among}”" if state.among in FAMILIES else TITLE


async def _permitted_somewhere(
    ctx: SlackContext, state: OrderState, verb: type[Verb] | None, call: Call | None
) -> None:
    """Refuse those for whom no verb, or not this one, is in the form, before they fill it in."""
    live_calls = ctx.service.live_calls
    verbs = list(_family(state.among)) if verb is None else [verb]
    wanted = [(one, vendor) for one in verbs for vendor in _able(live_calls, one, call)]
    label = _asked(state) if verb is None else verb.label
    key = ctx.key("form", ctx.trigger_id, label)
    with_refusal = ctx.service.policy.require_any(ctx.asker.actor, wanted, state.channel, label)
    await _audited(ctx, with_refusal, key, label)


async def _require_permitted(
    ctx: SlackContext, state: OrderState, verb: type[Verb], call: Call
) -> None:
    """NotPermitted for those who may not give such an order, before they fill in its form."""
    ways = possible_whom(verb, ctx.service.live_calls.capabilities(call)[verb.name])
    act = Act(
        verb=verb.model_construct(),
        call=call.ref,
        title=call.title,
        everyone=Whom.NAMED not in ways and bool(ways),
    )
    key = ctx.key("form", ctx.trigger_id, verb.name, call.ref.vendor)
    permission = ctx.service.policy.require_permitted(ctx.asker.actor, act, state.channel)
    await _audited(ctx, permission, key, f"{verb.label}: {call.title}")


async def _audited(ctx: SlackContext, permission: Awaitable[None], key: str, words: str) -> None:
    """Wait for leave; where there is none, the attempt in `words` is audited under `key`."""
    try:
        await permission
    except NotPermitted as no:
        await ctx.service.store.refuse(
            Refusal(key=key, actor=ctx.asker.actor, words=words, why=str(no))
        )
        raise


def chosen_call(live_calls: LiveCalls, filled: FilledForm) -> Call | None:
    """The call that is chosen, as it was last seen; None when none is, or it is live no more."""
    value, ref = filled.call, filled.state.call
    if value is None:
        return None
    if ref is not None and value == call_value(ref):
        seen = live_calls.call_index.call(ref) or live_calls.recent_calls.call(ref)
        known = seen or Call(ref=ref, title=ref.id, people=0)
        return known.model_copy(update={"ref": ref})
    here = (call for call in live_calls.call_index.calls() if same_room(value, call.ref))
    return next((call for call in here if same_run(value, call.ref)), None)


async def read_live_calls(ctx: SlackContext, seconds: float = LOOK_SECONDS) -> list[str]:
    """Read all live calls in the background; what is in the way after `seconds`, in words.

    A slow vendor's answer is not waited for longer, and is there for the next question. Impossible
    when no vendor is connected.
    """
    ctx.service.live_calls.require_connected()
    call_index, rights = ctx.service.live_calls.call_index, await ctx.service.rights(ctx.asker)
    if call_index.due or not call_index.known:
        reading = ctx.services.tasks.spawn(call_index.refresh(), "call index")
        if not call_index.known:
            await asyncio.wait({reading}, timeout=seconds)
    notes = [trouble.for_reader(rights).message for trouble in call_index.troubles]
    if call_index.known and not notes and next(call_index.calls(), None) is None:
        notes.append("No call is live right now. Start one in your app, then open this again.")
    return notes


async def call_as_seen(live_calls: LiveCalls, ref: CallRef) -> tuple[Call, list[str]]:
    """A call of a card as it is now, or as it was when its vendor does not answer in time."""
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            now = await live_calls.get(ref)
    except (VendorError, TimeoutError) as error:
        known = live_calls.recent_calls.call(ref) or Call(ref=ref, title=ref.id, people=0)
        note = error_sentences(error) if isinstance(error, VendorError) else "Its vendor is slow."
        return known.model_copy(update={"ref": ref}), [note]
    if other_run(ref, now.ref):
        return now.model_copy(update={"ref": ref}), [ANOTHER_RUN]
    return now, []


def other_run(seen: CallRef, now: CallRef) -> bool:
    """Whether the room emptied and filled again since somebody saw it."""
    return None not in {seen.session, now.session} and seen.session != now.session


def error_sentences(error: CallwardenError) -> str:
    """What happened, and what to do next."""
    return f"{error} {error.next_step}".strip()
