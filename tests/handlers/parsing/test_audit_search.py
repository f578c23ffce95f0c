"""What is typed after `/calls audit`: any filters together, or clear words about the wrong one."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.audit_filter import AuditQuery
from bot.calls.models import Vendor
from bot.calls.outcomes import State
from bot.errors import BadInput, UnknownWord
from handlers.blocks.help import FAMILIES
from handlers.parsing.audit_search import EXAMPLES, ShowAudit
from handlers.parsing.moments import Moment
from handlers.parsing.requests import parse

RECORDING = tuple(verb.name for verb in FAMILIES["record"])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("person alice", AuditQuery(person="alice")),
        ("person @alice", AuditQuery(person="alice")),
        (
            "person Alice Smith vendor stream",
            AuditQuery(person="Alice Smith", vendor=Vendor.STREAM),
        ),
        ('person "Judy by the sea"', AuditQuery(person="Judy by the sea")),
        ("by U012AB3CD", AuditQuery(by="U012AB3CD")),
        ("by @U012AB3CD", AuditQuery(by="U012AB3CD")),
        ("by <@U012AB3CD>", AuditQuery(by="U012AB3CD")),
        ("by <@U012AB3CD|mira>", AuditQuery(by="U012AB3CD")),
        ("verb kick", AuditQuery(verbs=("kick",))),
        ("verb Kick, block", AuditQuery(verbs=("kick", "block"))),
        ("verb record", AuditQuery(verbs=RECORDING)),
        ("verb record stop", AuditQuery(verbs=("record_stop",))),
        ("verb record_stop", AuditQuery(verbs=("record_stop",))),
        ("verb Stop recording", AuditQuery(verbs=("record_stop",))),
        ("vendor Stream Video", AuditQuery(vendor=Vendor.STREAM)),
        ("state not confirmed", AuditQuery(state=State.NOT_CONFIRMED)),
        ("STATE Not_Confirmed", AuditQuery(state=State.NOT_CONFIRMED)),
        ("state asked", AuditQuery(state=State.ASKED)),
        ("state in progress", AuditQuery(state=State.ASKED)),
        ("state already", AuditQuery(state=State.ALREADY)),
        ("state already so", AuditQuery(state=State.ALREADY)),
        ("refused", AuditQuery(state=State.REFUSED)),
        ("verb kick Not confirmed", None),
        ("Not_Confirmed verb kick", AuditQuery(state=State.NOT_CONFIRMED, verbs=("kick",))),
        ("failed state refused", None),
        ("since 0001-01-01T00:00+14:00", None),
        ("128 verb kick", AuditQuery(case=128, verbs=("kick",))),
        ("case #128 before 500", AuditQuery(case=128, before=500)),
    ],
)
def test_filters_are_understood(text: str, wanted: AuditQuery | None) -> None:
    if wanted is None:
        with pytest.raises(BadInput):
            parse(f"audit {text}")
    else:
        assert parse(f"audit {text}") == ShowAudit(which=wanted)


NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
"""A Tuesday; in New York it is still Monday evening."""

NEW_YORK = ZoneInfo("America/New_York")


def new_york(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("today", new_york(23), new_york(24)),
        ("Yesterday", new_york(22), new_york(23)),
        ("last night", new_york(22, 18), new_york(23, 6)),
        ("monday", new_york(23), new_york(24)),
        ("last monday", new_york(16), new_york(17)),
        ("on tue", new_york(17), new_york(18)),
        ("Sunday", new_york(22), new_york(23)),
        ("2026-11-01", new_york(1), new_york(2)),
        ("2026-11-21 14:30", new_york(21, 14, 30), new_york(21, 14, 30)),
        ("24h", NOW - timedelta(hours=24), NOW - timedelta(hours=24)),
        ("last 7d", NOW - timedelta(days=7), NOW - timedelta(days=7)),
        ("90 min ago", NOW - timedelta(minutes=90), NOW - timedelta(minutes=90)),
        ("2026-11-01 14:00 utc", datetime(2026, 11, 1, 14, tzinfo=UTC), None),
        ("2026-11-01T14:00+02:00", datetime(2026, 11, 1, 12, tzinfo=UTC), None),
        ("2026-11-01 14:00 Europe/Berlin", datetime(2026, 11, 1, 13, tzinfo=UTC), None),
        ("2026-11-01 14:00 são paulo", datetime(2026, 11, 1, 17, tzinfo=UTC), None),
        ("2026-11-01 14:00 +2", datetime(2026, 11, 1, 12, tzinfo=UTC), None),
        ("2026-11-01 14:00 UTC -3:30", datetime(2026, 11, 1, 17, 30, tzinfo=UTC), None),
        ("2026-07-01 14:00 est", datetime(2026, 7, 1, 18, tzinfo=UTC), None),
    ],
)
def test_times_are_read_by_the_clocks_of_whoever_asks(
    text: str, begins: datetime, ends: datetime | None
) -> None:
    request = parse(f"audit since {text} until {text}")
    assert isinstance(request, ShowAudit)
    assert request.between(NOW, NEW_YORK) == {"since": begins, "until": ends or begins}
    assert request.zoned is (begins.tzinfo is NEW_YORK)


@pytest.mark.parametrize("text", ["yesterday", "last night", "monday", "2026-11-01"])
def test_a_day_by_itself_is_all_of_it(text: str) -> None:
    assert parse(f"audit {text}") == parse(f"audit since {text} until {text}")
    assert parse(f"audit {text} verb kick") == parse(f"audit verb kick since {text} until {text}")


def test_a_span_by_itself_is_since_then() -> None:
    assert parse("audit 24h verb kick") == parse("audit since 24h verb kick")


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("2d", timedelta(days=2)),
        ("36h", timedelta(hours=36)),
        ("90 min", timedelta(minutes=90)),
        ("2 weeks", timedelta(weeks=2)),
    ],
)
def test_a_span_counts_back_from_now(text: str, ago: timedelta) -> None:
    request = parse(f"audit since {text}")
    assert request == ShowAudit(since=Moment(ago=ago))
    assert request.between(NOW, NEW_YORK) == {"since": NOW - ago, "until": None}


def test_no_span_reaches_back_before_any_record() -> None:
    request = parse("audit since 9999w")
    assert isinstance(request, ShowAudit)
    assert request.between(NOW, NEW_YORK)["since"] == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_time_that_is_none_is_answered_with_what_may_be_typed() -> None:
    with pytest.raises(BadInput) as refused:
        parse("audit since whenever")
    assert str(refused.value) == "I did not understand the time “whenever”."
    assert refused.value.next_step.startswith("Use 24h, 7d or 2026-11-29.")


def test_any_filters_go_together_in_any_order() -> None:
    wanted = ShowAudit(
        which=AuditQuery(by="U012AB3CD", verbs=("kick",), person="alice"),
        since=Moment(ago=timedelta(days=7)),
    )
    assert parse("audit by U012AB3CD verb kick person alice since 7d") == wanted
    assert parse("audit since 7d person alice by U012AB3CD verb kick") == wanted


def test_a_moderator_by_name_is_left_to_be_chosen() -> None:
    """Slack does not say whom a typed `@mira` means: the manifest has `should_escape` off."""
    assert parse("audit by @mira verb kick") == ShowAudit(
        which=AuditQuery(verbs=("kick",)), by_name="mira"
    )


def test_the_form_can_be_asked_for_with_what_is_known() -> None:
    assert parse("audit search") == ShowAudit(form=True)
    assert parse("audit search person alice") == ShowAudit(
        which=AuditQuery(person="alice"), form=True
    )


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("vreb kick", "verb"),
        ("verb kcik", "kick"),
        ("verb kick, blokc", "block"),
        ("vendor steam", "stream"),
        ("state confirmd", "confirmed"),
    ],
)
def test_a_wrong_filter_is_answered_with_the_nearest_and_an_example(
    text: str, nearest: str
) -> None:
    with pytest.raises(UnknownWord) as refused:
        parse(f"audit {text}")
    assert nearest in refused.value.nearest
    assert "`/calls audit " in refused.value.next_step


@pytest.mark.parametrize(
    "text",
    [
        "person",
        "person by U012AB3CD",
        "by @",
        "verb ,",
        "since whenever",
        "since 0001-01-01",
        "until 9999-12-31",
        "yesterday since 2d",
        "since 2026-13-01",
        "since 2026-11-01 14:00 Europe/Atlantis",
        "since 2026-11-01 ../../etc/passwd",
        "since 12345d",
        "before x",
        "case",
        "person alice person bob",
        f"person {'x' * 101}",
        "x",
        'person "alice',
    ],
)
def test_what_cannot_be_looked_for_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse(f"audit {text}")
    assert "alice" in text or "`/calls audit " in refused.value.next_step


@given(
    st.lists(
        st.sampled_from([*EXAMPLES, "search", "yesterday", "last", '"', "@", "2d", "kick", "128"])
        | st.text()
    ).map(" ".join)
)
def test_any_words_are_a_part_of_the_record_or_bad_input(text: str) -> None:
    try:
        request = parse(f"audit {text}")
    except BadInput as error:
        refused = f"{error}{error.next_step}"
        request = None
    if request is None:
        assert refused
    elif isinstance(request, ShowAudit):
        assert request == ShowAudit.model_validate(request.model_dump())
        assert AuditQuery(**request.between(NOW, NEW_YORK)) is not None


@pytest.mark.parametrize("example", EXAMPLES.values())
def test_every_example_can_be_typed(example: str) -> None:
    assert isinstance(parse(f"audit {example}"), ShowAudit)
