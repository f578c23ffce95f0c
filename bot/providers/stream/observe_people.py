"""Judging by who is in a Stream call whether what an act asks for is the case."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from bot.calls.acts import Act, Person
from bot.calls.models import Vendor
from bot.calls.outcomes import Observation, Seen
from bot.calls.verbs import (
    Block,
    Grant,
    Kick,
    MemberAdd,
    Mute,
    Permission,
    Pin,
    Revoke,
    Ring,
    Say,
    Silence,
    Track,
    Unpin,
    Unsilence,
)
from bot.errors import NotAtVendor
from bot.providers.stream.models import CallResponse, ParticipantResponse, ParticipantsResponse

TRACKS: Mapping[Track, tuple[str, ...]] = MappingProxyType(
    {
        Track.AUDIO: ("audio",),
        Track.VIDEO: ("video",),
        Track.SCREEN: ("screenshare", "screenshare_audio"),
        Track.EVERYTHING: ("audio", "video", "screenshare", "screenshare_audio"),
    }
)
"""The flags of MuteUsers that name a track."""

RIGHTS: Mapping[Track, tuple[Permission, ...]] = MappingProxyType(
    {
        Track.AUDIO: (Permission.SEND_AUDIO,),
        Track.VIDEO: (Permission.SEND_VIDEO,),
        Track.SCREEN: (Permission.SCREENSHARE,),
        Track.EVERYTHING: (
            Permission.SEND_AUDIO,
            Permission.SEND_VIDEO,
            Permission.SCREENSHARE,
        ),
    }
)
"""The permissions without which a track cannot be sent."""

_WORDS = {
    Track.AUDIO: "audio",
    Track.VIDEO: "video",
    Track.SCREEN: "a screen",
    Track.EVERYTHING: "anything",
}
_OFF = {
    Track.AUDIO: "is muted",
    Track.VIDEO: "has the camera off",
    Track.SCREEN: "has screen sharing off",
    Track.EVERYTHING: "has microphone, camera and screen sharing off",
}
LATER_RUN = "That session of the call is over; another one has begun."
_NO_RIGHTS = "Stream Video does not show what somebody may do in a call."
_NO_PIN = "Stream Video does not show who is pinned."
UNSEEN: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys((Unsilence.name, Grant.name, Revoke.name), _NO_RIGHTS),
        **dict.fromkeys((Pin.name, Unpin.name), _NO_PIN),
        Ring.name: "Stream Video does not show later who was rung.",
        Say.name: "Whether the app showed it cannot be checked.",
    }
)
"""Why the effect of these verbs cannot be read back."""
_UNTOLD = "Stream Video's answer does not say."


def require_no_later(act: Act, call: CallResponse | None) -> None:
    """Raise NotAtVendor when `call` is in a later run than the moderator saw."""
    if call is not None and act.call.session and call.later_than(act.call.session):
        raise NotAtVendor(LATER_RUN, vendor=Vendor.STREAM, status=404)


def verdict(so: bool | None, yes: str, no: str) -> Observation:  # noqa: FBT001 - three answers
    """The observation with the evidence `yes` or `no`; UNKNOWABLE where `so` is None."""
    if so is None:
        return Observation(seen=Seen.UNKNOWABLE, evidence=_UNTOLD)
    return Observation(seen=Seen.DONE if so else Seen.NOT_DONE, evidence=yes if so else no)


def wanted_first(on: str, off: str, *, wanted: bool) -> tuple[str, str]:
    """The two texts, the one for what is wanted first."""
    return (on, off) if wanted else (off, on)


def judge_mute(
    act: Act, verb: Mute | Silence, sending: ParticipantsResponse, anybody: ParticipantsResponse
) -> Observation:
    """Judge by who sends the muted tracks, and by whether `anybody` is listed as sending.

    The vendor names no values for `published_tracks`; that an answer is empty proves something only
    while the names of the mute flags find somebody. The spared may send.
    """
    what = _WORDS[verb.tracks]
    left = count_meant(act, sending)
    who = f"{left} in the call" if act.everyone else "They"
    if left:
        return still_there(act, sending, f"{who} still send {what}.")
    if not anybody.participants:
        return Observation(
            seen=Seen.UNKNOWABLE,
            evidence="Stream Video shows nobody who sends anything, so it cannot be checked.",
        )
    if not act.everyone:
        return Observation(seen=Seen.DONE, evidence=f"They do not send {what}.")
    return Observation(seen=Seen.DONE, evidence=f"Everyone{act.besides} {_OFF[verb.tracks]}.")


def judge_silence(seen: Observation) -> Observation:
    """Judge a silence by the mute that is in it: the right itself cannot be read."""
    if seen.seen is Seen.NOT_DONE:
        return seen
    return Observation(seen=Seen.UNKNOWABLE, evidence=f"{seen.evidence} {_NO_RIGHTS}")


def count_meant(act: Act, here: ParticipantsResponse) -> int:
    """How many connections an act on everyone still means: all but those of the spared."""
    return here.total - sum(spared(act, stay) for stay in here.participants)


def spared(act: Act, stay: ParticipantResponse) -> bool:
    """Whether this connection is of somebody the act spares."""
    who = Person.of(stay.to_domain())
    return act.spares(who.ids, who.role)


def judge_kick_all(act: Act, here: ParticipantsResponse) -> Observation:
    """Judge a kick of everyone by who is there now; who came back counts as still there."""
    if here.call is not None and act.call.session and here.call.later_than(act.call.session):
        return Observation(seen=Seen.DONE, evidence=LATER_RUN)
    left = count_meant(act, here)
    if left:
        return still_there(act, here, f"{left} are in the call: they stayed, or came back.")
    return Observation(seen=Seen.DONE, evidence=f"Nobody is left in the call{act.besides}.")


def still_there(act: Act, here: ParticipantsResponse, evidence: str) -> Observation:
    """NOT_DONE for those of `here` whom the act means; `left` names them where all are listed."""
    ids = dict.fromkeys(stay.user.id for stay in here.participants if not spared(act, stay))
    all_listed = here.total <= len(here.participants)
    left = tuple(ids) if all_listed else None
    return Observation(seen=Seen.NOT_DONE, evidence=evidence, left=left)


def judge_membership(act: Act, *, so: bool) -> Observation:
    """Judge by whether the act's person is on the list of members."""
    wanted = isinstance(act.verb, MemberAdd)
    return verdict(
        so is wanted, *wanted_first("They are a member.", "They are no member.", wanted=wanted)
    )


def judge_deletion(name: str, names: Sequence[str]) -> Observation:
    """Judge by whether the file is still listed."""
    return verdict(name not in names, f"{name} is no longer listed.", f"{name} is still listed.")


def judge_kick(act: Act, here: ParticipantsResponse) -> Observation:
    """Judge by the person's connections: gone, the ones the moderator saw, or newer ones."""
    if not here.participants:
        return Observation(seen=Seen.DONE, evidence="They are no longer in the call.")
    newer = _all_newer(here.participants, act.people[0])
    if newer is None:
        return Observation(
            seen=Seen.UNKNOWABLE,
            evidence="They are in the call; whether they left in between cannot be told.",
        )
    return verdict(newer, "They left the call and came back since.", "They are still in the call.")


def judge_block(act: Act, here: ParticipantsResponse) -> Observation:
    """Judge by the call's list of the blocked, and by whether the person is gone as well."""
    judge_membership = on_blocked_list(act, here.call)
    if judge_membership and here.participants:
        return Observation(seen=Seen.NOT_DONE, evidence="They are blocked, but still in the call.")
    return verdict(
        judge_membership, "They are blocked and not in the call.", "They are not blocked."
    )


def _all_newer(here: Sequence[ParticipantResponse], person: Person) -> bool | None:
    """Whether every connection began after the one the moderator saw; None when unknowable."""
    answers = [_began_later(stay, person) for stay in here]
    if False in answers:
        return False
    return None if None in answers else True


def _began_later(stay: ParticipantResponse, person: Person) -> bool | None:
    if person.presence is not None and stay.user_session_id == person.presence:
        return False
    if person.joined_at is not None and stay.joined_at is not None:
        return stay.joined_at > person.joined_at
    return True if person.presence and stay.user_session_id else None


def on_blocked_list(act: Act, call: CallResponse | None) -> bool | None:
    """Whether the act's person is on the call's list of the blocked; None where it is left out."""
    if call is None or call.blocked_user_ids is None:
        return None
    return act.people[0].id in call.blocked_user_ids


BY_PEOPLE: Mapping[str, Callable[[Act, ParticipantsResponse], Observation]] = MappingProxyType(
    {Kick.name: judge_kick, Block.name: judge_block}
)
"""Judged by the connections of the act's person, and the call as it comes with them."""
