"""What is typed after `/calls`: every text is understood or politely refused, and nothing else."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.actors import Role
from bot.calls.audit_filter import AuditQuery
from bot.calls.live import ListView
from bot.calls.models import Vendor
from bot.calls.reports import REPORTS, Report
from bot.calls.verbs import (
    VERBS,
    Aim,
    Kick,
    Mute,
    Poll,
    RecordStop,
    RtmpStart,
    Say,
    Track,
    Verb,
)
from bot.errors import BadInput, UnknownWord
from handlers.blocks.help import FAMILIES, help_message, topics
from handlers.parsing.options import choices, names, texts
from handlers.parsing.requests import (
    ActRequest,
    FindPerson,
    Help,
    Incomplete,
    ListCalls,
    ShowAudit,
    ShowCall,
    ShowCapabilities,
    ShowCase,
    ShowReport,
    ShowRooms,
    parse,
)


def told(text: str) -> object:
    """What is read of `text` by its signs alone, without the text that is held against people."""
    request = parse(text)
    if isinstance(request, ActRequest):
        return request.model_copy(update={"text": "", "literal": ""})
    return request


WORD = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12)
HANDLE = st.text("23456789ABCDEFGH", min_size=4, max_size=6)
PIECES = [*VERBS, *topics(), "K7QX", "@alice", '"', "“", "all", "--video", "—raw", ",", "<@U1|a b>"]
TYPED = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=8).map(" ".join)


@given(st.text() | TYPED)
def test_any_text_is_a_request_or_bad_input(text: str) -> None:
    try:
        request = parse(text)
    except BadInput as error:
        refused = f"{error}{error.next_step}"
        request = None
    if request is None:
        assert refused
    else:
        assert request == type(request).model_validate(request.model_dump())


@given(
    verb=st.sampled_from(list(VERBS.values())),
    call=HANDLE,
    people=st.lists(WORD, min_size=1, max_size=3, unique=True),
    reason=st.lists(WORD, max_size=4).map(" ".join),
    data=st.data(),
)
def test_a_well_formed_order_comes_back_as_it_was_meant(
    verb: type[Verb], call: str, people: list[str], reason: str, data: st.DataObject
) -> None:
    options = {
        name: data.draw(st.sampled_from([str(v) for v in kind]))
        for name, kind in choices(verb).items()
    }
    named: dict[str, Any] = {name: data.draw(WORD) for name in names(verb)}
    aimed = verb.aim is not Aim.CALL
    parts = [verb.words[0], call, *verb.words[1:], *(f"--{value}" for value in options.values())]
    parts += [f"@{person}" for person in people] if aimed else []
    parts += named.values()
    if texts(verb):
        said = data.draw(st.lists(WORD, min_size=3, max_size=3))
        named |= {"text": said[0]} if verb is Say else {"question": said[0], "answers": said[1:]}
        parts.append(said[0] if verb is Say else " | ".join(said))
        reason = ""
    assert told(" ".join([*parts, reason])) == ActRequest(
        verb=verb.model_validate(options | named),
        call=call,
        people=tuple(people) if aimed else (),
        reason=reason,
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ListCalls(view=ListView())),
        ("LIST Stream raid", ListCalls(view=ListView(vendor=Vendor.STREAM, text="raid"))),
        ("list page 3", ListCalls(view=ListView(page=2))),
        ("list page turner", ListCalls(view=ListView(text="page turner"))),
        ("show K7QX page 2", ShowCall(call="K7QX", page=1)),
        ("find @alice", FindPerson(words="alice")),
        ("find <@U1|Alice Smith>", FindPerson(words="Alice Smith")),
        ("find “Alice Smith”", FindPerson(words="Alice Smith")),
        ("find Alice Smith", FindPerson(words="Alice Smith")),
        ("Quality K7QX", ShowReport(report="quality", call="K7QX")),
        (
            "members stream:default:x page 2",
            ShowReport(report="members", call="stream:default:x", page=1),
        ),
        ("rooms", ShowRooms()),
        ("rooms page 2", ShowRooms(page=1)),
        ("rooms Stream page 3", ShowRooms(vendor=Vendor.STREAM, page=2)),
        ("case #128", ShowCase(number=128)),
        ("audit", ShowAudit()),
        ("audit 128", ShowAudit(which=AuditQuery(case=128))),
        ("audit before 500", ShowAudit(which=AuditQuery(before=500))),
        ("capabilities cometchat", ShowCapabilities(vendor=Vendor.COMETCHAT)),
        ("help kick", Help(topic="kick")),
        ("help quality", Help(topic="quality")),
        ("kick --help", Help(topic="kick")),
    ],
)
def test_words_that_only_look(text: str, wanted: object) -> None:
    assert parse(text) == wanted


@pytest.mark.parametrize("report", [report for report in REPORTS.values() if report.of_call])
def test_every_look_at_a_call_is_read_and_explained_from_its_one_description(
    report: Report,
) -> None:
    assert parse(report.example) == ShowReport(report=report.name, call="K7QX")
    with pytest.raises(BadInput, match="Which call") as missing:
        parse(report.name)
    assert report.example in (missing.value.next_step or "")
    told = help_message(report.name, "/calls")
    assert report.example in str(told.blocks)
    assert ("role moderator" in str(told.blocks)) is (report.least is Role.MODERATOR)
    assert ("links is in the audit log" in str(told.blocks)) is report.disclosing


@pytest.mark.parametrize(
    "text",
    [
        "find",
        'find ""',
        'find "ann" bob',
        "find " + "x" * 101,
        "quality K7QX rude",
        "rooms zoom",
        "rooms stream K7QX",
    ],
)
def test_a_look_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse(text)


@pytest.mark.parametrize(
    ("text", "people", "reason"),
    [
        ("kick K7QX alice being rude", ("alice",), "being rude"),
        ("kick K7QX @alice @bob rude", ("alice", "bob"), "rude"),
        ("kick K7QX alice, bob rude", ("alice", "bob"), "rude"),
        ("kick K7QX alice,bob rude", ("alice", "bob"), "rude"),
        ('kick K7QX "Alice Smith" rude', ("Alice Smith",), "rude"),
        ("kick K7QX “Alice Smith”, @bob rude", ("Alice Smith", "bob"), "rude"),
        ("kick K7QX <@U123|alice> rude", ("alice",), "rude"),
        ("kick K7QX <@U123> rude", ("U123",), "rude"),
        ("kick K7QX <@U123|Alice Smith> rude", ("Alice Smith",), "rude"),
        ("kick K7QX a\u202eb\u200bc sa&lt;i&gt;d &amp;lt;", ("abc",), "sa<i>d &lt;"),
        (
            "kick K7QX a see <http://x.io/a|x.io>\x00\nand <#C1|general>",
            ("a",),
            "see x.io and #general",
        ),
        ("kick K7QX a <!here|here> <!here> and I", ("a",), "here @here and I"),
        ("kick K7QX @all-hands", ("all-hands",), ""),
    ],
)
def test_who_and_why_are_told_apart(text: str, people: tuple[str, ...], reason: str) -> None:
    assert told(text) == ActRequest(verb=Kick(), call="K7QX", people=people, reason=reason)


@pytest.mark.parametrize("dashes", ["--", "—", "–"])  # noqa: RUF001  what Slack's clients send
def test_an_option_survives_slacks_typography(dashes: str) -> None:
    wanted = ActRequest(verb=Mute(tracks=Track.VIDEO), call="K7QX", everyone=True, reason="noise")
    assert told(f"mute K7QX {dashes}video all noise") == wanted
    assert told(f"mute K7QX everyone noise {dashes}video") == wanted


@pytest.mark.parametrize("text", ["record K7QX stop", "record stop K7QX", "RECORD K7QX Stop"])
def test_a_second_word_stands_before_or_after_the_call(text: str) -> None:
    assert parse(text) == ActRequest(verb=RecordStop(), call="K7QX")


SEVERAL = [family for family in FAMILIES.values() if len(family) > 1]


@given(
    family=st.sampled_from(SEVERAL),
    call=HANDLE,
    rest=st.lists(WORD | st.sampled_from(["now", "@alice", "all", "please"]), max_size=4),
    data=st.data(),
)
def test_nothing_begins_from_the_first_of_two_words(
    family: tuple[type[Verb], ...], call: str, rest: list[str], data: st.DataObject
) -> None:
    """Which one is asked, whatever follows; what follows is kept."""
    seconds = {word for verb in family for word in verb.words[1:]}
    said = data.draw(st.permutations([call, *rest])) if not seconds & {*rest} else [call]
    request = parse(" ".join([family[0].words[0], *said]))
    assert isinstance(request, Incomplete)
    assert (request.verb_type, request.family) == (None, family[0].words[0])
    assert request.missing == "verb"
    assert request.call == said[0]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("record K7QX --raw evidence", {"picked": {"kind": "raw"}, "reason": "evidence"}),
        ("live K7QX", {}),
        ("stage K7QX wrong speaker", {"reason": "wrong speaker"}),
        (
            "rtmp K7QX youtube for the press",
            {"picked": {"to": "youtube"}, "reason": "for the press"},
        ),
        ("group K7QX alice @bob spam", {"people": ("alice", "bob"), "reason": "spam"}),
        ("member K7QX alice", {"people": ("alice",)}),
        ("delete K7QX a.mp4", {"picked": {"file": "a.mp4"}}),
        ("captions", {"call": None}),
    ],
)
def test_what_was_said_beside_a_bare_word_is_kept(text: str, kept: dict[str, Any]) -> None:
    wanted = {"call": "K7QX", **kept}
    first = text.split(maxsplit=1)[0]
    assert parse(text) == Incomplete(verb_type=None, family=first, missing="verb", **wanted)


@pytest.mark.parametrize(
    ("text", "missing"),
    [("kick", "call"), ("kick K7QX", "people"), ("kick K7QX @ , ", "people"), ("end", "call")],
)
def test_what_is_missing_is_named(text: str, missing: str) -> None:
    request = parse(text)
    assert isinstance(request, Incomplete)
    assert request.missing == missing


@pytest.mark.parametrize(
    ("text", "spared"),
    [
        ("mute K7QX all", ()),
        ("mute K7QX everyone except @ann noise", ("ann",)),
        ('mute K7QX all but "Ann Lee", @bob noise', ("Ann Lee", "bob")),
    ],
)
def test_everyone_may_be_limited(text: str, spared: tuple[str, ...]) -> None:
    request = parse(text)
    assert isinstance(request, ActRequest)
    assert (request.everyone, request.spared) == (True, spared)


def test_everyone_except_nobody_is_asked_back() -> None:
    with pytest.raises(BadInput, match="except who"):
        parse("mute K7QX all except")


def test_a_text_is_everything_that_is_left() -> None:
    assert parse("say K7QX We end in 5 minutes | really") == ActRequest(
        verb=Say(text="We end in 5 minutes | really"), call="K7QX"
    )


def test_a_poll_is_a_question_and_its_answers() -> None:
    assert parse("poll K7QX Go on? | Yes | No") == ActRequest(
        verb=Poll(question="Go on?", answers=("Yes", "No")), call="K7QX"
    )
    assert isinstance(parse("poll K7QX Go on?"), Incomplete)
    with pytest.raises(BadInput):
        parse("poll K7QX Go on? | Yes")


@pytest.mark.parametrize("name", ["..", "a/b", "../../etc/passwd", "a\\b"])
def test_the_name_of_a_file_leads_into_no_other_folder(name: str) -> None:
    with pytest.raises(BadInput):
        parse(f"delete K7QX recording {name}")


def test_a_missing_target_is_named_and_a_strange_one_refused() -> None:
    assert parse("rtmp K7QX start") == Incomplete(
        verb_type=RtmpStart, family="rtmp", call="K7QX", missing="to"
    )
    with pytest.raises(BadInput, match="rtmp://x"):
        parse("rtmp K7QX start rtmp://x/secret")


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("kcik K7QX alice", "kick"),
        ("capabilites", "capabilities"),
        ("help recrod", "record"),
        ("capabilities steam", "stream"),
        ("mute K7QX alice --vidoe", "--video"),
    ],
)
def test_unknown_words_get_the_nearest_known_ones(text: str, nearest: str) -> None:
    with pytest.raises(UnknownWord) as refused:
        parse(text)
    assert nearest in refused.value.nearest


@pytest.mark.parametrize(
    "text",
    [
        "kick K7QX “Alice",
        f"kick K7QX alice {'x' * 2001}",
        f"kick K7QX {'x' * 300}",
        f"kick {'x' * 300} alice",
        "kick K7QX " + " ".join(f"@p{n}" for n in range(60)),
        "mute K7QX alice --video --audio",
        "kick K7QX alice --video",
        "show",
        "show K7QX now",
        "show K7QX page 2 now",
        "case x",
        "case 1 2",
        "case 12345678901",
        "audit x",
        f"list {'x' * 101}",
    ],
)
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse(text)


@pytest.mark.parametrize("topic", topics())
def test_every_example_in_help_can_be_typed(topic: str) -> None:
    for example in topics()[topic].examples:
        assert not isinstance(parse(example), Incomplete)
    assert parse(f"help {topic}") == Help(topic=topic)
    assert topics()[topic].examples[0] in str(help_message(topic, "/calls").blocks)


def test_help_knows_only_what_can_be_typed() -> None:
    with pytest.raises(UnknownWord):
        help_message("dance", "/calls")
    assert all(topic in help_message("all", "/calls").text for topic in topics())
