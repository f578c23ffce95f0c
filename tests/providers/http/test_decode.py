"""Whatever a vendor's JSON holds, the clients give a sane value or say that it cannot be read."""

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from bot.calls.acts import Act, Person
from bot.calls.models import CallRef, Vendor
from bot.calls.reports import FileKind
from bot.calls.verbs import Kick
from bot.errors import CallwardenError
from bot.ports import CallProvider
from bot.providers.cometchat.models import problem as cometchat_problem
from bot.providers.http.answers import VendorProblem
from bot.providers.http.decode import Amount, Count, CountedList, LenientList, Maybe, moment
from bot.providers.realtimekit.models import problem as realtimekit_problem
from bot.providers.stream.models import problem as stream_problem
from tests.providers.answering import answering

JSON = dict[str, Any]

SANE = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
"""No call was or will be at another time."""

TIMES = st.sampled_from(
    [
        1_795_264_089,
        1_795_264_089_887,
        1_795_264_089_887_510,
        1_795_264_089_887_510_000,
        -1,
        0,
        10**18 * 9,
        10**30,
        "1795264089887",
        "2026-11-21T03:05:00Z",
        "2026-11-21",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "yesterday",
        "9" * 5_000,
    ]
)
ODD = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | TIMES
    | st.sampled_from([[], {}, [[]], [None], [{}], {"": None}, 10**400, -(10**400)])
    | st.integers(1, 400).map(lambda depth: json.loads("[" * depth + "]" * depth))
)
"""What no document promises anywhere."""

UNKNOWN = st.dictionaries(st.just("a_field_of_next_year") | st.text(max_size=8), ODD, max_size=2)


def bent(shape: Any) -> st.SearchStrategy[Any]:
    """The documented shape, with fields missing, added, null or of another type here and there."""
    if isinstance(shape, dict):
        fields: st.SearchStrategy[Any] = st.fixed_dictionaries(
            {}, optional={name: bent(inner) for name, inner in shape.items()}
        )
        whole = st.fixed_dictionaries({name: bent(inner) for name, inner in shape.items()})
        mixed = st.builds(lambda known, more: {**more, **known}, whole | fields, UNKNOWN)
        return mixed | mixed | mixed | ODD
    if isinstance(shape, list):
        several = st.lists(bent(shape[0]), max_size=3)
        return several | several | several | ODD
    return st.just(shape) | st.just(shape) | st.just(shape) | ODD


NOW = 1_795_264_089_887_510_000
STREAM_CALL: JSON = {
    "cid": "default:room",
    "type": "default",
    "custom": {"title": "Room", "name": "x"},
    "current_session_id": "s",
    "session": {
        "id": "s",
        "started_at": NOW,
        "ended_at": NOW,
        "participants_count_by_role": {"host": 2},
        "anonymous_participant_count": 1,
    },
    "egress": {"broadcasting": True, "hls": {}, "rtmps": [{"name": "tube"}]},
    "recording": True,
    "transcribing": False,
    "captioning": False,
    "backstage": False,
    "ended_at": NOW,
    "blocked_user_ids": ["u"],
}
STREAM_FILE: JSON = {
    "filename": "rec.mp4",
    "session_id": "s",
    "url": "https://files.test/rec.mp4",
    "start_time": NOW,
    "end_time": NOW,
}
STREAM: JSON = {
    "call": STREAM_CALL,
    "calls": [{"call": STREAM_CALL}],
    "participants": [
        {
            "user": {"id": "u", "name": "Ann"},
            "user_session_id": "p",
            "role": "host",
            "joined_at": NOW,
            "user_id": "u",
            "name": "Ann",
            "roles": ["host"],
            "sessions": [{"started_at": NOW, "cq_score": 70, "latency_ms": 3, "jitter_ms": 2}],
        }
    ],
    "total_participants": 3,
    "members": [{"user_id": "u", "user": {"id": "u", "name": "Ann"}, "deleted_at": NOW}],
    "recordings": [STREAM_FILE],
    "transcriptions": [STREAM_FILE],
    "user_feedback": [{"cid": "default:room", "user_id": "u", "rating": 3, "reason": "echo"}],
    "counts": {"cq_score": 60},
    "call_types": {"default": {"settings": {"recording": {"mode": "available"}}}},
    "next": "more",
}
ISO = "2026-11-21T03:05:00.887Z"
KIT_ITEM: JSON = {
    "id": "p",
    "associated_id": "m",
    "meeting_display_name": "Room",
    "status": "LIVE",
    "live_participants": 3,
    "started_at": ISO,
    "ended_at": ISO,
    "created_at": ISO,
    "user_id": "u",
    "custom_participant_id": "app-u",
    "display_name": "Ann",
    "preset_name": "host",
    "joined_at": ISO,
    "left_at": ISO,
    "session_id": "s",
    "output_file_name": "rtmp.tube.mp4",
    "download_url": "https://files.test/rec.mp4",
    "download_url_expiry": ISO,
    "title": "Room",
    "name": "host",
}
KIT: JSON = {
    "success": True,
    "data": {
        **KIT_ITEM,
        "sessions": [KIT_ITEM],
        "participants": [KIT_ITEM],
        "transcript_download_url": "https://files.test/t.csv",
        "summary_download_url": "https://files.test/s.txt",
        "chat_download_url": "https://files.test/c.csv",
    },
    "paging": {"total_count": 1, "start_offset": 0, "end_offset": 1},
}
KIT_LIST: JSON = {"success": True, "data": [KIT_ITEM], "paging": KIT["paging"]}
COMET_CALL: JSON = {
    "sessionId": "v1.us.room",
    "status": "ongoing",
    "type": "audio",
    "mode": "call",
    "receiver": "room",
    "receiverType": "group",
    "startedAt": 1_795_264_089,
    "endedAt": 1_795_264_089,
    "participants": [
        {"uid": "u", "isJoined": True, "state": "ongoing", "joinedAt": 1_795_264_089, "leftAt": 1}
    ],
    "recordings": [
        {
            "rid": "r",
            "startTime": 1_795_264_089,
            "endTime": 1_795_264_099,
            "recording_url": "https://files.test/r.mp4",
        }
    ],
}
COMET_PAGES: JSON = {"pagination": {"total": 1, "current_page": 1, "total_pages": 1}}
COMET: JSON = {"data": COMET_CALL}
COMET_LIST: JSON = {
    "data": [{**COMET_CALL, "tid": "t", "transcriptUrl": "https://files.test/t.txt"}],
    "meta": COMET_PAGES,
}


REFS = {
    Vendor.STREAM: CallRef(vendor=Vendor.STREAM, id="default:room", session="s"),
    Vendor.REALTIMEKIT: CallRef(vendor=Vendor.REALTIMEKIT, id="m", session="s"),
    Vendor.COMETCHAT: CallRef(vendor=Vendor.COMETCHAT, id="v1.us.room", session="v1.us.room"),
}
SHAPES = {
    Vendor.STREAM: bent(STREAM),
    Vendor.REALTIMEKIT: bent(KIT) | bent(KIT_LIST),
    Vendor.COMETCHAT: bent(COMET) | bent(COMET_LIST),
}
ANN = Person(id="u", name="Ann", presence="p")


def act(ref: CallRef, verb: Kick) -> Act:
    return Act(verb=verb, call=ref, title="Room", people=(ANN,))


READS: dict[str, Callable[[CallProvider, CallRef], Awaitable[object]]] = {
    "list": lambda vendor, _: vendor.list_live(limit=2),
    "get": lambda vendor, ref: vendor.get(ref.id),
    "participants": lambda vendor, ref: vendor.participants(ref, limit=2),
    "observe": lambda vendor, ref: vendor.acts.observe(act(ref, Kick())),
    "find": lambda vendor, _: vendor.find("ann"),
    "files": lambda vendor, ref: vendor.reports.files(ref, frozenset(FileKind)),
    "quality": lambda vendor, ref: vendor.reports.quality(ref),
    "feedback": lambda vendor, ref: vendor.reports.feedback(ref),
    "members": lambda vendor, ref: vendor.reports.members(ref),
    "rooms": lambda vendor, _: vendor.reports.rooms(),
}
MAPS = {"participants_count_by_role", "call_types"}
"""Objects whose names are data, not fields."""

MANY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def times(value: object) -> Iterator[datetime]:
    """Every time in a decoded value."""
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from times(getattr(value, name))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from times(item)


@pytest.mark.parametrize("vendor", Vendor)
@MANY
@given(data=st.data())
async def test_an_answer_of_nearly_the_documented_shape_is_sane_or_an_error_of_ours(
    vendor: Vendor, data: st.DataObject
) -> None:
    """To every read: making an answer costs more than reading it."""
    body = data.draw(SHAPES[vendor])
    for name, read in READS.items():
        note(name)
        client = answering(vendor, body)
        with suppress(CallwardenError):
            found = await read(client, REFS[vendor])
            for at in times(found):
                assert SANE[0] <= at <= SANE[1]
        await client.aclose()


@pytest.mark.parametrize(
    ("vendor", "body"),
    [(Vendor.STREAM, STREAM), (Vendor.REALTIMEKIT, KIT), (Vendor.COMETCHAT, COMET_LIST)],
)
async def test_fields_nobody_knows_change_nothing(vendor: Vendor, body: JSON) -> None:
    def more(node: Any) -> Any:
        if isinstance(node, dict):
            known = {name: inner if name in MAPS else more(inner) for name, inner in node.items()}
            return {**known, "of_next_year": {"x": 1}}
        return [more(item) for item in node] if isinstance(node, list) else node

    plain, extended = answering(vendor, body), answering(vendor, more(body))
    seen = await plain.list_live(limit=2)
    assert seen.items
    assert seen == await extended.list_live(limit=2)
    for client in (plain, extended):
        await client.aclose()


@pytest.mark.parametrize("problem", [stream_problem, realtimekit_problem, cometchat_problem])
@given(body=st.binary() | ODD.map(lambda odd: json.dumps({"error": odd, "message": odd}).encode()))
def test_any_bytes_of_a_refusal_are_words(
    problem: Callable[[bytes], VendorProblem], body: bytes
) -> None:
    told = problem(body)
    assert isinstance(told.message, str)
    assert told.code is None or isinstance(told.code, str)


@given(TIMES | ODD)
def test_a_time_is_one_a_call_can_have_or_none(value: object) -> None:
    at = moment(value)
    assert at is None or SANE[0] <= at <= SANE[1]


@pytest.mark.parametrize(
    "value", [1_795_264_089, 1_795_264_089_000_000_000, "1795264089", "2026-11-21T12:28:09Z"]
)
def test_the_documented_units_are_one_moment(value: object) -> None:
    assert moment(value) == datetime(2026, 11, 21, 12, 28, 9, tzinfo=UTC)


@pytest.mark.parametrize("value", [1_795_264_089_000, 1_795_264_089_000_000, 10**12])
def test_a_unit_no_document_names_is_no_time(value: object) -> None:
    """Guessed, milliseconds would be read as they are until the day they are not."""
    assert moment(value) is None


class Entry(BaseModel):
    id: str


class Wired(BaseModel):
    entries: LenientList[Entry]
    maybe: Maybe[LenientList[Entry]] = None
    counted: CountedList[Entry] = CountedList()
    number: Count = None
    amount: Amount = None
    words: Maybe[str] = None


ENTRIES = st.lists(st.builds(lambda name: {"id": name}, st.text()) | ODD, max_size=6)


@given(entries=ENTRIES)
def test_one_odd_entry_of_a_list_hides_none_of_the_others(entries: list[Any]) -> None:
    """A list without any readable entry is no empty list: nobody could be said to be missing."""
    counted = Wired.model_validate({"entries": [], "counted": entries}).counted
    good = [
        entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str)
    ]
    told = Wired.model_validate({"entries": [], "maybe": entries}).maybe
    assert (len(counted), counted.sent) == (len(good), len(entries))
    if entries and not good:
        assert told is None
        with pytest.raises(ValidationError):
            Wired.model_validate({"entries": entries})
        return
    assert told is not None
    assert [entry.id for entry in told] == [entry["id"] for entry in good]
    assert (told.unreadable, told.sent) == (len(entries) - len(good), len(entries))


@given(odd=ODD)
def test_an_odd_field_is_unknown_and_hides_nothing(odd: object) -> None:
    body = {"entries": None, **dict.fromkeys(("maybe", "number", "amount", "words"), odd)}
    told = Wired.model_validate(body)
    assert told.entries == []
    number = not isinstance(odd, bool) and isinstance(odd, int | float) and 0 <= odd < 10**12
    assert (told.number, told.amount) == ((int(odd), odd) if number else (None, None))  # type: ignore[call-overload]
    assert told.words == (odd if isinstance(odd, str) else None)
