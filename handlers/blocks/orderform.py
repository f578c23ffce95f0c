"""The form for any order: which verb, which call, whom, with which options, and why.

The same fields keep their ids from one drawing to the next, so that Slack keeps what was typed;
whatever depends on the call has the call in its id, so that it begins anew with another one.
"""

from typing import Any

from bot.calls.acts import CROWD
from bot.calls.capabilities import Aimed, Capability, Enforcement
from bot.calls.models import Call, Frozen
from bot.calls.rights import NOTHING, Rights
from bot.calls.verbs import VERBS, Aim, Listed, Verb, Weight
from handlers.blocks.choices import call_option, call_value
from handlers.blocks.message import Block
from handlers.blocks.optionfields import option_fields
from handlers.blocks.orderstate import (
    ABSENT,
    ORDER_FORM,
    OrderState,
    Said,
    Whom,
    dump_state,
    people_block,
)
from handlers.blocks.parts import option, paragraph, plain_text, select
from handlers.blocks.protectedfield import include_field
from handlers.blocks.reasons import reason_fields
from handlers.blocks.text import cut, mrkdwn, say
from handlers.blocks.values import FORM_CALL, FORM_PEOPLE, FORM_VERB, FORM_WHOM, MAX_SHOWN

MAX_TITLE = 24
"""Slack's limit for a title or submit button."""

MAX_CHOSEN = 50
"""People chosen in one form at most; as many as can be named in words."""

MAX_ABSENT = 3000

TITLE = "Moderate a call"

LISTED = {
    Listed.BLOCKED: "Who is blocked",
    Listed.BANNED: "Who is banned",
    Listed.MEMBERS: "Members",
}
"""Above the menu of those who are on a list."""

NOBODY_YET = "They are on no list yet, so only their id tells who is meant."
BY_ID = "The vendor does not list them, so only their id tells who is meant."

WHOM = {
    Whom.NAMED: "Those chosen below",
    Whom.EVERYONE: "Everyone in the call",
    Whom.EXCEPT: "Everyone except those chosen below",
}


class Draft(Frozen):
    """All a form is drawn from: what is said so far, and what is known about it.

    `verbs` can be chosen from; `call` is the chosen one, `rights` are its reader's there, and
    `capability` is what its vendor makes of the verb; `listed` is the list that somebody absent is
    chosen from; `notes` are words of ours about what stands in the way; `includable` whether
    protected people may be included in an act on everyone.
    """

    said: Said
    verbs: tuple[type[Verb], ...] = ()
    rights: Rights = NOTHING
    call: Call | None = None
    capability: Capability | None = None
    listed: Listed | None = None
    targets: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    includable: bool = False


def order_form(draft: Draft) -> dict[str, Any]:
    """The form as it stands now."""
    verb = draft.said.kind
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
                draft.said.listed,
                draft.said.written,
                needed=heavy(draft.said),
            ),
        ],
    }


def loading_view(label: str) -> dict[str, Any]:
    """What stands there until the form does."""
    return {
        "type": "modal",
        "title": plain_text(label or TITLE, MAX_TITLE),
        "close": plain_text("Cancel", MAX_TITLE),
        "blocks": [paragraph(["Looking at what is live…"])],
    }


def possible_whom(verb: type[Verb], capability: Capability) -> tuple[Whom, ...]:
    """At whom this vendor can aim the verb, the likeliest first."""
    if verb.aim is not Aim.PEOPLE:
        return ()
    if not verb.everyone or not capability.reaches(everyone=True):
        return (Whom.NAMED,)
    if capability.aims is Aimed.EVERYONE:
        return (Whom.EVERYONE,)
    return tuple(Whom)


def cannot_words(verb: type[Verb], vendor: str, capability: Capability) -> str:
    """Why a vendor cannot do it, and what is nearest."""
    nearest = VERBS.get(capability.instead or "")
    instead = f" The nearest that works is “{nearest.label}”." if nearest else ""
    return f"{vendor} cannot do “{verb.label}”: {capability.why}{instead}"


def heavy(said: Said) -> bool:
    """Whether what is filled in is an act that wants a reason."""
    verb = said.kind
    if verb is None:
        return False
    crowd = verb.aim is Aim.PEOPLE and (
        said.whom in {Whom.EVERYONE, Whom.EXCEPT} or len(said.people) > CROWD
    )
    return verb.weight is Weight.HEAVY or crowd


def _state(draft: Draft) -> OrderState:
    call, verb = draft.call, draft.said.kind
    return draft.said.state.model_copy(
        update={
            "verb": verb.name if verb else None,
            "call": call.ref if call else None,
            "over": bool(call and call.ended_at),
            "heavy": heavy(draft.said),
        }
    )


def _about(draft: Draft) -> list[Block]:
    """What the act does, what cannot be undone, and what stands in the way."""
    verb, lines = draft.said.kind, []
    if verb is not None:
        lines.append(mrkdwn(verb.summary, 300))
        lines.append(f"⚠️ {mrkdwn(verb.warning)}")
    if heavy(draft.said):
        lines.append(f"*{mrkdwn(_whole(draft), 300)}*")
    capability, call = draft.capability, draft.call
    if call and capability and capability.also and _on_all(draft.said):
        lines.append(f"⚠️ {mrkdwn(capability.also)}")
    if call and capability and capability.level is Enforcement.BEST_EFFORT and capability.why:
        lines.append(f"Best effort on {call.ref.vendor.label}: {mrkdwn(capability.why)}")
    lines += [f"• {say(note, 400)}" for note in draft.notes]
    return [paragraph(lines)] if lines else []


def _on_all(said: Said) -> bool:
    """Whether it hits the call as a whole: itself, or everyone in it without an exception."""
    verb = said.kind
    return verb is not None and (verb.aim is Aim.CALL or said.whom is Whom.EVERYONE)


def _whole(draft: Draft) -> str:
    """How much is done at once: said in the form, since submitting it is the confirmation."""
    said = draft.said
    people = f"{len(said.people)} people" if len(said.people) > 1 else "one person"
    hit = {
        Whom.EVERYONE: " It hits everyone in the call.",
        Whom.EXCEPT: f" It hits everyone in the call but {people}.",
    }.get(said.whom or Whom.NAMED, f" It hits {people}." if len(said.people) > CROWD else "")
    return f"This is done as soon as you submit, and wants a reason.{hit}"


def _which_verb(draft: Draft) -> list[Block]:
    if not draft.said.state.among:
        return []
    chosen = draft.said.kind
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
    verb, capability = draft.said.kind, draft.capability
    if verb is None or draft.call is None or capability is None or not capability.possible:
        return []
    return [
        *_whom(draft, verb, capability),
        *option_fields(verb, capability, draft.targets, draft.said.options),
    ]


def _whom(draft: Draft, verb: type[Verb], capability: Capability) -> list[Block]:
    if verb.aim is Aim.CALL:
        return []
    if verb.aim is Aim.ABSENT:
        if draft.listed is not None:
            return [_people(draft, needed=True)]
        return [_absent(draft.said, verb)]
    ways = _offered_whom(draft, verb, capability)
    blocks = []
    if len(ways) > 1 or ways == (Whom.EVERYONE,):
        chosen = draft.said.whom if draft.said.whom in ways else ways[0]
        offered = [option(WHOM[way], way) for way in ways]
        radio = {
            "type": "radio_buttons",
            "action_id": FORM_WHOM,
            "options": offered,
            "initial_option": offered[ways.index(chosen)],
        }
        block_id = f"whom.{'.'.join(ways)}"
        blocks.append(_input(block_id, "Whom", radio, dispatch=True))
    if Whom.NAMED in ways:
        blocks.append(_people(draft, needed=len(ways) == 1))
    if draft.includable and Whom.EVERYONE in ways and draft.said.whom in {*ways} - {Whom.NAMED}:
        blocks.append(include_field(chosen=draft.said.protected_too))
    return blocks


def _offered_whom(draft: Draft, verb: type[Verb], capability: Capability) -> tuple[Whom, ...]:
    """At whom its reader may aim it."""
    ways = possible_whom(verb, capability)
    if draft.rights.may(verb.name, everyone=True):
        return ways
    return tuple(way for way in ways if way is Whom.NAMED)


def _people(draft: Draft, *, needed: bool) -> Block:
    element: Block = {
        "type": "multi_external_select",
        "action_id": FORM_PEOPLE,
        "min_query_length": 0,
        "max_selected_items": MAX_CHOSEN,
        "placeholder": plain_text("Names or ids", MAX_SHOWN),
    }
    if draft.said.people:
        element["initial_options"] = [one.option() for one in draft.said.people[:MAX_CHOSEN]]
    run = call_value(draft.call.ref) if draft.call else ""
    label = LISTED[draft.listed] if draft.listed else "People"
    block_id = people_block(run, draft.said.kind)
    return _input(block_id, label, element, dispatch=True, optional=not needed)


def _absent(said: Said, verb: type[Verb]) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": ABSENT,
        "multiline": True,
        "max_length": MAX_ABSENT,
        "placeholder": plain_text("Their id in your app; several, one a line", MAX_SHOWN),
    }
    if said.absent:
        element["initial_value"] = cut(said.absent, MAX_ABSENT)
    why = BY_ID if verb.listed else NOBODY_YET
    return {**_input(ABSENT, "Who", element), "hint": plain_text(why, MAX_SHOWN)}


def _input(
    block_id: str, label: str, element: Block, *, dispatch: bool = False, optional: bool = False
) -> Block:
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label, MAX_SHOWN),
        "element": element,
        "optional": optional,
    }
    return {**block, "dispatch_action": True} if dispatch else block
