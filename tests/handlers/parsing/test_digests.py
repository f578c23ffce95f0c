"""What is typed after `/calls digest`, and what is said of digests."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.actors import Actor
from bot.calls.models import Vendor
from bot.demo.slack.block_rules.blocks import MODAL
from bot.demo.slack.block_rules.check import check_view
from bot.digest_delivery.dispatcher import SendResult
from bot.digests.digest import Acts, Digest
from bot.digests.subscription import Rhythm, Section, Subscription, Wish
from bot.digests.wording import wish_words
from bot.errors import BadInput, UnknownWord
from bot.usage.zones import zones
from handlers.blocks.digests.digest_values import DigestState
from handlers.blocks.digests.forms import (
    digest_form,
    pause_form,
    read_state,
    read_until,
    read_wish,
    zone_options,
)
from handlers.blocks.digests.subscriptions import (
    coming,
    done_message,
    intro_message,
    list_message,
    overview_message,
    preview_notes,
    sent_words,
    stop_message,
)
from handlers.parsing.digests import SPOKEN, DigestCommand, DigestRequest
from handlers.parsing.requests import Help, parse
from tests.fakes.blocks import ANYTHING, NASTY, NOW, valid_message, words
from tests.fakes.forms import as_sent

OWNER = Actor(user="U1LEO", team="T1")
STATE = DigestState(channel="C1", opened=NOW)
WISHES = st.builds(
    Wish,
    channel=st.sampled_from(["C1", "G2", "D3", ""]),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(sorted(zones())),
    rhythm=st.sampled_from(Rhythm),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    vendors=st.frozensets(st.sampled_from(Vendor)),
    sections=st.frozensets(st.sampled_from(Section), min_size=1),
)
MADE = st.builds(
    Subscription,
    id=st.integers(1, 10**9),
    wish=WISHES,
    owner=st.just(OWNER),
    made_at=st.just(NOW),
    paused_until=st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1)) | st.just(date.max),
    stopped=st.booleans(),
    why=st.sampled_from(["", *NASTY]),
)


def asked(text: str) -> DigestRequest:
    request = parse(f"digest {text}")
    assert isinstance(request, DigestRequest)
    return request


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", DigestRequest()),
        ("subscribe", DigestRequest(what=DigestCommand.SUBSCRIBE)),
        ("list", DigestRequest(what=DigestCommand.LIST)),
        ("LIST page 3", DigestRequest(what=DigestCommand.LIST, page=2)),
        ("edit 7", DigestRequest(what=DigestCommand.EDIT, number=7)),
        ("pause #7", DigestRequest(what=DigestCommand.PAUSE, number=7)),
        (
            "pause 7 until 2026-12-01",
            DigestRequest(what=DigestCommand.PAUSE, number=7, until=date(2026, 12, 1)),
        ),
        ("resume 7", DigestRequest(what=DigestCommand.RESUME, number=7)),
        ("stop 7", DigestRequest(what=DigestCommand.STOP, number=7)),
        ("preview", DigestRequest(what=DigestCommand.PREVIEW)),
        ("preview 7", DigestRequest(what=DigestCommand.PREVIEW, number=7)),
        ("now 7", DigestRequest(what=DigestCommand.NOW, number=7)),
    ],
)
def test_each_word_is_understood(text: str, meant: DigestRequest) -> None:
    assert asked(text) == meant


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("edit", "Add its number"),
        ("stop seven", "Add its number"),
        ("now -1", "Add its number"),
        ("pause 7 for 2026-12-01", "until which day"),
        ("pause 7 until", "until which day"),
        ("pause 7 until tomorrow", "There is no day “tomorrow”"),
        ("pause 7 until 2026-12-01 noon", "I did not understand"),
        ("list 2", "does not belong there"),
        ("subscribe weekly", "I did not understand"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_an_example(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        asked(text)
    assert refused.value.next_step


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(29, 99))
def test_a_day_that_no_calendar_has_is_named_and_any_other_understood(
    month: date, day: int
) -> None:
    said = f"{month:%Y-%m}-{day}"
    try:
        real: date | None = date(month.year, month.month, day)
    except ValueError:
        real = None
    if real is None:
        with pytest.raises(BadInput, match=f"There is no day “{said}”"):
            asked(f"pause 7 until {said}")
    else:
        assert asked(f"pause 7 until {said}").until == real


PIECES = st.sampled_from([*SPOKEN, "7", "#7", "until", "page", "2026-02-31", "2026-12-01", "help"])


@given(st.lists(PIECES | st.text(max_size=8), max_size=6).map(" ".join))
def test_any_words_are_a_request_or_bad_input(text: str) -> None:
    refused, request = "", None
    try:
        request = parse(f"digest {text}")
    except BadInput as error:
        refused = str(error)
    assert refused or isinstance(request, DigestRequest | Help)


def test_a_mistyped_word_names_the_nearest() -> None:
    with pytest.raises(UnknownWord) as unknown:
        asked("prevew 7")
    assert unknown.value.nearest[0] == "preview"


@given(WISHES, st.sampled_from([(), (Vendor.STREAM,), tuple(Vendor)]))
def test_slack_takes_any_form_and_gives_back_what_stood_in_it(
    wish: Wish, vendors: tuple[Vendor, ...]
) -> None:
    form = digest_form(STATE, wish, vendors or tuple(Vendor), NOW)
    assert check_view(form, MODAL) == []
    read = read_wish(as_sent(form))
    if not wish.channel.startswith(("C", "G")):
        assert read == {"digest.channel": "Choose a channel."}
    else:
        offered = frozenset(vendors or Vendor)
        assert read == wish.model_copy(update={"vendors": wish.vendors & offered})


@given(MADE)
def test_slack_takes_the_form_for_a_pause(subscription: Subscription) -> None:
    form = pause_form(STATE, subscription)
    assert check_view(form, MODAL) == []
    assert read_until(as_sent(form)) is None


def filled(**said: Any) -> dict[str, Any]:
    """The form for a digest as Slack sends it, with some fields as `said`."""
    view = as_sent(digest_form(STATE, Wish(channel="C1"), tuple(Vendor), NOW))
    for name, state in said.items():
        view["state"]["values"][f"digest.{name}"][f"digest.{name}"] |= state
    return view


def chosen(value: str) -> dict[str, Any]:
    return {"selected_option": {"text": {"type": "plain_text", "text": value}, "value": value}}


@pytest.mark.parametrize(
    ("name", "state", "says"),
    [
        ("at", {"selected_time": "25:00"}, "“25:00” is not a time"),
        ("at", {"selected_time": "9"}, "is not a time"),
        ("at", {"selected_time": None}, "is not a time"),
        ("zone", chosen("Europe/Atlantis"), "There is no time zone “Europe/Atlantis”"),
        ("zone", chosen("../../etc/passwd"), "There is no time zone"),
        ("zone", {"selected_option": None}, "There is no time zone"),
        ("channel", {"selected_conversation": None}, "Choose a channel"),
        ("weekdays", {"selected_options": []}, "at least one day"),
        ("sections", {"selected_options": []}, "at least one"),
    ],
)
def test_what_is_wrong_in_the_form_is_said_at_its_field(
    name: str, state: dict[str, Any], says: str
) -> None:
    wrong = read_wish(filled(**{name: state}))
    assert isinstance(wrong, dict)
    assert list(wrong) == [f"digest.{name}"]
    assert says in wrong[f"digest.{name}"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong = read_wish(filled(at={"selected_time": "25:00"}, zone=chosen("Nowhere")))
    assert isinstance(wrong, dict)
    assert set(wrong) == {"digest.at", "digest.zone"}


def test_a_weekly_digest_needs_no_days() -> None:
    wish = read_wish(filled(rhythm=chosen("weekly"), weekdays={"selected_options": []}))
    assert isinstance(wish, Wish)
    assert wish.rhythm is Rhythm.WEEKLY


@pytest.mark.parametrize("broken", ["rhythm", "vendors", "sections", "weekdays"])
def test_a_form_that_was_edited_on_its_way_is_not_believed(broken: str) -> None:
    odd = {**chosen("x"), "selected_options": [{"value": "x"}]}
    with pytest.raises(BadInput, match="older release"):
        read_wish(filled(**{broken: odd}))


@pytest.mark.parametrize("view", [{}, {"state": {"values": {}}}])
def test_a_form_of_somebody_else_is_not_believed(view: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="older release"):
        read_wish(view)
    with pytest.raises(BadInput, match="older release"):
        read_until(view)
    with pytest.raises(BadInput, match="older release"):
        read_state(view)


@given(st.text(max_size=20))
def test_any_letters_find_at_most_a_hundred_zones(typed: str) -> None:
    assert len(zone_options(typed, NOW)) <= 100


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("london", "Europe/London (UTC+00:00)"),
        ("lord howe", "Australia/Lord_Howe (UTC+11:00)"),
        ("new york", "America/New_York (UTC-05:00)"),
        ("kathm", "Asia/Kathmandu (UTC+05:45)"),
        ("zürich", "Europe/Zurich (UTC+01:00)"),
        ("são paulo", "America/Sao_Paulo (UTC-03:00)"),
        ("+2", "Europe/Bucharest (UTC+02:00)"),
        ("+14", "UTC+14 (UTC+14:00)"),
        ("est", "America/New_York (UTC-05:00)"),
    ],
)
def test_a_zone_is_found_by_its_city(typed: str, label: str) -> None:
    assert zone_options(typed, NOW)[0]["text"]["text"] == label


@ANYTHING
@given(
    made=st.lists(MADE, max_size=12, unique_by=lambda one: one.id),
    page=st.integers(0, 5),
    may=st.booleans(),
)
def test_slack_takes_every_list_and_it_has_ten_a_page(
    made: list[Subscription], page: int, *, may: bool
) -> None:
    message = valid_message(list_message(made, page, NOW, may=may))
    assert words(message).count("set up by") <= 10
    valid_message(overview_message(made, "C1", NOW, "/calls", may=may))


@ANYTHING
@given(subscription=MADE, moved=st.booleans())
def test_slack_takes_everything_that_is_said_of_one(
    subscription: Subscription, *, moved: bool
) -> None:
    for message in (
        done_message(subscription, "Done.", NOW),
        stop_message(subscription, NOW),
        intro_message(subscription, "U1", NOW, "/calls", moved=moved),
    ):
        valid_message(message)


def one_of(**wish: Any) -> Subscription:
    made = Wish(**{"channel": "C1", "zone": "Europe/London", **wish})
    return Subscription(id=3, wish=made, owner=OWNER, made_at=NOW)


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({}, "every day at 09:00 Europe/London, covering the previous day"),
        ({"weekdays": frozenset(range(5))}, "weekdays at 09:00"),
        ({"weekdays": frozenset({6, 0, 2})}, "Mondays, Wednesdays and Sundays at 09:00"),
        (
            {"rhythm": Rhythm.WEEKLY, "at": time(7, 5)},
            "Mondays at 07:05 Europe/London, covering the previous week",
        ),
        ({"vendors": frozenset({Vendor.STREAM})}, "of Stream Video only"),
        (
            {"sections": frozenset(Section) - {Section.UNUSUAL, Section.RECORD}},
            "without Unusual and Audit checksum",
        ),
    ],
)
def test_a_wish_is_told_in_words(wish: dict[str, Any], says: str) -> None:
    assert says in wish_words(one_of(**wish).wish)


def test_the_next_time_is_told_in_the_readers_own_zone() -> None:
    """Slack draws `<!date^…>` for each reader; the fallback is in UTC."""
    assert coming(one_of(zone="America/New_York"), NOW) == (
        "next <!date^1795269600^{date_short_pretty} {time}|2026-11-21 14:00 UTC>"
    )


def test_a_pause_says_until_when_and_why() -> None:
    assert coming(one_of().paused(date(2026, 12, 1)), NOW).startswith("paused until 2026-12-01 · ")
    gone = one_of().paused(why="The channel is archived.")
    assert coming(gone, NOW) == "paused until resumed: The channel is archived."


def test_a_zone_that_is_not_known_any_more_does_not_break_the_list() -> None:
    """A row is read as it was written: a machine's zones may have changed since."""
    old = Wish.model_validate_json('{"channel":"C1","zone":"Mars/Olympus"}')
    lost = one_of().model_copy(update={"wish": old})
    assert "no such time zone" in words(valid_message(list_message([lost], 0, NOW, may=True)))
    form = digest_form(STATE, old, tuple(Vendor), NOW)
    assert read_wish(as_sent(form)) == {"digest.zone": "There is no time zone “”."}


def test_the_first_message_says_who_when_and_how_to_change_it() -> None:
    text = words(intro_message(one_of(), "U1LEO", NOW, "/calls", moved=False))
    for part in (
        "<@U1LEO> set up",
        "every day at 09:00",
        "edit 3",
        "pause 3",
        "stop 3",
        "Digest 3",
    ):
        assert part in text


def digest(**more: Any) -> Digest:
    defaults = {"rhythm": Rhythm.DAILY, "day": date(2026, 11, 20), "last_day": date(2026, 11, 20)}
    return Digest(
        zone="Etc/UTC",
        sections=frozenset(Section),
        vendors={},
        before=None,
        usual=None,
        made_at=NOW,
        **{**defaults, **more},
    )


def test_a_preview_tells_its_reader_their_own_acts_and_nobody_elses() -> None:
    acts = Acts(by_verb={}, by_moderator={"U1MIRA": 4, "U1LEO": 9})
    text = words(preview_notes(one_of(), digest(acts=acts), "U1MIRA", NOW))
    assert "Your own acts on Friday 20 November: 4. Only you are told." in text
    assert "LEO" not in text.partition("Your own")[2]
    assert "9." not in text
    week = digest(acts=acts, rhythm=Rhythm.WEEKLY, last_day=date(2026, 11, 26))
    later = words(preview_notes(one_of(), week, "U1NOBODY", NOW))
    assert "in the week of 20 to 26 November: none." in later


def test_every_fate_is_told() -> None:
    weekly = one_of(rhythm=Rhythm.WEEKLY)
    assert {
        sent_words(subscription, result.value)
        for result in SendResult
        for subscription in (one_of(), weekly)
    } >= {
        "Today's digest 3 for <#C1> is posted. It is not posted a second time when its hour comes.",
        "This week's digest 3 for <#C1> could not be posted just now. Try again in a moment.",
    }


@given(MADE, st.integers(0, 365 * 24 * 60).map(lambda n: NOW + timedelta(minutes=n)))
def test_the_newest_day_is_today_or_the_last_monday(
    subscription: Subscription, moment: datetime
) -> None:
    day = subscription.day_of(moment)
    if subscription.wish.rhythm is Rhythm.WEEKLY:
        assert day.weekday() == 0
    assert timedelta(0) <= moment.astimezone(subscription.wish.clock).date() - day + timedelta(1)
