"""Every report, whatever a vendor answers, is one Slack takes."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.calls.attendance import Attendance, Attendee
from bot.calls.capabilities import cannot
from bot.calls.live import CallView, PeopleFound, VendorTrouble
from bot.calls.models import Call, CallRef, Page, Participant, Vendor
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
from handlers.blocks.call_card import call_message
from handlers.blocks.reports.attendance import attendance_report
from handlers.blocks.reports.files import files_report
from handlers.blocks.reports.found_people import found_message
from handlers.blocks.reports.report import feedback_report, members_report, quality_report
from handlers.blocks.reports.report_values import RoomsValue, TitledReport
from handlers.blocks.reports.rooms import RoomListing, rooms_report
from tests.fakes.blocks import (
    ALL,
    ANYTHING,
    CALLS,
    IDS,
    NAMES,
    NOW,
    PEOPLE,
    SOME,
    many,
    valid_message,
)
from tests.fakes.rights import FULL

LONG = st.sampled_from(["&" * 500, "👩\u200d👩\u200d👧" * 170, "\u202e<!here>" * 60])
WORDS = NAMES | LONG
PAGES = st.integers(0, 50)
TIMES = st.none() | st.integers(0, 9**11).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
FIGURES = st.none() | st.floats()
URLS = st.sampled_from(["https://a.example/" + "&" * 390, "https://a.example/x|y>", "x" * 9000])
LINKS = st.none() | (URLS | WORDS.map("https://a.example/".__add__) | WORDS).map(SecretStr)
QUALITIES = st.builds(
    PersonQuality,
    person=PEOPLE,
    score=FIGURES,
    latency_ms=FIGURES,
    jitter_ms=FIGURES,
    lost_percent=FIGURES,
    bad=st.booleans(),
    why=WORDS,
)
MEMBERS = st.builds(
    CallMember,
    id=IDS | WORDS,
    name=st.none() | WORDS,
    role=st.none() | WORDS,
    here=st.none() | st.booleans(),
)
SAID = st.builds(
    Feedback,
    person=IDS | WORDS,
    name=st.none() | WORDS,
    rating=st.none() | st.integers(),
    reason=WORDS,
    at=TIMES,
)
FILES = st.builds(
    File,
    kind=st.sampled_from(FileKind),
    name=IDS | WORDS,
    session=st.none() | IDS,
    url=LINKS,
    expires_at=TIMES,
    started_at=TIMES,
    ended_at=TIMES,
    state=st.none() | WORDS,
    deletable=st.booleans(),
)
ROOMS = st.builds(
    Room, kind=st.sampled_from(RoomKind), name=WORDS, id=st.none() | IDS, detail=WORDS
)
SHELVES = st.builds(RoomListing, st.sampled_from(Vendor), many(ROOMS, 40).map(tuple), WORDS)
REFS = st.builds(CallRef, vendor=st.sampled_from(Vendor), id=IDS, session=st.none() | IDS)


def looks(name: str) -> st.SearchStrategy[TitledReport]:
    return st.builds(TitledReport, look=st.just(name), call=REFS, title=WORDS, page=PAGES)


STAYS = st.builds(
    Attendee,
    id=IDS | WORDS,
    name=st.none() | WORDS,
    custom_id=st.none() | IDS,
    role=st.none() | WORDS,
    joined_at=TIMES,
    left_at=TIMES,
    audio_seconds=st.none() | st.integers(0, 10**9),
    video_seconds=st.none() | st.integers(0, 10**9),
    how=WORDS,
)


@ANYTHING
@given(looks("attendance"), many(STAYS, 60).map(tuple), st.booleans(), WORDS)
def test_any_attendance_makes_a_sound_report(
    asked: TitledReport, stays: tuple[Attendee, ...], more: bool, note: str
) -> None:
    valid_message(attendance_report(asked, Attendance(stays=stays, more=more, note=note), NOW))


@ANYTHING
@given(looks("quality"), many(QUALITIES, 60).map(tuple), FIGURES, WORDS)
def test_any_measures_make_a_sound_report(
    asked: TitledReport, people: tuple[PersonQuality, ...], score: float | None, note: str
) -> None:
    valid_message(quality_report(asked, Quality(score=score, people=people, note=note), NOW))


def test_the_longest_names_there_can_be_still_fit_on_a_page() -> None:
    name = "&" * 500
    person = Participant(id=name, name=name)
    measured = PersonQuality(person=person, lost_percent=1e9, score=1e9, bad=True, why=name)
    asked = TitledReport(look="quality", call=CallRef(vendor=Vendor.STREAM, id="x"), title=name)
    valid_message(quality_report(asked, Quality(people=(measured,) * 99, note=name), NOW))
    member = CallMember(id=name, name=name, role=name, here=False)
    valid_message(members_report(asked, Page(items=(member,) * 99), NOW))
    valid_message(
        feedback_report(asked, [Feedback(person=name, name=name, reason=name, at=NOW)] * 99, NOW)
    )
    url = SecretStr("https://a.example/" + "&" * 390)
    file = File(kind=FileKind.RECORDING, name=name, url=url, started_at=NOW, expires_at=None)
    valid_message(files_report(asked, Files(files=(file,) * 99, missing=(name,) * 9), ALL, NOW))
    rooms = tuple(Room(kind=kind, name=name, id=name + "x", detail=name) for kind in RoomKind)
    valid_message(
        rooms_report(RoomsValue(), [RoomListing(v, rooms * 9, name) for v in Vendor], NOW)
    )


@ANYTHING
@given(CALLS, many(PEOPLE, 25).map(tuple), st.sets(st.sampled_from(list(REPORTS))))
def test_any_looks_a_vendor_has_or_lacks_make_a_sound_card(
    call: Call, people: tuple[Participant, ...], lacking: set[str]
) -> None:
    looks = {name: cannot(name) if name in lacking else ALL["kick"] for name in REPORTS}
    view = CallView(
        call=call, people=Page(items=people), capabilities=ALL, reports=looks, rights=FULL, at=NOW
    )
    valid_message(call_message(view, []))


@ANYTHING
@given(looks("members"), many(MEMBERS, 60).map(tuple), st.none() | IDS)
def test_any_members_make_a_sound_report(
    asked: TitledReport, people: tuple[CallMember, ...], cursor: str | None
) -> None:
    valid_message(members_report(asked, Page(items=people, next=cursor), NOW))


@ANYTHING
@given(looks("feedback"), many(SAID, 60))
def test_any_answers_make_a_sound_report(asked: TitledReport, said: list[Feedback]) -> None:
    valid_message(feedback_report(asked, said, NOW))


@ANYTHING
@given(
    looks("recordings") | looks("transcripts"),
    many(FILES, 25).map(tuple),
    many(WORDS, 5).map(tuple),
    st.booleans(),
)
def test_any_files_make_a_sound_report_without_a_link_in_its_text(
    asked: TitledReport, files: tuple[File, ...], missing: tuple[str, ...], can: bool
) -> None:
    found = Files(files=files, missing=missing)
    message = valid_message(files_report(asked, found, ALL if can else SOME, NOW))
    assert "|Download>" not in message.text


@ANYTHING
@given(st.lists(SHELVES, max_size=3), PAGES, st.none() | st.sampled_from(Vendor))
def test_any_names_make_a_sound_report(
    listings: list[RoomListing], page: int, vendor: Vendor | None
) -> None:
    valid_message(rooms_report(RoomsValue(vendor=vendor, page=page), listings, NOW))


@ANYTHING
@given(
    WORDS,
    many(st.builds(Sighting, call=CALLS, person=PEOPLE), 30).map(tuple),
    st.dictionaries(st.sampled_from(Vendor), st.integers(1, 9)),
    st.lists(st.builds(VendorTrouble, vendor=st.sampled_from(Vendor), message=WORDS), max_size=3),
)
def test_anybody_found_makes_a_sound_answer(
    wanted: str,
    people: tuple[Sighting, ...],
    unread: dict[Vendor, int],
    troubles: list[VendorTrouble],
) -> None:
    found = PeopleFound(people=people, at=NOW, unread=unread, troubles=tuple(troubles))
    valid_message(found_message(wanted, found))
