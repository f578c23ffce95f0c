"""Why: a reason to pick, where callwarden.toml lists some, and one in the moderator's own words."""

from collections.abc import Sequence

from handlers.blocks.emoji import with_emoji
from handlers.blocks.message import Block
from handlers.blocks.parts import option, plain_text, select
from handlers.blocks.text import clean, cut
from handlers.blocks.values import MAX_SHOWN

LISTED, REASON = "reasons", "reason"
"""The block_ids and action_ids of the reason picked and the one written."""

MAX_REASON = 2000
"""Characters of a reason, both parts together."""

NO_REASON = "This act needs a reason."
TOO_LONG = f"A reason has at most {MAX_REASON:,} characters."


def reason_fields(
    reasons: Sequence[str], listed: str | None, written: str, *, needed: bool
) -> list[Block]:
    """Both fields as far as they are filled in; with a list, either of the two will do."""
    blocks: list[Block] = []
    if reasons:
        element = select(LISTED, [option(one, one) for one in reasons], listed, "Pick one")
        blocks.append(_input(LISTED, "Reason", element, optional=True))
    text: Block = {
        "type": "plain_text_input",
        "action_id": REASON,
        "multiline": True,
        "max_length": MAX_REASON,
        "placeholder": plain_text("What happened; it is kept in the record", MAX_SHOWN),
    }
    if written:
        text["initial_value"] = cut(written, MAX_REASON)
    label = "In your words" if reasons else "Reason"
    return [*blocks, _input(REASON, label, text, optional=bool(reasons) or not needed)]


def one_reason(listed: str | None, written: str | None) -> str:
    """Both parts as one: `Spam: links to a shop`."""
    parts = (clean(listed or ""), clean(with_emoji(written or "")))
    return ": ".join(part for part in parts if part)


def wrong_reason(reason: str, *, needed: bool) -> str | None:
    """What is wrong with it, in words."""
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
