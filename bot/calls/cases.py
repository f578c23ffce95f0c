"""Orders, and the cases they become: numbered acts with reason, requester, outcome and inverse."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pydantic import Field

from bot.calls.actors import Actor, Reader
from bot.calls.acts import Act, Person
from bot.calls.asks import Ask
from bot.calls.models import CallRef, Frozen
from bot.calls.outcomes import Progress, Result, State
from bot.calls.verbs import Verb

ANSWERABLE = timedelta(minutes=30)
"""How long Slack takes answers at a response_url, for private answers.

https://docs.slack.dev/interactivity/handling-user-interaction
"""


class Manner(StrEnum):
    """How the private answer to an order is shown."""

    NEW = "new"
    """A message of its own: nothing that answers a command can be replaced later."""
    IN_PLACE = "in_place"
    """In the place of the private message whose button was pressed."""
    CARD = "card"
    """The call's card that was pressed, drawn anew."""


class Order(Frozen):
    """What a moderator asks for, before it is a case.

    `key` makes it exactly-once: the same key is the same order however often it is delivered.
    `channel` is where it was asked, `reply_url` Slack's response_url for the private answer;
    `card` says that the answer redraws the card it came from, `in_place` that it takes the place of
    the message that was pressed. `trace` is the id of the request on log lines; it is no part of
    what is asked. `press` is a second key, of a press whose order has one that counts tries: that
    press delivered again is the same order. `words` are what was typed: delivered again, they are
    the same order whoever they would mean by then. Neither is written down with the case.
    """

    key: str
    act: Act
    actor: Actor
    reason: str = ""
    channel: str | None = None
    reply_url: str | None = Field(None, repr=False)
    card: bool = False
    in_place: bool = False
    trace: str = ""
    press: str = Field("", exclude=True)
    words: str = Field("", exclude=True, repr=False)

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys under which a redelivery of it is recognised."""
        return (self.key, self.press) if self.press else (self.key,)

    @property
    def manner(self) -> Manner:
        """How the private answer to it is shown."""
        if self.card:
            return Manner.CARD
        return Manner.IN_PLACE if self.in_place else Manner.NEW

    def fingerprint(self) -> str:
        """A hash of what is asked: two deliveries of one key must agree on it."""
        meant = self.words or f"{self.act.subject}\n{self.reason}"
        asked = f"{self.actor.user}\n{meant}"
        return hashlib.sha256(asked.encode()).hexdigest()


ASKED, OUTCOME = 1, 2
"""The versions of a case: as it was asked, and as it ended. A notice counts what it has shown."""


class Case(Frozen):
    """A numbered act. Times are UTC; `attempt` counts how often it was taken up.

    `progress` is how far it is while it is open, where that takes long enough to be told.
    `restored`: it was open in a backup that was restored since, and may have been done meanwhile.
    """

    number: int
    act: Act
    actor: Actor
    reason: str = ""
    state: State = State.ASKED
    attempt: int = 0
    asked_at: datetime
    finished_at: datetime | None = None
    results: tuple[Result, ...] = ()
    channel: str | None = None
    reply_url: str | None = Field(None, repr=False)
    trace: str = ""
    progress: Progress | None = None
    restored: bool = False

    @property
    def begun(self) -> bool:
        """Whether an earlier attempt, or one before a restored backup, may have acted already."""
        return self.attempt > 1 or self.restored

    @property
    def version(self) -> int:
        """The version of the case for notices: ASKED while it is open, then OUTCOME."""
        return ASKED if self.state.open else OUTCOME

    @property
    def inverse(self) -> Verb | None:
        """The verb that would take the act back; None when nothing does, or nothing was done."""
        return None if self.state is State.ALREADY else self.act.verb.inverse()

    @property
    def undo(self) -> Act | None:
        """The act that takes back what is confirmed of this case; None where no verb does."""
        verb, act = self.inverse, self.act
        if verb is None or self.state not in {State.CONFIRMED, State.PARTLY}:
            return None
        done = {result.person for result in self.results if result.state is State.CONFIRMED}
        people = tuple(person for person in act.people if person.id in done)
        if bool(act.people) != bool(people) or (act.everyone and not verb.everyone):
            return None
        return act.model_copy(update={"verb": verb, "people": people})

    @property
    def unsettled(self) -> Act:
        """The act aimed only at those for whom it is not settled; the whole act when that is all.

        An act on everyone becomes one on those it did not reach, by id, where they are known.
        """
        if self.act.everyone:
            return self._rest()
        settled = {result.person for result in self.results if result.state.settled}
        left = tuple(person for person in self.act.people if person.id not in settled)
        return self.act.model_copy(update={"people": left}) if left else self.act

    def _rest(self) -> Act:
        """Whom an act on everyone did not reach; while some are unknown, all but whom it did."""
        done = _people(result for result in self.results if result.state.settled)
        left = _people(result for result in self.results if not result.state.settled)
        if not done:
            return self.act
        if not left or any(result.person is None for result in self.results):
            return self.act.model_copy(update={"spared": (*self.act.spared, *done)})
        named = {"people": left, "everyone": False, "spared": (), "present": None}
        return self.act.model_copy(update=named)

    @property
    def reached(self) -> tuple[int, int] | None:
        """For how many people an act on everyone is settled, and out of how many.

        None where the outcome does not list them.
        """
        if not self.act.everyone:
            return None
        counts = [
            (result.count or 1, result.state.settled)
            for result in self.results
            if result.person is not None or result.count is not None
        ]
        if not counts:
            return None
        return sum(many for many, done in counts if done), sum(many for many, _ in counts)


def _people(results: Iterable[Result]) -> tuple[Person, ...]:
    """Those of them whose id is known."""
    return tuple(
        Person(id=result.person, name=result.name, presence=result.presence)
        for result in results
        if result.person is not None
    )


class AcceptResult(StrEnum):
    """What accepting an order led to."""

    NEW = "new"
    REPEATED = "repeated"
    """The same order was delivered before: the same case."""
    JOINED = "joined"
    """Somebody else's equal order is under way: one case for both."""


class Acceptance(Frozen):
    """The case of an accepted order as it is in the database, and how the order got to it."""

    case: Case
    how: AcceptResult


class Claim(Frozen):
    """A case leased to one worker; finishing it with an old `token` changes nothing.

    `waited` is how long ago the order was accepted, whatever clocks were set to since.
    """

    case: Case
    token: str
    waited: timedelta = timedelta(0)


class Event(StrEnum):
    """What an audit entry says happened."""

    REQUESTED = "requested"
    JOINED = "joined"
    REFUSED = "refused"
    REFERRED = "referred"
    """Those who may give an order were asked for it by somebody who may not."""
    OUTCOME = "outcome"
    DISCLOSED = "disclosed"
    """Somebody was handed links to what was recorded."""
    SUBSCRIBED = "subscribed"
    """Somebody set up a digest; the next five are what else was asked of one."""
    CHANGED = "changed"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"
    SENT = "sent"
    DAMAGED = "damaged"
    """Never recorded: the entry cannot be read, or was changed. See `bot.calls.cases`."""
    RESTORED = "restored"
    """The database was restored from a backup, or that was noticed: nobody's act."""
    NEWER = "newer"
    """Never recorded: this release does not know what a newer one recorded."""


class AuditEntry(Frozen):
    """One entry of the audit log, read from the exact bytes that are hashed.

    `reached` are the people an outcome of an act on everyone has a result for; `times` is how many
    refused requests the entry stands for, where they are not recorded one by one.
    """

    id: int
    at: datetime
    event: Event
    case: int | None = None
    actor: Actor | None = None
    verb: str | None = None
    vendor: str | None = None
    call: str | None = None
    title: str | None = None
    people: tuple[str, ...] = ()
    reached: tuple[str, ...] = ()
    reason: str = ""
    state: State | None = None
    detail: str = ""
    times: int | None = None


class Refusal(Frozen):
    """An attempt that was not permitted, for the audit; redelivered, it has the same `key`.

    `ask` is the order, if those who may give it can be asked to. `outsider` says that the asker may
    not even look: of their attempts the first is recorded, and the others are counted.
    """

    key: str
    actor: Actor
    act: Act | None = None
    words: str = ""
    why: str
    ask: Ask | None = None
    outsider: bool = False


class Disclosure(Frozen):
    """That links were shown to somebody, for the audit: of what and how many, never the links."""

    key: str
    actor: Actor
    call: CallRef
    title: str
    detail: str


class DigestNote(Frozen):
    """A request about a digest, for the audit; redelivered, it has the same `key`."""

    key: str
    event: Event
    actor: Actor
    detail: str


class NoticeKind(StrEnum):
    """The kind of place in Slack where a case is shown."""

    LINE = "line"
    """The moderation channel: one message a case, edited as it goes on."""
    ANSWER = "answer"
    """The asker's private answer, by response_url: best effort.

    A message of its own is due with the outcome, or two seconds after the order while that is not
    there; a card shows at once that the case is in progress.
    """


class Notice(Frozen):
    """A message that a case owes: some place in Slack does not show its newest state yet.

    `key` names the place and is unique; `posted` is the message's timestamp once it exists;
    `attempt` 1 is the first try; `version` grows with the case, so the newest state wins. Of an
    answer, `manner` is how it is shown, `joined` says that somebody else had asked before, and
    `reader` is who reads it, None where that was not written down.
    """

    key: str
    kind: NoticeKind
    case: int
    version: int
    place: str = Field(repr=False)
    posted: str | None = None
    attempt: int = 1
    token: str = ""
    manner: Manner = Manner.NEW
    joined: bool = False
    reader: Reader | None = None

    def of(self, case: Case) -> "Notice":
        """The notice with this newer `case`: it may have ended since the notice fell due."""
        return self.model_copy(update={"version": max(self.version, case.version)})


UNDATED = datetime(1, 1, 1, tzinfo=UTC)
"""The moment of an entry whose own is not legible."""


class DamagedEntry(AuditEntry):
    """An entry that was changed or cannot be read, as far as it is legible: its event is DAMAGED.

    `detail` is a sentence that says what is wrong; `text` the bytes as far as they are text. Where
    nothing is wrong, but a newer release wrote it and this one does not know its kind, the event is
    NEWER.
    """

    text: str = ""
