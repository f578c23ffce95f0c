"""Whatever a vendor tells of its past is read, or refused in words of ours."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.calls.models import Vendor
from bot.errors import VendorError
from bot.usage.days import Stretch
from tests.providers.answering import answering

NUMBERS = st.none() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=5)
RUNS = st.fixed_dictionaries(
    {"call_type": st.just("default"), "call_id": st.text(max_size=5), "call_session_id": st.text()},
    optional={
        "call_started_at": NUMBERS,
        "call_ended_at": NUMBERS,
        "counts": st.fixed_dictionaries(
            {},
            optional=dict.fromkeys(("participants", "sessions", "peak_concurrent_users"), NUMBERS),
        ),
    },
)
COMET_CALLS = st.fixed_dictionaries(
    {"sessionId": st.text(max_size=5)},
    optional={
        "startedAt": NUMBERS,
        "endedAt": NUMBERS,
        "status": st.sampled_from(["ended", "ongoing", "odd"]),
        "participants": st.lists(
            st.fixed_dictionaries(
                {"uid": st.text(max_size=2)},
                optional={
                    "isJoined": st.booleans(),
                    "joinedAt": NUMBERS,
                    "leftAt": NUMBERS,
                    "totalAudioMinutes": NUMBERS,
                },
            ),
            max_size=3,
        ),
    },
)
SESSIONS = st.fixed_dictionaries(
    {"id": st.text(max_size=5), "associated_id": st.text(max_size=5)},
    optional={
        "started_at": NUMBERS,
        "ended_at": NUMBERS,
        "minutes_consumed": NUMBERS,
        "max_concurrent_participants": NUMBERS,
    },
)


@given(
    st.lists(RUNS, max_size=3), st.lists(COMET_CALLS, max_size=3), st.lists(SESSIONS, max_size=3)
)
async def test_whatever_is_answered_is_read_or_refused(
    runs: list[Any], calls: list[Any], sessions: list[Any]
) -> None:
    bodies = {
        Vendor.STREAM: {"call_stats": runs, "recordings": []},
        Vendor.COMETCHAT: {"data": calls},
        Vendor.REALTIMEKIT: {"data": {"sessions": sessions}},
    }
    ever = Stretch(datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    for vendor, body in bodies.items():
        with suppress(VendorError):
            found = await answering(vendor, body).usage.history(ever)
            assert all(item.vendor is vendor for item in found.items)
