"""Why: a reason to pick, where callwarden.toml lists some, and one in the moderator's own words."""

from collections.abc import Sequence

from handlers.blocks.action_values import MAX_SHOWN
from handlers.blocks.elements import MAX_OPTIONS, option, plain_text, select
from handlers.blocks.emoji import with_emoji
from handlers.blocks.message import Block
from handlers.blocks.text import clean, cut, thousands

OTHER = "Other"
"""The last reason to pick: what is written stands alone then."""

LISTED, REASON = "reasons", "reason"
"""The block_ids and action_ids of the reason picked and the one written."""

MAX_REASON = 2000
"""Characters of a reason, both parts together."""

NO_REASON = "A reason is required."
KEPT = "Visible in the audit log. Do not enter private data."
TOO_LONG = f"A reason has at most {thousands(MAX_REASON)} characters."


def reason_fields(
    reasons: Sequence[str], listed: str | None, written: str, *, needed: bool
) -> list[Block]:
    """The fields for a reason: one to pick it from `reasons`, where there are any, one to write it.

    With a list, one of it has to be picked where a reason is `needed`, and details never are.
    """
    blocks: list[Block] = []
    if reasons:
        offered = [*[reason for reason in reasons if reason != OTHER][: MAX_OPTIONS - 1], OTHER]
        chosen = listed or (OTHER if written and needed else None)
        element = select(
            LISTED, [option(reason, reason) for reason in offered], chosen, "Choose one"
        )
        blocks.append(_input(LISTED, "Reason", element, optional=not needed))
    text: Block = {
        "type": "plain_text_input",
        "action_id": REASON,
        "multiline": True,
        "max_length": MAX_REASON,
        "placeholder": plain_text("What happened", MAX_SHOWN),
    }
    if written:
        text["initial_value"] = cut(written, MAX_REASON)
    label = "Details" if reasons else "Reason"
    field = _input(REASON, label, text, optional=bool(reasons) or not needed)
    return [*blocks, {**field, "hint": plain_text(KEPT, MAX_SHOWN)}]


def one_reason(listed: str | None, written: str | None) -> str:
    """Both parts as one: `Spam: links to a shop`; what is written alone behind “Other”."""
    details = clean(with_emoji(written or ""))
    parts = ("" if listed == OTHER and details else clean(listed or ""), details)
    return ": ".join(part for part in parts if part)


def wrong_reason(reason: str, *, needed: bool) -> str | None:
    """What is wrong with a reason, in words; None where nothing is."""
    if needed and not reason:
        return NO_REASON
    return TOO_LONG if len(reason) > MAX_REASON else None


def _input(block_id: str, label: str, element: Block, *, optional: bool) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "optional": optional,
        "label": plain_text(label, MAX_SHOWN),
        "element": element,
    }
