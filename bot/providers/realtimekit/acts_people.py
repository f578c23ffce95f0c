"""RealtimeKit's acts on people: kick, mute, block, change a preset."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from bot.calls.acts import Act
from bot.calls.capabilities import Enforcement, Reach, can
from bot.calls.models import CallRef, Vendor
from bot.calls.outcomes import Receipt, Recipient
from bot.calls.verbs import Block, Kick, MemberRemove, Mute, Preset, Silence
from bot.errors import Impossible, NotAtVendor
from bot.providers.http.answers import VendorAnswer
from bot.providers.http.client import HttpClient
from bot.providers.http.decode import read
from bot.providers.http.retry import Idempotency
from bot.providers.realtimekit.models import (
    KickAllResponse,
    SessionParticipant,
    SuccessResponse,
    is_spared,
)
from bot.providers.realtimekit.queries import RealtimeKitQueries, meeting_path
from bot.providers.realtimekit.queries_meetings import (
    EnrolledPerson,
    MeetingQueries,
    participant_path,
)
from bot.providers.realtimekit.unsupported_mute import MuteSupport, Operation, missing_words

_MUTE_IS_UNSEEN = "RealtimeKit does not report who is muted, so the result cannot be checked."
_SILENCE_IS_UNSEEN = (
    "It mutes everyone or nobody. RealtimeKit does not report who is muted, "
    "and nothing from here lifts it."
)
_MAY_RETURN = (
    "They can join again with the token they have. "
    "Kicking everyone ends the session and stops its recordings."
)
_KEPT_OUT = (
    "They are removed and deleted from the meeting. "
    "They cannot join again unless your backend gives them a new token."
)
RECORDINGS_STOP = "The session ends and every recording of it stops, RTMP outputs too."
_PRESET_IS_UNSURE = "Whether it holds before they join again is not documented."
_STILL_IN = (
    "It removes nobody from the call. "
    "Once they leave, they cannot join again unless your backend gives them a new token."
)
_AUDIO = {"tracks": ("audio",)}


class RealtimeKitPeopleActs:
    """A method for each verb aimed at people; each reads first what its request has to say."""

    def __init__(
        self,
        http: HttpClient,
        queries: RealtimeKitQueries,
        meetings: MeetingQueries,
        mutes: MuteSupport,
    ) -> None:
        self._mutes = mutes
        self._http = http
        self._queries = queries
        self._meetings = meetings

    @can(Mute, level=Enforcement.BEST_EFFORT, why=_MUTE_IS_UNSEEN, instead=Kick, only=_AUDIO)
    async def _mute(self, act: Act) -> Receipt:
        if act.everyone and not act.selective:
            return await self._mute_all(act, allow_unmute=True)
        rest = await self._present_but_spared(act) if act.everyone else []
        if act.everyone and not rest:
            return Receipt.of_nobody(spared=True)
        people = _body_for_many(rest) if act.everyone else _body_for_one(act)
        done_words = "muted the others" if act.everyone else "muted them"
        try:
            done = await self._act_on_people(
                Idempotency.REPEATABLE, act, Operation.NAMED, people, done_words
            )
        except NotAtVendor as error:
            await self._require_operation(act, Operation.NAMED, people, error)
            raise
        return done.model_copy(update={"people": _recipients(rest)})

    @can(
        Silence,
        level=Enforcement.BEST_EFFORT,
        why=_SILENCE_IS_UNSEEN,
        instead=Kick,
        only=_AUDIO,
        aims=Reach.EVERYONE,
    )
    async def _silence(self, act: Act) -> Receipt:
        """Impossible where somebody is to be spared: only muting everyone can forbid unmuting."""
        if act.selective:
            raise Impossible(
                "RealtimeKit silences everyone or nobody: it cannot spare anyone.",
                next_step="Mute everyone but them: they can turn it on again.",
            )
        return await self._mute_all(act, allow_unmute=False)

    async def _mute_all(self, act: Act, *, allow_unmute: bool) -> Receipt:
        if not (there := await self._present_in_run(act)):
            return Receipt.of_nobody(spared=False)
        path = f"{meeting_path(act.call.id)}/active-session/{Operation.EVERYONE}"
        body = {"allow_unmute": allow_unmute}
        try:
            done = await self._send_act(
                Idempotency.REPEATABLE, "POST", path, body, "muted everyone"
            )
        except NotAtVendor as error:
            await self._require_operation(act, Operation.EVERYONE, None, error)
            raise
        return done.model_copy(update={"people": _recipients(there)})

    async def _require_operation(
        self,
        act: Act,
        operation: Operation,
        people: Mapping[str, list[str]] | None,
        error: NotAtVendor,
    ) -> None:
        """Impossible when a 404 can only mean that the account has no such operation.

        A 404 also says that no session runs or that nobody of these is in it, and no document tells
        them apart; so both are looked up. What was missed is remembered.
        """
        session = await self._queries.active(act.call.id)
        if people is not None:
            wanted = {id_ for ids in people.values() for id_ in ids}
            here = await self._queries.present(session.id)
            if not any(wanted & {stay.user_id, stay.custom_id} for stay in here):
                return
        self._mutes.mark_missing(operation)
        raise Impossible(
            f"{act.verb.label} is not available. {missing_words(operation)}",
            next_step="Nothing was done. Kick removes somebody from the call.",
        ) from error

    @can(Kick, why=_MAY_RETURN, also=RECORDINGS_STOP)
    async def _kick(self, act: Act) -> Receipt:
        if not act.everyone:
            return await self._act_on_people(
                Idempotency.ONCE, act, "kick", _body_for_one(act), "removed them"
            )
        if act.selective:
            if not (rest := await self._present_but_spared(act)):
                return Receipt.of_nobody(spared=True)
            done = await self._act_on_people(
                Idempotency.ONCE, act, "kick", _body_for_many(rest), "removed the others"
            )
            return done.model_copy(update={"people": _recipients(rest)})
        if not (present := await self._present_in_run(act)):
            return Receipt.of_nobody(spared=False)
        there = _recipients(present)
        answer = await self._kick_all(act)
        count = read(self._http, KickAllResponse, answer).count
        return Receipt(
            evidence="RealtimeKit removed everyone.",
            request_id=answer.request_id,
            people=there,
            unlisted=max((count or 0) - len(there), 0),
        )

    async def _kick_all(self, act: Act) -> VendorAnswer:
        """Sent once, so that nobody who came back is removed by a late repetition."""
        path = f"{meeting_path(act.call.id)}/active-session/kick-all"
        return await self._http.send(Idempotency.ONCE, "POST", path)

    @can(Block, why=_KEPT_OUT)
    async def _block(self, act: Act) -> Receipt:
        """Kick, then delete the enrolment; NotAtVendor only where neither was there."""
        enrolled = await self._meetings.enrolment(act.call.id, act.people[0])
        try:
            removed = await self._act_on_people(
                Idempotency.REPEATABLE, act, "kick", _body_for_one(act), "removed them"
            )
        except NotAtVendor:
            if enrolled is None:
                raise
            return await self._delist(act.call, enrolled)
        if enrolled is None:
            return removed
        return await self._delist(act.call, enrolled)

    @can(Preset, level=Enforcement.BEST_EFFORT, why=_PRESET_IS_UNSURE)
    async def _preset(self, act: Act) -> Receipt:
        """The answer holds a token, which is not read."""
        if not isinstance(act.verb, Preset):
            raise TypeError(act.verb.name)
        enrolled = await self._enrolment(act)
        path = participant_path(act.call.id, enrolled.id)
        body = {"preset_name": act.verb.preset}
        return await self._send_act(
            Idempotency.REPEATABLE, "PATCH", path, body, "changed their preset"
        )

    @can(MemberRemove, why=_STILL_IN)
    async def _member_remove(self, act: Act) -> Receipt:
        return await self._delist(act.call, await self._enrolment(act))

    async def _enrolment(self, act: Act) -> EnrolledPerson:
        enrolled = await self._meetings.enrolment(act.call.id, act.people[0])
        if enrolled is None:
            raise not_at_vendor(f"{act.people[0].shown} is not on this meeting's list.")
        return enrolled

    async def _delist(self, call: CallRef, enrolled: EnrolledPerson) -> Receipt:
        path = participant_path(call.id, enrolled.id)
        done_words = "took them off the meeting's list"
        return await self._send_act(Idempotency.REPEATABLE, "DELETE", path, None, done_words)

    async def _present_but_spared(self, act: Act) -> list[SessionParticipant]:
        """Everybody who is there now but the spared; who has no id cannot be acted on."""
        return [
            person
            for person in await self._present_in_run(act)
            if person.person and not is_spared(act, person)
        ]

    async def _present_in_run(self, act: Act) -> list[SessionParticipant]:
        """Everybody who is there now, in the run the moderator saw."""
        await self._require_same_run(act.call)
        return await self._queries.present(await self._queries.session_of(act.call))

    async def _act_on_people(
        self, kind: Idempotency, act: Act, what: str, people: dict[str, list[str]], done_words: str
    ) -> Receipt:
        path = f"{meeting_path(act.call.id)}/active-session/{what}"
        return await self._send_act(kind, "POST", path, people, done_words)

    async def _require_same_run(self, call: CallRef) -> None:
        """NotAtVendor when another session runs now than the one the moderator saw."""
        if call.session is not None and (await self._queries.active(call.id)).id != call.session:
            raise not_at_vendor("That session is over; another one has begun in the same room.")

    async def _send_act(
        self,
        kind: Idempotency,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        done_words: str,
    ) -> Receipt:
        answer = await self._http.send(kind, method, path, json=body)
        read(self._http, SuccessResponse, answer)
        return Receipt(evidence=f"RealtimeKit {done_words}.", request_id=answer.request_id)


def _body_for_one(act: Act) -> dict[str, list[str]]:
    """Both lists, since both are required: `user_id`, or the app's own id where that is missing."""
    person = act.people[0]
    if person.id == person.custom_id:
        return {"participant_ids": [], "custom_participant_ids": [person.id]}
    return {"participant_ids": [person.id], "custom_participant_ids": []}


def _body_for_many(stays: Iterable[SessionParticipant]) -> dict[str, list[str]]:
    """The two lists for many people, each person once."""
    known = dict.fromkeys(stay.user_id for stay in stays if stay.user_id)
    others = dict.fromkeys(stay.person for stay in stays if not stay.user_id)
    return {"participant_ids": list(known), "custom_participant_ids": list(others)}


def _recipients(stays: Iterable[SessionParticipant]) -> tuple[Recipient, ...]:
    """The people of these connections, each once; a connection without any id is nobody's."""
    people = {
        stay.person: Recipient(id=stay.person, name=stay.name, presence=stay.peer)
        for stay in stays
        if stay.person
    }
    return tuple(people.values())


def not_at_vendor(message: str) -> NotAtVendor:
    """An error for what is not there, found out before anything was sent; it is not raised here."""
    return NotAtVendor(message, vendor=Vendor.REALTIMEKIT, status=HTTPStatus.NOT_FOUND)
