"""Every verb, on anybody, with any texts: line, form and tables are ones Slack takes."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.capabilities import Capability, Enforcement
from bot.calls.cases import Case
from bot.calls.models import Vendor
from bot.calls.outcomes import State
from bot.calls.verbs import VERBS, Aim
from bot.demo.slack.block_rules.blocks import MODAL
from bot.errors import BadInput
from handlers.blocks.capabilities import capabilities_message
from handlers.blocks.cases import answer_message, line_message
from handlers.blocks.forms.reason_form import FormState, reason_form
from handlers.blocks.help import help_message
from handlers.parsing.requests import parse
from tests.fakes.blocks import (
    ANYTHING,
    NAMES,
    NOW,
    PERSONS,
    many,
    ref,
    require_valid,
    valid_message,
)
from tests.fakes.rights import FULL
from tests.fakes.verbs import SAMPLES, sample

TEXTS = {
    "say": {"text": "<!here> *b* " + "x" * 480},
    "poll": {"question": "& " * 200, "answers": ("<" * 400, *"abcdefghi")},
    "delete_recording": {"file": "&" * 255},
    "preset": {"preset": "`" * 128},
}
"""The longest and strangest options that there can be."""


@ANYTHING
@given(people=many(PERSONS, 6, least=1), title=NAMES, state=st.sampled_from(State))
def test_any_act_is_told_and_asked_for_in_blocks_slack_takes(
    people: list[Person], title: str, state: State
) -> None:
    for name in VERBS:
        told_and_asked_for(name, people, title, state)


def told_and_asked_for(name: str, people: list[Person], title: str, state: State) -> None:
    verb = VERBS[name].model_validate(TEXTS.get(name) or SAMPLES.get(name, {}))
    whom = () if verb.aim is Aim.CALL else tuple(people)
    act = Act(verb=verb, call=ref(), title=title, people=whom)
    case = Case(number=1, act=act, actor=Actor(user="U1", team="T1"), asked_at=NOW, state=state)
    valid_message(line_message(case))
    valid_message(answer_message(case, FULL))
    try:
        form: dict[str, Any] = reason_form(
            FormState(act=act.ref), act, Capability(level=Enforcement.BEST_EFFORT, why=title)
        )
    except BadInput as refused:
        assert "too many for one form" in str(refused)  # noqa: PT017 - either is right
        return
    require_valid(form["blocks"], MODAL)


@ANYTHING
@given(st.dictionaries(st.sampled_from(list(VERBS)), NAMES, max_size=39), st.booleans())
def test_any_reasons_make_a_sound_table(reasons: dict[str, str], alone: bool) -> None:
    table = {
        name: Capability(level=Enforcement.IMPOSSIBLE, why=why, instead="kick")
        for name, why in reasons.items()
    }
    valid_message(
        capabilities_message(dict.fromkeys(Vendor, table), Vendor.STREAM if alone else None)
    )


@ANYTHING
@given(st.sampled_from(list(VERBS)), st.text(max_size=80))
def test_any_words_after_a_verb_are_read_or_refused_with_what_to_do(name: str, rest: str) -> None:
    try:
        parse(" ".join((*sample(name).words, rest)))
    except BadInput as refused:
        assert refused.next_step  # noqa: PT017 - either is right


@ANYTHING
@given(st.text(max_size=40))
def test_help_on_any_words_is_sound_or_refused(topic: str) -> None:
    try:
        valid_message(help_message(topic, "/calls"))
    except BadInput as refused:
        assert refused.next_step  # noqa: PT017 - either is right
