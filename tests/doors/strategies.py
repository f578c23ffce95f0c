"""What strangers may post: anything, and what is nearly right."""

import gzip
import json
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

Json = Any

WORDS = [
    *("type", "command", "text", "user", "user_id", "id", "team", "team_id", "channel", "view"),
    *("event", "actions", "action_id", "callback_id", "payload", "ssl_check", "token", "state"),
    *("block_actions", "view_submission", "block_suggestion", "shortcut", "event_callback"),
    *("interactive_message", "url_verification", "authorizations", "container", "values"),
    *("app_home_opened", "meeting", "call_cid", "call.ended", "meeting.ended", "trigger", "data"),
    *("sessionId", "call_ended", "/calls", "U1", "modal", "message", "enterprise"),
]

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(max_size=20)
)
JSONS: st.SearchStrategy[Json] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=12,
)
PLAIN = st.text(st.characters(codec="utf-8"), max_size=30)
FORMS = st.dictionaries(st.sampled_from(WORDS) | PLAIN, st.sampled_from(WORDS) | PLAIN, max_size=8)

USER = {"id": "U1", "team_id": "T1"}
VIEW = {"id": "V1", "type": "modal", "callback_id": "order", "state": {"values": {}}}
PRESS = {"type": "block_actions", "user": USER, "actions": [{"action_id": "case"}], "view": VIEW}
RIGHT: list[Json] = [
    {"command": "/calls", "user_id": "U1", "team_id": "T1", "text": "show K7QX"},
    PRESS,
    {"type": "view_submission", "user": USER, "team": {"id": "T1"}, "view": VIEW},
    {"type": "block_suggestion", "user": USER, "action_id": "a", "value": "x", "view": VIEW},
    {"type": "shortcut", "user": USER, "callback_id": "moderate", "trigger_id": "1"},
    {"type": "event_callback", "event": {"type": "app_home_opened", "user": "U1"}},
    {"type": "url_verification", "challenge": "c"},
    {"type": "call.ended", "call_cid": "default:room-7"},
    {"event": "meeting.ended", "meeting": {"id": "m-1"}},
    {"trigger": "meeting_ended", "data": {"sessionId": "v1.us.x"}},
]


@st.composite
def nearly_right(draw: st.DrawFn) -> Json:
    """A payload as it should be, but for one field somewhere in it."""
    payload = json.loads(json.dumps(draw(st.sampled_from(RIGHT))))
    part = payload
    while True:
        name = draw(st.sampled_from(sorted(part)))
        inner = part[name][0] if isinstance(part[name], list) else part[name]
        if not inner or not isinstance(inner, dict) or draw(st.booleans()):
            break
        part = inner
    if draw(st.booleans()):
        part[name] = draw(JSONS)
    else:
        del part[name]
    return payload


def as_form(payload: Json) -> bytes:
    """As Slack sends interactions."""
    return urlencode({"payload": json.dumps(payload)}).encode()


PAYLOADS = JSONS | nearly_right()
READABLE = (
    PAYLOADS.map(json.dumps).map(str.encode)
    | PAYLOADS.map(as_form)
    | FORMS.map(urlencode).map(str.encode)
)
BODIES = (
    st.binary(max_size=300)
    | READABLE
    | READABLE.map(gzip.compress)
    | st.tuples(READABLE, st.integers(0, 40)).map(lambda both: both[0][: -both[1] or None])
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            *("x-slack-signature", "x-slack-request-timestamp", "x-slack-retry-num"),
            *("x-signature", "rtk-signature", "authorization", "content-type", "content-length"),
            *("content-encoding", "x-slack-bolt-lazy-only", "host", "expect"),
        ]
    ).map(str.encode),
    st.binary(max_size=40)
    | st.sampled_from([b"1" * 400, b"v0=" + b"0" * 64, b"0" * 64, b"Basic YTpi", b"QUJD"]),
    max_size=4,
)
KINDS = st.sampled_from(
    [b"application/x-www-form-urlencoded", b"application/json", b"application/json; x=y", b"x"]
)
