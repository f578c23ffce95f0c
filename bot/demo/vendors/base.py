"""What the three make-believe vendors have in common: a record of what came, effects and faults."""

import abc
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.clock import Clock
from bot.demo.vendors.faults import Faults
from bot.demo.vendors.past import Past
from bot.demo.vendors.rooms import Room, Visitor

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Handler = Callable[[Request], Awaitable[Response]]


class Effect(NamedTuple):
    """A change of the vendor's state: the verb's name, the call's id, the person.

    For an RTMP output its name stands in place of the person; None where there is neither.
    """

    verb: str
    call: str
    person: str | None = None


class ReceivedRequest(NamedTuple):
    """A request as it arrived."""

    method: str
    path: str
    query: str
    body: bytes


class ApiRefusal(Exception):
    """The vendor says no; `code` is its own number or word, None for its usual one."""

    def __init__(self, status: int, message: str, code: int | str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Body(BaseModel):
    """A request body: types exactly as documented, fields we do not model let through."""

    model_config = ConfigDict(strict=True, extra="ignore")


R = TypeVar("R", bound=Room)
B = TypeVar("B", bound=Body)


async def read(request: Request, body: type[B], *, required: bool = False) -> B:
    """The request's JSON as `body`; ApiRefusal 400 when it is wrong, or missing but `required`."""
    sent = await request.body()
    if required and not sent:
        raise ApiRefusal(400, "failed to read the body: it is missing")
    try:
        return body.model_validate_json(sent or b"{}")
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ApiRefusal(400, f'failed to read the body: "{where}" is not as documented') from error


class VendorServer(abc.ABC, Generic[R]):
    """A vendor that keeps its state in memory and speaks HTTP through `app`.

    `requests` are all that arrived, also the refused; `effects` what really changed through the
    API, in order: a repeated kick of somebody who has gone adds nothing. `past` are calls that were
    over before the server began: none unless it is given some.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.rooms: dict[str, R] = {}
        self.past = Past()
        self.requests: list[ReceivedRequest] = []
        self.effects: list[Effect] = []
        self.faults = Faults(
            clock, lambda status: self.problem(ApiRefusal(status, "this was refused on purpose"))
        )
        self.app = Starlette(
            routes=[self._route(method, path, handler) for method, path, handler in self.routes()],
            middleware=[Middleware(_Edge, seen=self.requests, faults=self.faults)],
            exception_handlers={ApiRefusal: self._refused, HTTPException: self._refused},
        )

    @abc.abstractmethod
    def routes(self) -> list[tuple[str, str, Handler]]:
        """The method, path and handler of every endpoint."""

    @abc.abstractmethod
    def require_credentials(self, request: Request) -> None:
        """ApiRefusal for a request without the credentials of this server."""

    @abc.abstractmethod
    def problem(self, refusal: ApiRefusal) -> Response:
        """The vendor's answer for an error."""

    @abc.abstractmethod
    def open(self, name: str, title: str) -> R:
        """Make a room that nobody is in yet, or return the one there is; the room has its id."""

    @abc.abstractmethod
    def join(self, call: str, visitor: Visitor) -> None:
        """Let somebody enter; raises KeptOut when the vendor does not let them."""

    def add_headers(self, request: Request, response: Response) -> Response:
        """Add the headers the vendor puts on every answer."""
        del request
        return response

    def leave(self, call: str, person: str) -> None:
        """Let somebody go of their own will."""
        self.rooms[call].remove(person, self.clock.now())

    def talk(self, call: str, person: str) -> None:
        """Let somebody speak, unmuted if need be; the others fall silent."""
        for stay in self.rooms[call].here():
            stay.speaking = stay.visitor.id == person
            if stay.speaking:
                stay.tracks.add("audio")

    def mute_self(self, call: str, person: str) -> None:
        """Let somebody turn their own microphone off."""
        self.rooms[call].mute(person, {"audio"})

    def note(self, verb: str, call: str, person: str | None = None) -> None:
        """Write down that the state changed."""
        self.effects.append(Effect(verb, call, person))

    def _route(self, method: str, path: str, handler: Handler) -> Route:
        async def endpoint(request: Request) -> Response:
            self.require_credentials(request)
            return self.add_headers(request, await handler(request))

        return Route(path, endpoint, methods=[method])

    async def _refused(self, request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            error = ApiRefusal(error.status_code, error.detail)
        if not isinstance(error, ApiRefusal):
            raise error
        return self.add_headers(request, self.problem(error))


class _Edge:
    """Writes every request down, then lets the faults at it."""

    def __init__(self, app: ASGIApp, seen: list[ReceivedRequest], faults: Faults) -> None:
        self._app = app
        self._seen = seen
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        path = scope["path"]
        self._seen.append(
            ReceivedRequest(scope["method"], path, scope["query_string"].decode(), body)
        )
        app = self._faults.around(self._app, path)
        await app(scope, _replay(body, receive), send)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once more and then goes on as before."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return pending.pop() if pending else await receive()

    return again


def nanoseconds(moment: datetime) -> int:
    """The moment as Unix nanoseconds, exactly."""
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000


def seconds(moment: datetime) -> int:
    """The moment as Unix seconds."""
    return (moment - EPOCH) // timedelta(seconds=1)


def iso(moment: datetime) -> str:
    """The moment in ISO 8601, UTC with milliseconds, as `2026-11-21T10:00:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
