"""From a form as submitted to an act: every mistake is told at the field it is in."""

import asyncio
from collections.abc import Mapping

from bot.calls.acts import Act, Person
from bot.calls.capabilities import Capability
from bot.calls.live import Roster
from bot.calls.models import Call, Participant
from bot.calls.verbs import Aim, Verb
from bot.errors import BadInput, FieldError, FieldsMissing, VendorError
from bot.moderation.absent_people import OF
from bot.moderation.order_forms import CurrentCall
from bot.moderation.unmatched import SHOWN_NAMES
from handlers.blocks.action_values import FORM_CALL, FORM_PEOPLE, FORM_VERB, FORM_WHOM
from handlers.blocks.choices import ChosenOption, person_value
from handlers.blocks.forms.option_fields import OPTION, RECORDING, read_options
from handlers.blocks.forms.order_form import cannot_words, possible_whom
from handlers.blocks.forms.order_state import ABSENT, FilledForm, Whom
from handlers.blocks.forms.reason_fields import REASON, one_reason, wrong_reason
from handlers.blocks.offers import outputs
from handlers.blocks.text import clean
from handlers.context import SlackContext
from handlers.modals.order_draft import ANOTHER_RUN, chosen_call, other_run
from handlers.modals.vendor_questions import recording_error
from handlers.parsing.words import require_name

CHECK_SECONDS = 0.8
"""How long a submitted form waits to hear who is still there: Slack gives 3 s for everything."""

Errors = dict[str, str]
"""What is wrong, by the action_id of the field it is in."""


async def act_of(ctx: SlackContext, filled: FilledForm) -> Act:
    """The act that a submitted form asks for.

    Raises FieldError for a mistake in one field, FieldsMissing for fields left empty, BadInput,
    Impossible and VendorError.
    """
    forms, verb = ctx.moderation.forms, filled.kind
    if verb is None:
        raise FieldError(FORM_VERB, "Choose what to do.")
    call = chosen_call(ctx, filled)
    if call is None:
        raise FieldError(FORM_CALL, "That call is not live any more. Choose another one.")
    capability = forms.capability(call, verb)
    if not capability.possible:
        raise FieldError(FORM_CALL, cannot_words(verb, call.ref.vendor.label, capability))
    targets = outputs(verb, call, forms.rtmp_targets)
    options = _options(filled, verb, capability, targets)
    if (words := await recording_error(ctx, options, call.ref)) is not None:
        raise FieldError(RECORDING, words)
    now = await forms.current(call.ref, with_people=verb.aim is Aim.PEOPLE, seconds=CHECK_SECONDS)
    if not filled.state.over:
        _require_there(call, now)
    people, everyone, spared = await _aim(ctx, filled, options, call, now)
    return Act(
        verb=options,
        call=call.ref if now.call is None or filled.state.over else now.call.ref,
        title=call.title if now.call is None else now.call.title,
        people=people,
        everyone=everyone,
        spared=spared,
        protected_too=everyone and filled.protected_too,
    )


def reason_of(filled: FilledForm, *, needed: bool) -> str:
    """The reason picked and the one written, as one. Raises FieldError where it is missing."""
    reason = one_reason(filled.listed, filled.written)
    wrong = wrong_reason(reason, needed=needed)
    if wrong is not None:
        raise FieldError(REASON, wrong)
    return reason


def _options(
    filled: FilledForm, verb: type[Verb], capability: Capability, targets: tuple[str, ...]
) -> Verb:
    built, wrong = read_options(verb, capability, targets, filled.options)
    if built is not None:
        return built
    if not all(OPTION + name in filled.blocks for name in wrong):
        raise FieldsMissing
    name, words = next(iter(wrong.items()))
    raise FieldError(OPTION + name, words)


def _require_there(call: Call, now: CurrentCall) -> None:
    """FieldError when the call ended since it was chosen; a silent vendor's is taken for there."""
    if now.gone or (now.call is not None and now.call.ended_at is not None):
        raise FieldError(FORM_CALL, f"“{_short(call.title)}” has ended. Choose another call.")
    if now.call is not None and other_run(call.ref, now.call.ref):
        raise FieldError(FORM_CALL, ANOTHER_RUN)


async def _aim(
    ctx: SlackContext, filled: FilledForm, verb: Verb, call: Call, now: CurrentCall
) -> tuple[tuple[Person, ...], bool, tuple[Person, ...]]:
    """People, everyone or not, and who is spared."""
    if verb.aim is Aim.CALL:
        return (), False, ()
    if verb.aim is Aim.ABSENT:
        return await _chosen_absent(ctx, filled, verb, call), False, ()
    ways = possible_whom(type(verb), ctx.moderation.forms.capability(call, verb))
    if filled.whom is None and FORM_WHOM in filled.blocks:
        raise FieldError(FORM_WHOM, "Choose who is meant.")
    if filled.whom is None and ways[0] is Whom.EVERYONE:
        raise FieldsMissing
    whom = filled.whom or ways[0]
    if whom not in ways:
        raise FieldError(FORM_WHOM, "This vendor cannot do that. Choose again.")
    if whom is Whom.EVERYONE:
        if filled.people and FORM_PEOPLE in filled.blocks:
            raise FieldError(FORM_PEOPLE, "Remove them here, or choose again who is meant.")
        return (), True, ()
    if FORM_PEOPLE not in filled.blocks or not filled.people_fit:
        raise FieldsMissing
    if not filled.people:
        raise FieldError(FORM_PEOPLE, "Choose at least one person.")
    people = _present(filled.people, call, now, type(verb))
    return ((), True, people) if whom is Whom.EXCEPT else (people, False, ())


def _present(
    chosen: tuple[ChosenOption, ...], call: Call, now: CurrentCall, verb: type[Verb]
) -> tuple[Person, ...]:
    """Those who are there; for a verb that keeps people out, also those who left lately."""
    if now.people is None:
        raise FieldError(
            FORM_PEOPLE,
            f"{call.ref.vendor.label} did not say who is in the call. Submit it again in a moment.",
        )
    reached = (*now.left, *now.people) if verb.keeps_out else now.people
    here: Mapping[str, Participant] = {
        person_value(participant.id): participant for participant in reached
    }
    gone = [option.label for option in chosen if option.value not in here]
    if gone:
        names = ", ".join(_short(name) for name in gone[:SHOWN_NAMES])
        more = f" and {len(gone) - SHOWN_NAMES} more" if len(gone) > SHOWN_NAMES else ""
        are = "are" if len(gone) > 1 else "is"
        raise FieldError(
            FORM_PEOPLE, f"{names}{more} {are} not in the call any more. Take them out."
        )
    return tuple(
        Person.of(here[value]) for value in dict.fromkeys(option.value for option in chosen)
    )


async def _chosen_absent(
    ctx: SlackContext, filled: FilledForm, verb: Verb, call: Call
) -> tuple[Person, ...]:
    """People who need not be there: chosen from their list, or by id where there is none."""
    which = ctx.moderation.forms.list_for(type(verb), call)
    if which is None:
        return await _typed_absent(ctx, filled, verb, call)
    if FORM_PEOPLE not in filled.blocks or not filled.people_fit:
        raise FieldsMissing
    if not filled.people:
        raise FieldError(FORM_PEOPLE, "Choose at least one person.")
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            roster = await ctx.moderation.forms.roster(call.ref, which)
    except (VendorError, TimeoutError) as error:
        silent = f"{call.ref.vendor.label} did not say who is on that list."
        raise FieldError(FORM_PEOPLE, f"{silent} Submit it again in a moment.") from error
    return _on_list(filled.people, roster, call)


def _on_list(chosen: tuple[ChosenOption, ...], roster: Roster, call: Call) -> tuple[Person, ...]:
    """Those who are on the list now; where it could not be read to its end, anybody by their id."""
    known = {person_value(person.id): person for person in roster.people}
    if not roster.complete:
        known = {option.value: Person(id=option.value) for option in chosen} | known
    gone = [_short(option.label) for option in chosen if option.value not in known]
    if gone:
        names = ", ".join(gone[:SHOWN_NAMES])
        are = "are" if len(gone) > 1 else "is"
        of = OF[roster.which]
        words = f"{names} {are} not {of} “{_short(call.title)}”. Take them out."
        raise FieldError(FORM_PEOPLE, words)
    return tuple(known[value] for value in dict.fromkeys(option.value for option in chosen))


async def _typed_absent(
    ctx: SlackContext, filled: FilledForm, verb: Verb, call: Call
) -> tuple[Person, ...]:
    """Each line is one person; Slack's typographic signs are no part of an id."""
    if ABSENT not in filled.blocks:
        raise FieldsMissing
    words = [word for line in filled.absent.splitlines() if (word := clean(line).lstrip("@"))]
    if not words:
        raise FieldError(ABSENT, "Say who: their id in your app.")
    try:
        named = [require_name(word, "person") for word in words]
        return await ctx.moderation.forms.absent(call, verb, named)
    except BadInput as error:
        raise FieldError(ABSENT, str(error)) from error


def _short(text: str) -> str:
    return clean(text)[:40] or "Untitled call"
