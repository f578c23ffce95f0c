"""The form for any order: which verb, which call, whom, with which options, and why.

The same fields keep their ids from one drawing to the next, so that Slack keeps what was typed;
whatever depends on the call has the call in its id, so that it begins anew with another one.
"""

from typing import Any

from bot.calls.acts import CROWD
from bot.calls.capabilities import Capability, Reach
from bot.calls.models import Call, Frozen
from bot.calls.rights import NOTHING, Rights
from bot.calls.verbs import VERBS, Aim, Listed, Verb, Weight
from handlers.blocks.action_values import FORM_CALL, FORM_PEOPLE, FORM_VERB, FORM_WHOM, MAX_SHOWN
from handlers.blocks.choices import call_option, call_value
from handlers.blocks.elements import option, paragraph, plain_text, select
from handlers.blocks.forms.option_fields import option_fields
from handlers.blocks.forms.order_state import (
    ABSENT,
    ORDER_FORM,
    FilledForm,
    OrderState,
    Whom,
    dump_state,
    people_block,
)
from handlers.blocks.forms.protected_field import include_field
from handlers.blocks.forms.reason_fields import reason_fields
from handlers.blocks.forms.warnings import at_once, cautions
from handlers.blocks.message import Block
from handlers.blocks.text import cut, mrkdwn, say, thousands

MAX_TITLE = 24
"""Slack's limit for a title or submit button."""

MAX_CHOSEN = 50
"""People chosen in one form at most; as many as can be named in words."""

MAX_ABSENT = 3000

TITLE = "Moderate a call"
LOADING = "Loading the live calls…"

LISTED = {
    Listed.BLOCKED: "Who is blocked",
    Listed.BANNED: "Who is banned",
    Listed.MEMBERS: "Members",
}
"""Above the menu of those who are on a list."""

NOBODY_YET = "Enter the user id: they are not a member yet."
BY_ID = "Enter the user id: the vendor does not list them."


class Draft(Frozen):
    """All a form is drawn from: what is said so far, and what is known about it.

    `verbs` can be chosen from; `call` is the chosen one, `rights` are its reader's there, and
    `capability` is what its vendor makes of the verb; `listed` is the list that somebody absent is
    chosen from; `notes` are words of ours about what stands in the way; `includable` whether
    protected people may be included in an act on everyone. `present` is how many people are in the
    call, `shielded` are those of them who are protected, as a menu carries them.
    """

    filled: FilledForm
    verbs: tuple[type[Verb], ...] = ()
    rights: Rights = NOTHING
    call: Call | None = None
    capability: Capability | None = None
    listed: Listed | None = None
    targets: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    includable: bool = False
    present: int = 0
    shielded: frozenset[str] = frozenset()


def order_form(draft: Draft) -> dict[str, Any]:
    """The form for an order, drawn from `draft`."""
    verb = draft.filled.kind
    return {
        "type": "modal",
        "callback_id": ORDER_FORM,
        "private_metadata": dump_state(_state(draft)),
        "title": plain_text(verb.label if verb else TITLE, MAX_TITLE),
        "submit": plain_text(verb.label if verb else "Next", MAX_TITLE),
        "close": plain_text("Cancel", MAX_TITLE),
        "blocks": [
            *_about(draft),
            *_which_verb(draft),
            _which_call(draft),
            *_what(draft),
            *reason_fields(
                draft.reasons,
                draft.filled.listed,
                draft.filled.written,
                needed=heavy(draft.filled),
            ),
        ],
    }


def loading_view(label: str) -> dict[str, Any]:
    """The view that says to wait, until the form takes its place."""
    return {
        "type": "modal",
        "title": plain_text(label or TITLE, MAX_TITLE),
        "close": plain_text("Cancel", MAX_TITLE),
        "blocks": [paragraph([LOADING])],
    }


def possible_whom(verb: type[Verb], capability: Capability) -> tuple[Whom, ...]:
    """At whom this vendor can aim the verb, the likeliest first."""
    if verb.aim is not Aim.PEOPLE:
        return ()
    if not verb.everyone or not capability.reaches(everyone=True):
        return (Whom.NAMED,)
    if capability.aims is Reach.EVERYONE:
        return (Whom.EVERYONE,)
    return tuple(Whom)


def cannot_words(verb: type[Verb], vendor: str, capability: Capability) -> str:
    """Why a vendor cannot do it, and what is nearest."""
    nearest = VERBS.get(capability.instead or "")
    instead = f" Use “{nearest.label}” instead." if nearest else ""
    return f"{verb.label} is not available on {vendor}. {capability.why}{instead}"


def heavy(filled: FilledForm) -> bool:
    """Whether the act that is filled in is a heavy one, which wants a reason."""
    verb = filled.kind
    if verb is None:
        return False
    crowd = verb.aim is Aim.PEOPLE and (
        filled.whom in {Whom.EVERYONE, Whom.EXCEPT} or len(filled.people) > CROWD
    )
    return verb.weight is Weight.HEAVY or crowd


def _state(draft: Draft) -> OrderState:
    call, verb = draft.call, draft.filled.kind
    return draft.filled.state.model_copy(
        update={
            "verb": verb.name if verb else None,
            "call": call.ref if call else None,
            "over": bool(call and call.ended_at),
            "heavy": heavy(draft.filled),
        }
    )


def _about(draft: Draft) -> list[Block]:
    """What the act does, what cannot be undone, and what stands in the way."""
    verb, lines = draft.filled.kind, []
    if verb is not None:
        lines.append(mrkdwn(verb.summary, 300))
        vendor = draft.call.ref.vendor if draft.call else None
        lines += cautions(verb, vendor, draft.capability, on_all=_on_all(draft.filled))
        if unfit := _unfit_words(draft, verb):
            lines.append(f"*{unfit}*")
        elif heavy(draft.filled):
            lines.append(f"*{_whole(draft, verb)}*")
    lines += [f"• {say(note, 400)}" for note in draft.notes]
    return [paragraph(lines)] if lines else []


def _unfit_words(draft: Draft, verb: type[Verb]) -> str:
    """That the vendor cannot aim it as was said, and that nothing else was chosen instead."""
    if draft.call is None or draft.capability is None or not draft.capability.possible:
        return ""
    ways = possible_whom(verb, draft.capability)
    if draft.filled.wanted is None or not ways or draft.filled.wanted in ways:
        return ""
    vendor = draft.call.ref.vendor.label
    if Whom.EVERYONE in ways:
        return f"{vendor} can do this only to everyone at once. Choose it only if all are meant."
    return f"{vendor} cannot do this to everyone at once. Choose people."


def _on_all(filled: FilledForm) -> bool:
    """Whether it hits the call as a whole: itself, or everyone in it without an exception."""
    verb = filled.kind
    return verb is not None and (verb.aim is Aim.CALL or filled.whom is Whom.EVERYONE)


def _whole(draft: Draft, verb: type[Verb]) -> str:
    """How much is done at once: said in the form, since submitting it is the confirmation."""
    filled = draft.filled
    chosen = {person.value for person in filled.people}
    if filled.whom not in {Whom.EVERYONE, Whom.EXCEPT}:
        return at_once(verb, len(chosen), draft.present if verb.aim is Aim.CALL else len(chosen))
    if filled.whom is Whom.EVERYONE:
        chosen = set()
    left_out = set() if filled.protected_too else set(draft.shielded) - chosen
    hit = max(draft.present - len(chosen | left_out), 0)
    return at_once(verb, hit, draft.present, len(left_out))


def _which_verb(draft: Draft) -> list[Block]:
    if not draft.filled.state.among:
        return []
    chosen = draft.filled.kind
    offered = list(draft.verbs)
    if chosen is not None and chosen not in offered:
        offered.append(chosen)
    element = select(
        FORM_VERB,
        [option(verb.label, verb.name) for verb in offered],
        chosen.name if chosen else None,
        "What to do",
    )
    return [_input("verb", "What to do", element, dispatch=True)] if offered else []


def _which_call(draft: Draft) -> Block:
    element: Block = {
        "type": "external_select",
        "action_id": FORM_CALL,
        "min_query_length": 0,
        "placeholder": plain_text("Words in the title, a handle or an id", MAX_SHOWN),
    }
    if draft.call is not None:
        element["initial_option"] = call_option(draft.call)
    return _input("call", "Call", element, dispatch=True)


def _what(draft: Draft) -> list[Block]:
    """Whom and with which options, once verb and call are known and the vendor can do it."""
    verb, capability = draft.filled.kind, draft.capability
    if verb is None or draft.call is None or capability is None or not capability.possible:
        return []
    return [
        *_whom(draft, verb, capability),
        *option_fields(verb, capability, draft.targets, draft.filled.options),
    ]


def _whom(draft: Draft, verb: type[Verb], capability: Capability) -> list[Block]:
    if verb.aim is Aim.CALL:
        return []
    if verb.aim is Aim.ABSENT:
        if draft.listed is not None:
            return [_people(draft)]
        return [_absent(draft.filled, verb)]
    ways = _offered_whom(draft, verb, capability)
    blocks = []
    if len(ways) > 1 or ways == (Whom.EVERYONE,):
        chosen = draft.filled.wanted or ways[0]
        offered = [option(_way(way, draft.present), way) for way in ways]
        radio: Block = {
            "type": "radio_buttons",
            "action_id": FORM_WHOM,
            "options": offered,
        }
        if chosen in ways:
            radio["initial_option"] = offered[ways.index(chosen)]
        block_id = f"whom.{'.'.join(ways)}"
        blocks.append(_input(block_id, "Who", radio, dispatch=True))
    if Whom.NAMED in ways and draft.filled.whom is not Whom.EVERYONE:
        blocks.append(_people(draft))
    if draft.includable and Whom.EVERYONE in ways and draft.filled.whom in {*ways} - {Whom.NAMED}:
        blocks.append(include_field(chosen=draft.filled.protected_too))
    return blocks


def _offered_whom(draft: Draft, verb: type[Verb], capability: Capability) -> tuple[Whom, ...]:
    """At whom its reader may aim it."""
    ways = possible_whom(verb, capability)
    if draft.rights.may(verb.name, everyone=True):
        return ways
    return tuple(way for way in ways if way is Whom.NAMED)


def _way(way: Whom, present: int) -> str:
    """What the choice of it says: `Everyone (44)`."""
    if way is Whom.EVERYONE:
        return f"Everyone ({thousands(present)})" if present else "Everyone"
    return "Selected people" if way is Whom.NAMED else "Everyone except selected people"


def _people(draft: Draft) -> Block:
    element: Block = {
        "type": "multi_external_select",
        "action_id": FORM_PEOPLE,
        "min_query_length": 0,
        "max_selected_items": MAX_CHOSEN,
        "placeholder": plain_text("Names or ids", MAX_SHOWN),
    }
    if draft.filled.people:
        element["initial_options"] = [
            person.option() for person in draft.filled.people[:MAX_CHOSEN]
        ]
    run = call_value(draft.call.ref) if draft.call else ""
    label = LISTED[draft.listed] if draft.listed else "People"
    block_id = people_block(run, draft.filled.kind)
    return _input(block_id, label, element, dispatch=True)


def _absent(filled: FilledForm, verb: type[Verb]) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": ABSENT,
        "multiline": True,
        "max_length": MAX_ABSENT,
        "placeholder": plain_text("Their user id; several, one per line", MAX_SHOWN),
    }
    if filled.absent:
        element["initial_value"] = cut(filled.absent, MAX_ABSENT)
    why = BY_ID if verb.listed else NOBODY_YET
    return {**_input(ABSENT, "Who", element), "hint": plain_text(why, MAX_SHOWN)}


def _input(block_id: str, label: str, element: Block, *, dispatch: bool = False) -> Block:
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label, MAX_SHOWN),
        "element": element,
    }
    return {**block, "dispatch_action": True} if dispatch else block
