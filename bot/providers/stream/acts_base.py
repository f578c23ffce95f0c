"""The base of Stream Video's acts: sending them, in whose name, and the receipt for a yes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from bot.calls.acts import Act
from bot.calls.models import RtmpTarget
from bot.calls.outcomes import Receipt, Recipient
from bot.calls.verbs import Verb
from bot.clock import Clock
from bot.errors import Ambiguous, VendorBusy, VendorRefused, VendorUnreachable
from bot.providers.http.answers import VendorAnswer
from bot.providers.http.client import HttpClient
from bot.providers.http.decode import read
from bot.providers.http.retry import Idempotency
from bot.providers.stream.acts_prepare import COUNT_ALL, LockRule, StreamPreparation
from bot.providers.stream.models import ActResponse
from bot.providers.stream.observe_people import require_no_later
from bot.providers.stream.queries import StreamQueries, call_path

V = TypeVar("V", bound=Verb)


class StreamActsBase:
    """Sends acts to one app, in the name of its user `moderator_id` where that is set.

    Each method raises `VendorError`.
    """

    def __init__(
        self,
        http: HttpClient,
        clock: Clock,
        rtmp_targets: Mapping[str, RtmpTarget],
        moderator_id: str | None,
        lock: LockRule = COUNT_ALL,
    ) -> None:
        self.http = http
        self.clock = clock
        self.queries = StreamQueries(http)
        self.preparation = StreamPreparation(self.queries, lock)
        self.targets = rtmp_targets
        self.moderator = moderator_id

    async def send(self, act: Act, step: str, body: dict[str, Any] | None = None) -> Receipt:
        """POST one `step` below the call's path, and return the receipt for the vendor's yes."""
        return accepted(act, await self.post(act, step, body))

    async def post(self, act: Act, step: str, body: dict[str, Any] | None = None) -> VendorAnswer:
        """POST one `step` below the call's path and return the answer, as a part of an act."""
        kind = Idempotency.REPEATABLE if act.verb.repeatable else Idempotency.ONCE
        answer = await self.http.send(kind, "POST", f"{call_path(act.call.id)}/{step}", json=body)
        read(self.http, ActResponse, answer)
        return answer

    async def change(self, act: Act, settings: dict[str, Any]) -> VendorAnswer:
        """PATCH settings of the call and return the answer; settings not named stay as they are."""
        body = {"settings_override": settings}
        answer = await self.http.send(
            Idempotency.REPEATABLE, "PATCH", call_path(act.call.id), json=body
        )
        read(self.http, ActResponse, answer)
        return answer

    def signed(self, field: str) -> dict[str, str]:
        """The part of a body that names the moderator in this field; empty where there is none."""
        return {field: self.moderator} if self.moderator else {}

    async def require_same_run(self, act: Act) -> None:
        """Raise NotAtVendor when another run is on than the moderator saw: spare its people."""
        if act.call.session is not None:
            require_no_later(act, await self.queries.call(act.call.id))


def accepted(
    act: Act,
    answer: VendorAnswer | None,
    words: str = "",
    *,
    people: Sequence[Recipient] = (),
    unlisted: int = 0,
    missed: int = 0,
) -> Receipt:
    """The receipt for a vendor's yes; `words` say more than that it was accepted."""
    return Receipt(
        evidence=f"Stream Video accepted “{act.verb.label}”{words}.",
        request_id=answer.request_id if answer else None,
        people=tuple(people),
        unlisted=unlisted,
        missed=missed,
    )


@contextmanager
def half_done(done: str) -> Iterator[None]:
    """For a later step of an act: an error says what is `done` already, never that nothing was.

    VendorRefused stays one. Where the step was not executed for another reason, Ambiguous is
    raised.
    """
    try:
        yield
    except VendorRefused as no:
        raise VendorRefused(
            f"{done} {no}",
            vendor=no.vendor,
            status=no.status,
            code=no.code,
            request_id=no.request_id,
            next_step="Try again, or undo what was done.",
        ) from no
    except (VendorBusy, VendorUnreachable) as later:
        raise Ambiguous(f"{done} {later}", vendor=later.vendor) from later


def expect(act: Act, kind: type[V]) -> V:
    """The act's verb, typed as the `kind` its method was chosen for; raises TypeError otherwise."""
    if not isinstance(act.verb, kind):
        raise TypeError(act.verb.name)
    return act.verb
