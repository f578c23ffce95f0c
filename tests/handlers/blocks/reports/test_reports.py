"""What a look shows: the sentence that matters first, gaps said, nothing invented."""

from datetime import timedelta

import pytest
from pydantic import SecretStr, ValidationError

from bot.calls.attendance import Attendance, Attendee
from bot.calls.capabilities import cannot
from bot.calls.handles import handle
from bot.calls.live import CallView, PeopleFound, VendorTrouble
from bot.calls.models import Call, Page, Participant, Vendor
from bot.calls.reports import (
    REPORTS,
    CallMember,
    Feedback,
    File,
    FileKind,
    Files,
    PersonQuality,
    Quality,
    Room,
    RoomKind,
    Sighting,
)
from bot.errors import BadInput
from handlers.blocks.action_values import ActValue, load, route
from handlers.blocks.call_card import call_message
from handlers.blocks.message import Message
from handlers.blocks.reports.attendance import attendance_report
from handlers.blocks.reports.files import PRIVATE, files_report
from handlers.blocks.reports.found_people import found_message
from handlers.blocks.reports.report import feedback_report, members_report, quality_report
from handlers.blocks.reports.report_values import (
    REPORT,
    REPORT_PAGE,
    ReportValue,
    RoomsValue,
    TitledReport,
)
from handlers.blocks.reports.rooms import RoomListing, rooms_report
from handlers.blocks.text import when
from handlers.screens.reports import REPORT_HANDLERS
from tests.fakes.blocks import ALL, NOW, elements, ref, valid_message, words
from tests.fakes.rights import FULL

ANN, BOB = Participant(id="ann", name="Ann"), Participant(id="bob", name="Bob")
URL = "https://files.example/rec_1.mp4?signature=secret&x=1"
FILE = File(kind=FileKind.RECORDING, name="rec_1.mp4", url=SecretStr(URL), deletable=True)


def asked(look: str, page: int = 0) -> TitledReport:
    return TitledReport(look=look, call=ref(), title="Room", page=page)


def files_of(*files: File, page: int = 0, can: bool = True) -> Message:
    table = ALL if can else {name: cannot("no such act") for name in ALL}
    return valid_message(files_report(asked("recordings", page), Files(files=files), table, NOW))


def pages(message: Message) -> list[tuple[str, int]]:
    return [
        (element["text"]["text"], load(ReportValue, element["value"]).page)
        for element in elements(message.blocks)
        if route(element["action_id"]) == REPORT_PAGE
    ]


def test_every_look_at_a_call_has_its_report() -> None:
    assert set(REPORT_HANDLERS) == {name for name, report in REPORTS.items() if report.of_call}


@pytest.mark.parametrize("look", ["rooms", "nonsense", ""])
def test_a_look_that_is_none_at_a_call_is_a_stale_card(look: str) -> None:
    with pytest.raises(ValidationError):
        ReportValue(look=look, call=ref())
    changed = asked("quality").model_dump_json().replace('"quality"', f'"{look}"')
    with pytest.raises(BadInput, match="older release"):
        load(ReportValue, changed)


def test_quality_says_the_score_then_who_has_trouble_and_why_then_the_rest() -> None:
    people = (
        PersonQuality(person=ANN, lost_percent=12, latency_ms=480.4, bad=True, why="Wi-Fi <weak>"),
        PersonQuality(person=BOB, score=97),
        PersonQuality(person=Participant(id="zed")),
    )
    shown = words(
        valid_message(
            quality_report(asked("quality"), Quality(score=83, people=people, note="Live."), NOW)
        )
    )
    order = [
        "score 83 of 100",
        "1 person has a bad connection",
        "*Ann* `ann`: Wi-Fi &lt;weak&gt;, 12 % lost, 480 ms",
        "The rest: 1 person without trouble, 1 person without figures.",
        "Live.",
    ]
    assert sorted(order, key=shown.index) == order


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ((), "Nobody was measured."),
        ((PersonQuality(person=ANN, bad=True),), "Nobody else was measured."),
        (
            (PersonQuality(person=ANN, score=90), PersonQuality(person=BOB, score=90)),
            "No bad connection: 2 people without trouble.",
        ),
        (
            (PersonQuality(person=ANN), PersonQuality(person=BOB)),
            "There are no figures yet for 2 people.",
        ),
    ],
)
def test_quality_says_so_when_nobody_has_trouble_or_nobody_was_measured(
    people: tuple[PersonQuality, ...], said: str
) -> None:
    assert said in words(
        valid_message(quality_report(asked("quality"), Quality(people=people), NOW))
    )


def test_a_figure_the_vendors_reason_names_is_not_said_twice() -> None:
    bad = PersonQuality(
        person=ANN, latency_ms=480, jitter_ms=20, lost_percent=0.2, bad=True, why="480 ms latency"
    )
    shown = words(valid_message(quality_report(asked("quality"), Quality(people=(bad,)), NOW)))
    assert "*Ann* `ann`: 480 ms latency, jitter 20 ms" in shown


def test_a_figure_nobody_can_mean_is_left_out() -> None:
    odd = PersonQuality(person=ANN, latency_ms=float("nan"), score=float("inf"), bad=True)
    shown = words(valid_message(quality_report(asked("quality"), Quality(people=(odd,)), NOW)))
    assert "*Ann* `ann`: no figures" in shown


def test_members_who_are_missing_come_first() -> None:
    members: Page[CallMember] = Page(
        items=(
            CallMember(id="ann", name="Ann", here=True),
            CallMember(id="zed"),
            CallMember(id="bob", name="Bob", role="host", here=False),
        ),
        next="more",
    )
    shown = words(valid_message(members_report(asked("members"), members, NOW)))
    order = [
        "3 members · 1 missing · more than were read",
        "*Missing (1)*",
        "*Bob* `bob` · host",
        "*Not known whether in the call (1)*",
        "`zed`",
        "*In the call (1)*",
        "*Ann* `ann`",
    ]
    assert sorted(order, key=shown.index) == order


def test_a_long_list_is_shown_a_page_at_a_time() -> None:
    members: Page[CallMember] = Page(
        items=tuple(CallMember(id=f"m{n}", here=False) for n in range(60))
    )
    first = valid_message(members_report(asked("members"), members, NOW))
    assert pages(first) == [("Next", 1), ("Refresh", 0)]
    last = valid_message(members_report(asked("members", 99), members, NOW))
    assert pages(last) == [("Previous", 1), ("Refresh", 2)]
    assert "Page 3 of 3" in words(last)
    assert "`m59`" in words(last)
    assert "`m0`" not in words(last)


def test_feedback_says_the_average_and_each_answer() -> None:
    said = (
        Feedback(person="ann", name="Ann", rating=2, reason="It *broke* off", at=NOW),
        Feedback(person="bob", rating=5),
        Feedback(person="zed", reason=" "),
    )
    shown = words(valid_message(feedback_report(asked("feedback"), said, NOW)))
    assert "3 answers · rated 3.5 on average" in shown
    assert f"*Ann* `ann` · rated 2 · {when(NOW)} · “It " in shown
    assert "*broke*" not in shown
    assert "`zed`\n" in shown + "\n"


def test_of_a_file_that_tells_nothing_of_how_it_came_nothing_is_said() -> None:
    assert "unnamed" not in words(files_of(FILE))


def test_a_link_is_in_the_blocks_alone_with_how_long_it_works() -> None:
    until = NOW + timedelta(hours=1)
    message = files_of(
        FILE.model_copy(
            update={
                "expires_at": until,
                "started_at": NOW - timedelta(minutes=20),
                "ended_at": NOW - timedelta(minutes=8),
            }
        )
    )
    link = f"<{URL.replace('&', '&amp;')}|Download> · works until {when(until)}"
    assert link in words(message)
    assert "12 min" in words(message)
    assert PRIVATE in words(message)
    assert "files.example" not in message.text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "|Download> · how long it works is not documented"),
        ({"url": None}, "There is no link to it."),
        ({"url": None, "state": "UPLOADING"}, "Not ready yet: UPLOADING."),
        ({"url": SecretStr("javascript:alert(1)")}, "Its link is left out"),
        ({"expires_at": NOW}, f"Its link stopped working {when(NOW)}. Press Refresh"),
    ],
)
def test_where_a_link_does_not_lead_anywhere_it_says_why(
    change: dict[str, object], said: str
) -> None:
    assert said in words(files_of(FILE.model_copy(update=change)))


def test_deleting_is_offered_for_the_run_the_file_is_of() -> None:
    (button,) = [
        element
        for element in elements(files_of(FILE.model_copy(update={"session": "run-7"})).blocks)
        if route(element["action_id"]) == "act"
    ]
    value = load(ActValue, button["value"])
    assert (button["style"], value.verb.name, value.verb.model_dump()) == (
        "danger",
        "delete_recording",
        {"file": "rec_1.mp4"},
    )
    assert (value.call.session, value.card) == ("run-7", False)


@pytest.mark.parametrize(
    "change",
    [{"deletable": False}, {"kind": FileKind.SUMMARY}, {"name": "../up"}, {"name": "two words"}],
)
def test_what_cannot_be_deleted_has_no_button(change: dict[str, object]) -> None:
    changed = files_of(FILE.model_copy(update=change))
    for message in (changed, files_of(FILE, can=False)):
        assert "act" not in {route(element["action_id"]) for element in elements(message.blocks)}


def test_what_could_not_be_read_is_said_beside_what_could() -> None:
    files = Files(files=(), missing=("The transcripts could not be read.",))
    shown = words(valid_message(files_report(asked("transcripts"), files, ALL, NOW)))
    assert "⚠️ The transcripts could not be read." in shown
    assert "lists no" not in shown
    none = words(valid_message(files_report(asked("transcripts"), Files(files=()), ALL, NOW)))
    assert "Stream Video lists no transcripts of this call." in none


def test_rooms_are_under_their_vendor_and_kind_and_a_silent_vendor_is_said() -> None:
    listings = (
        RoomListing(
            Vendor.REALTIMEKIT,
            (
                Room(kind=RoomKind.ROOM, name="Yoga", id="m-1", detail="open"),
                Room(kind=RoomKind.PRESET, name="host"),
                Room(kind=RoomKind.PRESET, name="Guest", id="Guest"),
            ),
        ),
        RoomListing(Vendor.STREAM, trouble="Stream Video cannot be reached."),
    )
    shown = words(valid_message(rooms_report(RoomsValue(), listings, NOW)))
    order = [
        "*RealtimeKit: 2 presets*",
        "`Guest`\n`host`",
        "*RealtimeKit: 1 room*",
        "`Yoga` · `m-1` · open",
        "⚠️ Stream Video cannot be reached.",
    ]
    assert sorted(order, key=shown.index) == order


def test_attendance_tells_each_stay_with_its_times_and_how_it_ended() -> None:
    hour = timedelta(hours=1)
    stays = (
        Attendee(id="ann", name="Ann", role="host", joined_at=NOW - 2 * hour),
        Attendee(
            id="u-1",
            custom_id="kofi",
            name="Kofi",
            joined_at=NOW - 2 * hour,
            left_at=NOW - hour,
            audio_seconds=90,
            how="kicked, case #18",
        ),
        Attendee(id="zed", how="unanswered"),
    )
    attendance = Attendance(stays=stays, more=True)
    shown = words(valid_message(attendance_report(asked("attendance"), attendance, NOW)))
    order = [
        "2 people · 1 here now · more than were read",
        "*Here now (1)*",
        f"*Ann* `ann` · host · since {when(NOW - 2 * hour)} · 2 h 00 min",
        "*Left (1)*",
        f"*Kofi* `kofi` · {when(NOW - 2 * hour)} to {when(NOW - hour)} · 1 h 00 min",
        "audio 1.5 min · kicked, case #18",
        "*Never came (1)*",
        "\n`zed` · unanswered",
    ]
    assert sorted(order, key=shown.index) == order


def test_a_call_that_nobody_was_in_says_so() -> None:
    empty = Attendance(note="Nobody yet.")
    assert "Nobody yet." in words(valid_message(attendance_report(asked("attendance"), empty, NOW)))


def test_whoever_is_found_has_the_call_its_handle_since_when_and_a_way_in() -> None:
    call = Call(ref=ref(), title="Room", people=2)
    ann = ANN.model_copy(update={"joined_at": NOW})
    found = PeopleFound(
        people=(Sighting(call=call, person=ann),), at=NOW, unread={Vendor.STREAM: 1}
    )
    message = valid_message(found_message("ann", found))
    assert f"*Ann* `ann`\n*Room* · Stream Video · `{handle(ref())}` · " in words(message)
    assert f"· since {when(NOW)}" in words(message)
    assert "Stream Video: 1 live call was not searched." in words(message)
    assert [element["text"]["text"] for element in elements(message.blocks)] == ["Open"]


def test_nobody_found_is_no_promise_while_a_vendor_is_silent() -> None:
    silent = VendorTrouble(vendor=Vendor.COMETCHAT, message="CometChat cannot be reached.")
    shown = words(
        valid_message(found_message("ann", PeopleFound(people=(), at=NOW, troubles=(silent,))))
    )
    assert "No one in a live call matches “ann”, as far as was searched." in shown
    assert shown.index("⚠️ CometChat was not searched.") < shown.index("No one in a live call")
    sure = words(valid_message(found_message("ann", PeopleFound(people=(), at=NOW))))
    assert "matches “ann”." in sure


def test_more_than_can_be_shown_is_counted() -> None:
    call = Call(ref=ref(), title="Room", people=2)
    sightings = tuple(Sighting(call=call, person=Participant(id=f"ann{n}")) for n in range(1025))
    shown = words(valid_message(found_message("ann", PeopleFound(people=sightings, at=NOW))))
    assert "and 1,005 more. Type more of the name, or an id." in shown


def test_a_card_offers_the_looks_its_vendor_has_and_names_those_it_has_not() -> None:
    reports = dict.fromkeys(REPORTS, ALL["kick"]) | {"feedback": cannot("Nobody is asked.")}
    view = CallView(
        call=Call(ref=ref(), title="Room", people=0),
        people=Page(items=()),
        capabilities=ALL,
        reports=reports,
        rights=FULL,
        at=NOW,
    )
    message = valid_message(call_message(view, []))
    labels = [
        element["text"]["text"]
        for element in elements(message.blocks)
        if route(element["action_id"]) == REPORT
    ]
    assert labels == ["Quality", "Members", "Attendance", "Recordings", "Transcripts"]
    assert "feedback." in words(message)


def test_a_stay_without_a_name_takes_one_that_was_seen_and_shows_an_id_once() -> None:
    stays = (Attendee(id="ann", joined_at=NOW), Attendee(id="blank", name=" ", joined_at=NOW))
    attendance = Attendance(stays=stays).with_names({"ann": "Ann"}.get)
    shown = words(valid_message(attendance_report(asked("attendance"), attendance, NOW)))
    assert "*Ann* `ann`" in shown
    assert shown.count("blank") == 1
