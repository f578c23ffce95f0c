"""How an act is told: asked for, under way, done; and what the help says of each word."""

import pytest

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.cases import Case
from bot.calls.outcomes import Result, State
from bot.calls.verbs import VERBS, Aim, Kick, Mute, Track, Verb
from handlers.blocks.cases import case_line, deed, order_words
from handlers.blocks.help import FAMILIES, help_message, topics
from tests.fakes.blocks import NOW, ref, valid_message, words
from tests.fakes.verbs import sample

SENTENCES = {
    "mute": "muted Ann in “Room”",
    "silence": "silenced Ann in “Room”",
    "unsilence": "unsilenced Ann in “Room”",
    "kick": "kicked Ann from “Room”",
    "block": "blocked Ann from “Room”",
    "unblock": "unblocked Ann in “Room”",
    "group_remove": "removed Ann from the group behind “Room”",
    "group_ban": "banned Ann from the group behind “Room”",
    "group_unban": "unbanned Ann from the group behind “Room”",
    "lock": "locked “Room”",
    "unlock": "unlocked “Room”",
    "end": "ended “Room”",
    "record_start": "started recording “Room”",
    "record_stop": "stopped recording “Room”",
    "record_pause": "paused recording “Room”",
    "record_resume": "resumed recording “Room”",
    "live_start": "started the livestream of “Room”",
    "live_stop": "stopped the livestream of “Room”",
    "rtmp_start": "started the RTMP output of “Room” (tube)",
    "rtmp_stop": "stopped the RTMP output of “Room” (tube)",
    "rtmp_stop_all": "stopped all RTMP outputs of “Room”",
    "go_live": "went live with “Room”",
    "go_back": "went backstage with “Room”",
    "transcribe_start": "started transcribing “Room”",
    "transcribe_stop": "stopped transcribing “Room”",
    "captions_start": "started captions for “Room”",
    "captions_stop": "stopped captions for “Room”",
    "grant": "granted a permission to Ann in “Room” (send-audio)",
    "revoke": "revoked a permission of Ann in “Room” (send-audio)",
    "preset": "changed the preset of Ann in “Room” (viewer)",
    "pin": "pinned Ann in “Room”",
    "unpin": "unpinned Ann in “Room”",
    "ring": "rang the missing members of “Room”",
    "say": "sent a message into “Room” (We end in five minutes.)",
    "poll": "started a poll in “Room” (Go on? | Yes | No)",
    "member_add": "added Ann as a member of “Room”",
    "member_remove": "removed Ann as a member of “Room”",
    "summarise": "asked for a summary of “Room”",
    "delete_recording": "deleted a recording of “Room” (rec_1.mp4)",
    "delete_transcript": "deleted a transcript of “Room” (t_1.jsonl)",
}
ANN = Person(id="ann", name="Ann")


def act(
    verb: Verb, *people: Person, everyone: bool = False, spared: tuple[Person, ...] = ()
) -> Act:
    return Act(verb=verb, call=ref(), title="Room", people=people, everyone=everyone, spared=spared)


@pytest.mark.parametrize("name", VERBS)
def test_what_was_done_is_a_sentence(name: str) -> None:
    whom = () if VERBS[name].aim is Aim.CALL else (ANN,)
    assert done(act(sample(name), *whom)) == SENTENCES[name]


def done(asked: Act, state: State = State.CONFIRMED) -> str:
    actor = Actor(user="U1", team="T1")
    return deed(Case(number=1, act=asked, actor=actor, asked_at=NOW, state=state))


@pytest.mark.parametrize("name", VERBS)
def test_asked_for_under_way_and_done_differ_in_the_verb_alone(name: str) -> None:
    verb = sample(name)
    asked = act(verb) if verb.aim is Aim.CALL else act(verb, ANN)
    rest = done(asked).removeprefix(verb.done)
    assert order_words(asked) == verb.do + rest
    assert done(asked, State.ASKED) == verb.doing + rest
    assert verb.do[0].isupper()
    assert verb.doing.split()[0].endswith("ing")


def test_an_option_that_is_not_the_usual_one_is_told() -> None:
    assert done(act(Mute(tracks=Track.VIDEO), ANN)) == "muted Ann in “Room” (video)"


def test_whoever_was_left_out_is_told() -> None:
    assert done(act(Mute(), everyone=True)) == "muted everyone in “Room”"
    spared = (ANN, Person(id="bob"))
    assert done(act(Mute(), everyone=True, spared=spared)) == (
        "muted everyone except Ann and bob in “Room”"
    )


@pytest.mark.parametrize(
    ("many", "says"),
    [
        (1, "p0"),
        (2, "p0 and p1"),
        (3, "p0, p1 and p2"),
        (4, "p0, p1, p2 and 1 more"),
        (300, "p0, p1, p2 and 297 more"),
    ],
)
def test_people_are_named_up_to_three_and_counted_from_there(many: int, says: str) -> None:
    crowd = [Person(id=f"p{number}") for number in range(many)]
    assert done(act(Kick(), *crowd)) == f"kicked {says} from “Room”"


@pytest.mark.parametrize("name", VERBS)
def test_no_warning_promises_what_another_verb_would_have_to_do(name: str) -> None:
    """Not every vendor that can do one of a pair can do the other."""
    assert "until somebody" not in VERBS[name].warning


def test_the_overview_names_every_word_once_under_a_heading_and_fits() -> None:
    shown = valid_message(help_message("all", "/calls"))
    rows = [line.split()[0] for line in words(shown).split("\n") if line.startswith("`")]
    assert sorted(rows[2:]) == sorted(f"`{word}`" for word in topics())
    assert max(len(line) for line in words(shown).split("\n")) <= 120
    assert len(shown.blocks) <= 12


@pytest.mark.parametrize("topic", topics())
def test_help_on_a_word_has_an_example_for_each_thing_it_does(topic: str) -> None:
    shown = words(valid_message(help_message(topic, "/calls")))
    for example in topics()[topic].examples:
        assert f"`/calls {example}`" in shown
    for verb in FAMILIES.get(topic, ()):
        assert verb.warning in shown


def test_help_on_a_verb_names_its_options_and_which_one_is_meant_without() -> None:
    assert "`--screen`" in words(help_message("mute", "/calls"))
    assert "without one, `--audio`" in words(help_message("mute", "/calls"))


@pytest.mark.parametrize(
    ("reached", "counted"),
    [
        ([], "42 of 44; 1 protected person left out"),
        ([State.CONFIRMED] * 41, "41 of 43; 1 protected person left out"),
        ([State.CONFIRMED] * 40 + [State.FAILED], "40 of 43; 1 protected person left out"),
    ],
)
def test_how_many_of_everyone_is_said_once_beside_who_is_protected(
    reached: list[State], counted: str
) -> None:
    """Whoever left meanwhile was not reached and is not counted any more."""
    spared = (ANN, Person(id="vera", protected=True))
    asked = act(Kick(), everyone=True, spared=spared).model_copy(update={"present": 44})
    results = tuple(
        Result(state=state, person=f"p{number}", evidence="So it is.")
        for number, state in enumerate(reached)
    )
    actor = Actor(user="U1", team="T1")
    case = Case(number=1, act=asked, actor=actor, asked_at=NOW, results=results)
    case = case.model_copy(update={"state": State.PARTLY if reached else State.ASKED})
    for line in (case_line(case), deed(case)):
        assert f"everyone except Ann ({counted})" in line
        assert line.count(" of 4") == 1
