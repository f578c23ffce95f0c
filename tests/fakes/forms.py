"""Forms for orders, from nearly nothing, and what Slack sends when they are filled in."""

from typing import Any

from bot.calls.capabilities import Capability
from bot.calls.models import Call
from bot.calls.verbs import VERBS, Verb
from bot.demo.slack.block_rules.blocks import MODAL
from bot.demo.slack.block_rules.check import check_view
from bot.demo.slack.screen import View, complete
from handlers.blocks.choices import ChosenOption, call_value
from handlers.blocks.forms.order_form import Draft, order_form
from handlers.blocks.forms.order_state import ANY, FilledForm, OrderState, Whom
from tests.fakes.blocks import ALL, ref
from tests.fakes.rights import FULL

ROOM = Call(ref=ref(), title="Room", people=3)
TARGETS = ("tv", "radio")


def drafted(
    verb: type[Verb] | None = None,
    call: Call | None = ROOM,
    capability: Capability = ALL["kick"],
    *,
    among: str = "",
    people: tuple[ChosenOption, ...] = (),
    whom: Whom | None = None,
    options: dict[str, str] | None = None,
    reasons: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Draft:
    """A draft of the form for that verb; without one, all can be chosen from."""
    among = among or ("" if verb else ANY)
    filled = FilledForm(
        state=OrderState(verb=verb.name if verb else None, among=among, channel="C1"),
        verb=verb.name if verb else None,
        call=call_value(call.ref) if call else None,
        people=people,
        whom=whom,
        options=options or {},
    )
    return Draft(
        filled=filled,
        verbs=tuple(VERBS.values()),
        rights=FULL,
        call=call,
        capability=capability if call and verb else None,
        listed=verb.listed if call and verb else None,
        targets=TARGETS,
        reasons=reasons,
        notes=notes,
    )


def drawn(draft: Draft) -> dict[str, Any]:
    """The form of a draft, after asserting that Slack would take it."""
    view = order_form(draft)
    assert check_view(view, MODAL) == []
    return view


def as_sent(view: dict[str, Any]) -> dict[str, Any]:
    """The form as Slack sends it back untouched: with the state of every field."""
    shown = View("V1", "U1", {**view, "blocks": complete(view["blocks"], "s")}, "h1", "V1")
    return shown.as_json(team="T1", bot_id="B1", app_id="A1")
