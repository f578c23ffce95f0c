"""From what is filled in to what is drawn: which call is meant, and what its vendor can do."""

import asyncio
from collections.abc import Iterable, Mapping

from bot.calls.acts import Act
from bot.calls.models import Call, CallRef, Vendor
from bot.calls.rights import NOTHING, Rights
from bot.calls.verbs import VERBS, Aim, Verb
from bot.errors import CallwardenError, VendorError
from bot.moderation.asker import Asker
from bot.moderation.order_forms import OrderForms
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
    """All that the form for an order is drawn from, for what is filled in and the chosen `call`.

    `notes` are words about what stands in the way. Raises NotPermitted, audited, where its verb
    may not be asked for.
    """
    verb, forms = filled.kind, ctx.moderation.forms
    rights = await ctx.moderation.rights(Asker(ctx.asker.actor, filled.state.channel))
    if verb is None or call is None:
        await _require_somewhere(ctx, filled.state, verb, call)
    capability = None
    if call is not None and verb is not None:
        vendor = call.ref.vendor
        capability = forms.capability(call, verb)
        if capability.possible:
            await _require_permitted(ctx, filled.state, verb, call)
            capability = await with_leaving(ctx, call.ref, verb, capability)
        else:
            notes = [*notes, cannot_words(verb, vendor.label, capability)]
    verbs = verbs_among(forms, filled.state.among, call, rights)
    if call is not None and verb is None and not verbs and filled.state.among in FAMILIES:
        notes = [*notes, *_none_of(forms, filled.state.among, call)]
    if call is not None and call.ended_at is not None:
        notes = [*notes, "This call has ended. Most acts want a live one."]
    return Draft(
        filled=filled,
        verbs=verbs,
        rights=NOTHING if call is None else rights[call.ref.vendor],
        call=call,
        capability=capability,
        listed=None if call is None or verb is None else forms.list_for(verb, call),
        targets=outputs(verb, call, forms.rtmp_targets) if verb else (),
        reasons=ctx.services.reasons,
        notes=tuple(notes),
        includable=call is not None
        and await forms.may_include_protected(ctx.asker, call.ref.vendor),
        present=0 if call is None else forms.people_count(call),
        shielded=frozenset(
            person_value(person)
            for person in ([] if call is None else forms.protected_people(call))
        ),
    )


def _none_of(forms: OrderForms, first: str, call: Call) -> list[str]:
    """Why this call's vendor can do nothing that begins with that word, each reason once."""
    whys = dict.fromkeys(forms.capability(call, verb).why for verb in FAMILIES[first])
    return [f"“{first}” is not available on {call.ref.vendor.label}. {' '.join(whys)}"]


def verbs_among(
    forms: OrderForms, among: str, call: Call | None, rights: Mapping[Vendor, Rights]
) -> tuple[type[Verb], ...]:
    """The verbs to choose from in a form: those its reader may do, and this or any vendor can.

    `among` is their common first word, or ANY, or OF_PERSON for what is done to one person.
    """
    return tuple(
        verb
        for verb in _family(among)
        if any(
            rights[vendor].may(verb.name, everyone=everyone)
            for vendor in forms.vendors_able(verb, call)
            for everyone in (False, True)
        )
    )


def _family(among: str) -> Iterable[type[Verb]]:
    family = VERBS.values() if among in {ANY, OF_PERSON} else FAMILIES.get(among, ())
    return (verb for verb in family if among != OF_PERSON or verb.aim is not Aim.CALL)


def _asked(state: OrderState) -> str:
    """What is asked for where no verb is chosen: one word of several verbs, or any act."""
    return f"Use “{state.among}”" if state.among in FAMILIES else TITLE


async def _require_somewhere(
    ctx: SlackContext, state: OrderState, verb: type[Verb] | None, call: Call | None
) -> None:
    """NotPermitted for those who may do none of the verbs of the form, before they fill it in."""
    forms, asker = ctx.moderation.forms, Asker(ctx.asker.actor, state.channel)
    verbs = list(_family(state.among)) if verb is None else [verb]
    wanted = [
        (wanted_verb, vendor)
        for wanted_verb in verbs
        for vendor in forms.vendors_able(wanted_verb, call)
    ]
    label = _asked(state) if verb is None else verb.label
    await forms.require_any(asker, wanted, label, ctx.key("form", ctx.trigger_id, label))


async def _require_permitted(
    ctx: SlackContext, state: OrderState, verb: type[Verb], call: Call
) -> None:
    """NotPermitted for those who may not give such an order, before they fill in its form."""
    forms, asker = ctx.moderation.forms, Asker(ctx.asker.actor, state.channel)
    ways = possible_whom(verb, forms.capability(call, verb))
    act = Act(
        verb=verb.model_construct(),
        call=call.ref,
        title=call.title,
        everyone=Whom.NAMED not in ways and bool(ways),
    )
    key = ctx.key("form", ctx.trigger_id, verb.name, call.ref.vendor)
    await forms.require_permitted(asker, act, f"{verb.label}: {call.title}", key)


def chosen_call(ctx: SlackContext, filled: FilledForm) -> Call | None:
    """The chosen call, as it was last seen; None when none is, or it is live no more."""
    value, ref, forms = filled.call, filled.state.call, ctx.moderation.forms
    if value is None:
        return None
    if ref is not None and value == call_value(ref):
        known = forms.known_call(ref) or Call(ref=ref, title=ref.id, people=0)
        return known.model_copy(update={"ref": ref})
    here = (call for call in forms.indexed_calls() if same_room(value, call.ref))
    return next((call for call in here if same_run(value, call.ref)), None)


async def read_live_calls(ctx: SlackContext, seconds: float = LOOK_SECONDS) -> list[str]:
    """Read all live calls in the background; what is in the way after `seconds`, in words.

    A slow vendor's answer is not waited for longer, and is there for the next question. Impossible
    when no vendor is connected.
    """
    read = await ctx.moderation.forms.read_calls(seconds)
    rights = await ctx.moderation.rights(ctx.asker)
    notes = [trouble.for_reader(rights).message for trouble in read.troubles]
    if read.none_live:
        notes.append("No call is live right now. Start one in your app, then open this again.")
    return notes


async def call_as_seen(ctx: SlackContext, ref: CallRef) -> tuple[Call, list[str]]:
    """A call of a card as it is now, and words about what is wrong with it.

    As it was last seen, where its vendor does not answer in time.
    """
    forms = ctx.moderation.forms
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            now = await forms.get_call(ref)
    except (VendorError, TimeoutError) as error:
        known = forms.recent_call(ref) or Call(ref=ref, title=ref.id, people=0)
        note = error_sentences(error) if isinstance(error, VendorError) else "Its vendor is slow."
        return known.model_copy(update={"ref": ref}), [note]
    if other_run(ref, now.ref):
        return now.model_copy(update={"ref": ref}), [ANOTHER_RUN]
    return now, []


def other_run(seen: CallRef, now: CallRef) -> bool:
    """Whether `now` is another run of the room than `seen`: it emptied and filled again."""
    return None not in {seen.session, now.session} and seen.session != now.session


def error_sentences(error: CallwardenError) -> str:
    """The error in words: what happened, and what to do next."""
    return f"{error} {error.next_step}".strip()
