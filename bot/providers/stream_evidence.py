"""Judging from Stream Video's answers whether what an act asks for is so."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from bot.calls.acts import Act, Person
from bot.calls.outcomes import Observation, Seen
from bot.calls.verbs import (
    Block,
    End,
    Kick,
    LiveStart,
    LiveStop,
    Mute,
    RecordStart,
    RecordStop,
    RtmpStart,
    RtmpStop,
    Track,
    Unblock,
)
from bot.providers.stream_wire import Egress, Stay, Stays, WireCall

TRACKS: Mapping[Track, tuple[str, ...]] = MappingProxyType(
    {
        Track.AUDIO: ("audio",),
        Track.VIDEO: ("video",),
        Track.SCREEN: ("screenshare", "screenshare_audio"),
        Track.EVERYTHING: ("audio", "video", "screenshare", "screenshare_audio"),
    }
)
"""The flags of MuteUsers that name a track."""

_WORDS = {
    Track.AUDIO: "audio",
    Track.VIDEO: "video",
    Track.SCREEN: "a screen",
    Track.EVERYTHING: "anything",
}
LATER_RUN = "That run of the call is over; another one has begun."
_UNTOLD = "Stream Video's answer does not say."


def _verdict(so: bool | None, yes: str, no: str) -> Observation:  # noqa: FBT001 - three answers
    if so is None:
        return Observation(seen=Seen.UNKNOWABLE, evidence=_UNTOLD)
    return Observation(seen=Seen.DONE if so else Seen.NOT_DONE, evidence=yes if so else no)


def muted(act: Act, verb: Mute, sending: Stays, anybody: Stays) -> Observation:
    """Judge by who sends the muted tracks, and by whether `anybody` is listed as sending.

    The vendor names no values for `published_tracks`; that an answer is empty proves something
    only while the names of the mute flags find somebody.
    """
    what = _WORDS[verb.tracks]
    who = f"{sending.total} in the call" if act.everyone else "They"
    if sending.participants:
        return Observation(seen=Seen.NOT_DONE, evidence=f"{who} still send {what}.")
    if not anybody.participants:
        return Observation(
            seen=Seen.UNKNOWABLE, evidence="Stream Video lists nobody as sending anything."
        )
    whose = "Nobody sends" if act.everyone else "They no longer send"
    return Observation(seen=Seen.DONE, evidence=f"{whose} {what}.")


def kicked(act: Act, here: Stays) -> Observation:
    """Judge by the person's connections: gone, the ones the moderator saw, or newer ones."""
    if not here.participants:
        return Observation(seen=Seen.DONE, evidence="They are no longer in the call.")
    newer = _newer(here.participants, act.people[0])
    if newer is None:
        return Observation(
            seen=Seen.UNKNOWABLE,
            evidence="They are in the call; whether they left in between cannot be told.",
        )
    return _verdict(newer, "They left the call and came back since.", "They are still in the call.")


def blocked(act: Act, here: Stays) -> Observation:
    """Judge by the call's list of the blocked, and by whether the person is gone as well."""
    listed = _is_blocked(act, here.call)
    if listed and here.participants:
        return Observation(seen=Seen.NOT_DONE, evidence="They are blocked, but still in the call.")
    return _verdict(listed, "They are blocked and not in the call.", "They are not blocked.")


def _newer(here: Sequence[Stay], person: Person) -> bool | None:
    """Whether every connection began after the one the moderator saw; None when unknowable."""
    answers = [_began_later(stay, person) for stay in here]
    if False in answers:
        return False
    return None if None in answers else True


def _began_later(stay: Stay, person: Person) -> bool | None:
    if person.presence is not None and stay.user_session_id == person.presence:
        return False
    if person.joined_at is not None and stay.joined_at is not None:
        return stay.joined_at > person.joined_at
    return True if person.presence and stay.user_session_id else None


def _is_blocked(act: Act, call: WireCall | None) -> bool | None:
    if call is None or call.blocked_user_ids is None:
        return None
    return act.people[0].id in call.blocked_user_ids


def _unblocked(act: Act, call: WireCall) -> Observation:
    listed = _is_blocked(act, call)
    free = None if listed is None else not listed
    return _verdict(free, "They are not blocked.", "They are still blocked.")


def _ended(act: Act, call: WireCall) -> Observation:
    if act.call.session and call.later_than(act.call.session):
        return Observation(seen=Seen.DONE, evidence=LATER_RUN)
    return _verdict(call.ended is not None, "The call has ended.", "The call has not ended.")


def _running(
    says: Callable[[Act, Egress], bool | None], what: str, *, wanted: bool
) -> Callable[[Act, WireCall], Observation]:
    """A judge of something that leaves the call: whether it runs as `wanted`."""

    def judge(act: Act, call: WireCall) -> Observation:
        runs = says(act, call.egress) if call.egress else None
        texts = (f"The {what} is running.", f"The {what} is not running.")
        return _verdict(None if runs is None else runs is wanted, *texts[:: 1 if wanted else -1])

    return judge


def _records(act: Act, egress: Egress) -> bool | None:
    verb = act.verb
    return egress.records(verb.kind) if isinstance(verb, RecordStart | RecordStop) else None


def _live(_: Act, egress: Egress) -> bool | None:
    return egress.live


def _sends(act: Act, egress: Egress) -> bool | None:
    if egress.outputs is None or not isinstance(act.verb, RtmpStart | RtmpStop):
        return None
    return act.verb.to in egress.outputs


BY_PEOPLE: Mapping[str, Callable[[Act, Stays], Observation]] = MappingProxyType(
    {Kick.name: kicked, Block.name: blocked}
)
"""Judged by the connections of the act's person, and the call as it comes with them."""

BY_CALL: Mapping[str, Callable[[Act, WireCall], Observation]] = MappingProxyType(
    {
        Unblock.name: _unblocked,
        End.name: _ended,
        RecordStart.name: _running(_records, "recording", wanted=True),
        RecordStop.name: _running(_records, "recording", wanted=False),
        LiveStart.name: _running(_live, "livestream", wanted=True),
        LiveStop.name: _running(_live, "livestream", wanted=False),
        RtmpStart.name: _running(_sends, "RTMP output", wanted=True),
        RtmpStop.name: _running(_sends, "RTMP output", wanted=False),
    }
)
"""Judged by the call."""
