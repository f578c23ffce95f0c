"""What was typed before a form had a field for it: call, people and options, looked up."""

from collections.abc import Callable, Sequence
from typing import Any

from bot.calls.acts import Person
from bot.calls.models import Call
from bot.calls.verbs import Aim, Verb
from bot.errors import BadInput, VendorError
from bot.moderation.absent_people import meant
from bot.moderation.people_index import PeopleIndex
from bot.moderation.resolver import pick
from handlers.blocks.action_values import FORM_PEOPLE
from handlers.blocks.choices import ChosenOption, call_value, chosen_option
from handlers.blocks.forms.order_state import ABSENT, FilledForm, OrderState, TypedWords, Whom
from handlers.context import SlackContext
from handlers.modals.order_draft import error_sentences, read_live_calls
from handlers.parsing.orders import Incomplete


async def look_up_typed(
    ctx: SlackContext, request: Incomplete, state: OrderState
) -> tuple[FilledForm, Call | None, list[str]]:
    """The form filled in by a command, the call it means, and notes about what is unclear."""
    call, notes = await _named(ctx, request.call)
    filled = FilledForm(
        state=state,
        verb=state.verb,
        call=None if call is None else call_value(call.ref),
        whom=_whom(request),
        options=_options(request),
        protected_too=request.protected_too,
        written=request.reason,
    )
    filled, missing = await with_typed(ctx, filled, call)
    return filled, call, notes + missing


def typed_without_field(request: Incomplete) -> TypedWords | None:
    """The typed people and options, for when a field asks for them; None where none are."""
    typed = TypedWords(
        people=request.spared or request.people, whom=_whom(request), options=_options(request)
    )
    return None if typed == TypedWords() else typed


async def with_typed(
    ctx: SlackContext, filled: FilledForm, call: Call | None
) -> tuple[FilledForm, list[str]]:
    """The form with typed people put into their field, once it is drawn; and notes about them.

    As it was, where nobody was typed or no field asks for people yet.
    """
    verb, typed = filled.kind, filled.state.typed
    if verb is None or call is None or typed is None or verb.aim is Aim.CALL:
        return filled, []
    if not typed.people or filled.people or filled.blocks.keys() & {FORM_PEOPLE, ABSENT}:
        return filled, []
    found, missing = await _people(ctx, verb, call, typed.people)
    return filled.model_copy(update=found), missing


async def _named(ctx: SlackContext, word: str | None) -> tuple[Call | None, list[str]]:
    """The call that was typed; else what there is to choose from."""
    if word is None:
        return None, await read_live_calls(ctx)
    await read_live_calls(ctx, 0)
    try:
        return await ctx.moderation.forms.call(word), []
    except (BadInput, VendorError) as error:
        return None, [error_sentences(error)]


async def _people(
    ctx: SlackContext, verb: type[Verb], call: Call, words: Sequence[str]
) -> tuple[dict[str, Any], list[str]]:
    """People that were typed: those who are there, and words about the others."""
    if verb.aim is Aim.ABSENT:
        return await _absent(ctx, verb, call, words)
    try:
        people_index = await ctx.moderation.forms.people(call.ref)
    except VendorError as error:
        return {}, [error_sentences(error)]
    if verb.keeps_out:
        people_index = PeopleIndex((*people_index.people, *people_index.left))
    return _found(words, lambda word: pick(word, people_index, call))


async def _absent(
    ctx: SlackContext, verb: type[Verb], call: Call, words: Sequence[str]
) -> tuple[dict[str, Any], list[str]]:
    """The same for people who are on a list of the call's; by id where there is no menu of it."""
    which = ctx.moderation.forms.list_for(verb, call)
    if which is None:
        return {"absent": "\n".join(words)}, []
    try:
        roster = await ctx.moderation.forms.recent_roster(call.ref, which)
    except VendorError as error:
        return {}, [error_sentences(error)]
    return _found(words, lambda word: meant(word, roster, call))


def _found(words: Sequence[str], find: Callable[[str], Person]) -> tuple[dict[str, Any], list[str]]:
    """Whom the words mean, each once, and why the others mean nobody."""
    found: dict[str, ChosenOption] = {}
    missing: list[str] = []
    for word in words:
        try:
            person = chosen_option(find(word))
        except BadInput as error:
            missing.append(error_sentences(error))
        else:
            found[person.value] = person
    return {"people": tuple(found.values())}, missing


def _whom(request: Incomplete) -> Whom | None:
    if not request.everyone:
        return None
    return Whom.EXCEPT if request.spared else Whom.EVERYONE


def _options(request: Incomplete) -> dict[str, str]:
    """What was picked, as it would stand in the fields."""
    return {
        name: value if isinstance(value, str) else "\n".join(value)
        for name, value in request.picked.items()
    }
