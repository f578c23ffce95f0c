"""CometChat: its call API can only be read, so every verb is impossible and says why."""

from types import MappingProxyType
from urllib.parse import quote

import httpx
from pydantic import BaseModel, Field, SecretStr, ValidationError

from bot.calls.acts import Act
from bot.calls.capabilities import cannot, complete
from bot.calls.looks import LOOKS, Sightings
from bot.calls.models import Call, CallRef, Page, Participant, RecordingState, Vendor
from bot.calls.outcomes import Observation, Receipt, Seen
from bot.calls.verbs import VERBS
from bot.clock import Clock
from bot.errors import Impossible
from bot.providers.decode import Moment, read
from bot.providers.http import Deadlines, Kind, Problem, Transport, Wire
from bot.providers.looks import Blind, all_looks

_WHY = "CometChat's call API can only be read; only the app's own client can act in a call."
_RATE = 8.0
"""Requests a second: the smallest plan allows 500 a minute."""


class _Person(BaseModel):
    uid: str
    is_joined: bool | None = Field(None, alias="isJoined")
    state: str | None = None
    joined_at: Moment = Field(None, alias="joinedAt")
    left_at: Moment = Field(None, alias="leftAt")

    @property
    def here(self) -> bool:
        """Connected now: the invited who never came are listed too."""
        return bool(self.is_joined) and self.state == "ongoing" and self.left_at is None


class _Call(BaseModel):
    session: str = Field(alias="sessionId")
    status: str | None = None
    kind: str | None = Field(None, alias="type")
    receiver: str | None = None
    started_at: Moment = Field(None, alias="startedAt")
    ended_at: Moment = Field(None, alias="endedAt")
    participants: list[_Person] | None = None

    def here(self) -> dict[str, _Person]:
        """Who is connected, once each: a second device is the same person."""
        return {person.uid: person for person in self.participants or () if person.here}


class _Pagination(BaseModel):
    total: int | None = None
    current_page: int | None = None
    total_pages: int | None = None


class _Meta(BaseModel):
    pagination: _Pagination | None = None


class _One(BaseModel):
    data: _Call


class _Many(BaseModel):
    data: list[_Call]
    meta: _Meta | None = None


class _Error(BaseModel):
    code: str | None = None
    message: str | None = None


class _Refusal(BaseModel):
    error: _Error


def problem(body: bytes) -> Problem:
    """CometChat's error body: `{"error": {"code", "message"}}`, the code a word."""
    try:
        error = _Refusal.model_validate_json(body).error
    except ValidationError:
        return Problem(None, "")
    return Problem(error.code, error.message or "")


_NOT_READ = "Callwarden does not read it yet."


class CometChatProvider(Blind):
    """CometChat behind `CallProvider`: reads only."""

    vendor = Vendor.COMETCHAT
    looks = all_looks(**dict.fromkeys(LOOKS, _NOT_READ))
    capabilities = complete(MappingProxyType(dict.fromkeys(VERBS, cannot(_WHY))))

    def __init__(self, http: Transport) -> None:
        self.http = http

    async def list_live(self, *, limit: int, cursor: str | None = None) -> Page[Call]:
        """One page of ongoing calls; the cursor is a page number."""
        number = int(cursor or 1)
        answer = await self.http.send(
            Kind.READ,
            "GET",
            "/calls",
            params={"status": "ongoing", "page": number, "perPage": limit},
        )
        many = read(self.http, _Many, answer)
        pages = (many.meta and many.meta.pagination) or _Pagination()
        more = bool(many.data) and (pages.total_pages or 0) > (pages.current_page or number)
        live = tuple(_call(one) for one in many.data if one.status == "ongoing")
        return Page(items=live, next=str(number + 1) if more else None, total=pages.total)

    async def get(self, call_id: str) -> Call:
        """One call by its session id; NotAtVendor when there is none."""
        return _call(await self._get(call_id))

    async def participants(
        self, call: CallRef, *, limit: int, cursor: str | None = None
    ) -> Page[Participant]:
        """Who is connected now; CometChat tells all at once, so the cursor is an offset."""
        here = list((await self._get(call.id)).here().values())
        start = int(cursor or 0)
        end = start + limit
        people = tuple(
            Participant(id=person.uid, joined_at=person.joined_at) for person in here[start:end]
        )
        return Page(items=people, next=str(end) if end < len(here) else None, total=len(here))

    async def perform(self, act: Act) -> Receipt:
        """Always Impossible, with the reason."""
        raise Impossible(f"{act.verb.label} is not possible. {_WHY}")

    async def observe(self, act: Act) -> Observation:
        """Always unknowable: nothing was asked of CometChat."""
        return Observation(
            seen=Seen.UNKNOWABLE, evidence=f"{act.verb.label} cannot be read from CometChat"
        )

    async def find(self, words: str) -> Sightings:
        """See `CallProvider.find`."""
        raise Impossible(words)

    async def probe(self) -> str:
        """See `CallProvider.probe`."""
        await self.list_live(limit=1)
        return "Calls can be listed."

    async def aclose(self) -> None:
        """Close the connection pool."""
        await self.http.aclose()

    async def _get(self, call_id: str) -> _Call:
        answer = await self.http.send(Kind.READ, "GET", f"/calls/{quote(call_id, safe='')}")
        return read(self.http, _One, answer).data


def _call(one: _Call) -> Call:
    return Call(
        ref=CallRef(vendor=Vendor.COMETCHAT, id=one.session, session=one.session),
        title=one.receiver or one.session,
        people=len(one.here()),
        started_at=one.started_at,
        ended_at=one.ended_at,
        recording=RecordingState.UNKNOWN,
        kind=one.kind,
    )


def cometchat(
    *,
    api_key: SecretStr,
    base_url: str,
    clock: Clock,
    deadlines: Deadlines | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> CometChatProvider:
    """A client for the call API; `base_url` includes `/v3`."""
    key = api_key.get_secret_value()
    wire = Wire(Vendor.COMETCHAT, base_url, _RATE, problem, headers={"apikey": key}, secrets=(key,))
    return CometChatProvider(Transport(wire, clock, deadlines=deadlines, transport=transport))
