"""Every error Callwarden raises on purpose; each says what happened and what to do next.

CallwardenError
├── BadInput                 the words cannot be understood; nothing was done
│   ├── UnknownWord          no such subcommand or option; carries the nearest known ones
│   ├── UnknownCall          no live call answers to that handle or id
│   ├── AmbiguousCall        one handle, two calls
│   ├── UnknownPerson        nobody in the call answers to that name or id
│   ├── AmbiguousPerson      one name, two people
│   ├── WhichRecording       several recordings may be meant, or none that runs
│   ├── UnknownCase          no case has that number
│   ├── UnknownSubscription  no digest has that number
│   └── UnusableChannel      a digest cannot be posted in that channel as it is now
├── NotPermitted             the rules say no; audited
│   ├── Outsider             another workspace, a guest or a bot
│   ├── RoleTooLow           the verb wants a higher role
│   ├── ChannelNotAllowed    this channel may not give orders
│   ├── ProtectedPerson      the target is on the protected list
│   └── Unverified           Slack did not say who the asker is or what role they hold
├── Impossible               the vendor has no such act; carries the nearest one that works
├── NotAccepted              the order could not be written down; nothing was done
├── NotLookedUp              it was not found out in time what an order means; nothing was done
├── MayBeDone                nobody knows any more whether an order was carried out
├── NeedsForm                what is meant has to be confirmed in a form
├── FormTooLate              Slack did not open the form in time
├── NobodyAsked              those who may cannot be asked where that is done
├── KeyReused                one idempotency key, two different orders
├── ClockWrong               this machine's clock is so far off that Slack's requests are refused
├── TooManyRequests          one person asks for more than their budget; nothing was done
├── VendorError              the vendor did not do (or did not say) what was asked
│   ├── VendorUnreachable    nothing was sent
│   │   └── BreakerOpen      not even tried: the vendor failed several times in a row
│   ├── VendorBusy           429: not executed, try again after `retry_after`
│   │   └── NotSent          our own queue for the vendor was too long
│   ├── VendorRefused        a definite 4xx: not executed
│   │   ├── VendorDenied     401 or 403: our credentials
│   │   └── NotAtVendor      404: no such call, person or recording there
│   └── Ambiguous            it may or may not have happened: read back before trying again
│       ├── VendorTimeout    the total deadline passed
│       ├── AnswerLost       the connection broke after the request was sent
│       ├── VendorFault      5xx
│       └── VendorGarbled    an answer that is not what the vendor's document promises
│           └── VendorRedirected 3xx: another address, which is not followed
├── SlackSilent              Slack did not answer who somebody is
├── SocketLost               no connection to Slack came about, again and again
├── ProcessBroken            a part ended that the process cannot do without
├── StoreError
│   ├── OtherRelease         a row that another release made, and that this one cannot read
│   ├── ClaimLost            a case may be somebody else's by now; nothing more is done for it
│   ├── RecordDamaged        the audit log or a case is not what was recorded
│   │   └── ChainBroken      the audit chain does not verify; names the first bad entry
│   ├── InstanceLocked       another process holds this SQLite database
│   ├── DatabaseUnavailable  it does not answer: to wait may help
│   └── DatabaseUnusable     it cannot be used as it is set up: to wait does not help
│       └── NewerDatabase    its tables are of a newer release than this one
└── ConfigError              a setting or callwarden.toml is wrong

What became of a message to Slack is told to the code that sent it, and to nobody else:

DeliveryDeferred             Slack asks to wait, or could not be reached
ChannelUnavailable           its channel takes no message until somebody mends that
DeliveryImpossible           Slack will never take it
└── MessageRefused           for what it is itself, also as plain text
"""

from collections.abc import Sequence
from typing import ClassVar

from bot.errors.base import CallwardenError as CallwardenError
from bot.errors.base import Diagnosis as Diagnosis
from bot.errors.delivery import ChannelUnavailable as ChannelUnavailable
from bot.errors.delivery import DeliveryDeferred as DeliveryDeferred
from bot.errors.delivery import DeliveryImpossible as DeliveryImpossible
from bot.errors.delivery import MessageRefused as MessageRefused
from bot.errors.orders import FormTooLate as FormTooLate
from bot.errors.orders import MayBeDone as MayBeDone
from bot.errors.orders import NeedsForm as NeedsForm
from bot.errors.orders import NobodyAsked as NobodyAsked
from bot.errors.orders import NotLookedUp as NotLookedUp
from bot.errors.vendor import Ambiguous as Ambiguous
from bot.errors.vendor import AnswerLost as AnswerLost
from bot.errors.vendor import BreakerOpen as BreakerOpen
from bot.errors.vendor import NotAtVendor as NotAtVendor
from bot.errors.vendor import NotSent as NotSent
from bot.errors.vendor import VendorBusy as VendorBusy
from bot.errors.vendor import VendorDenied as VendorDenied
from bot.errors.vendor import VendorError as VendorError
from bot.errors.vendor import VendorFault as VendorFault
from bot.errors.vendor import VendorGarbled as VendorGarbled
from bot.errors.vendor import VendorRedirected as VendorRedirected
from bot.errors.vendor import VendorRefused as VendorRefused
from bot.errors.vendor import VendorTimeout as VendorTimeout
from bot.errors.vendor import VendorUnreachable as VendorUnreachable


class BadInput(CallwardenError):
    """The words cannot be understood. Nothing was done and nothing is recorded."""

    default_next_step = "Type `help` after the command to see the commands."


class UnknownWord(BadInput):
    """A subcommand or option nobody knows; `nearest` are the known words that look like it."""

    def __init__(
        self, message: str, *, nearest: Sequence[str] = (), next_step: str | None = None
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.nearest = tuple(nearest)


class UnknownCall(BadInput):
    """No live call answers to that handle or id."""

    default_next_step = "It may have ended. List the live calls to see what is there."


class AmbiguousCall(BadInput):
    """One handle fits two calls; the longer handles are in the message."""


class UnknownPerson(BadInput):
    """Nobody in the call answers to that name or id."""

    default_next_step = "They may have left. Open the call to see who is there now."


class AmbiguousPerson(BadInput):
    """One name fits two people; their ids are in the message."""

    default_next_step = "Use the id instead of the name."


class WhichRecording(BadInput):
    """Several recordings may be meant, or the one that was named does not run."""


class UnknownCase(BadInput):
    """No case has that number."""

    default_next_step = "Look at the audit log (`audit`) for the latest cases."


class UnknownSubscription(BadInput):
    """No digest subscription has that number."""

    default_next_step = "List the subscriptions (`digest list`) to see what is there."


class UnusableChannel(BadInput):
    """A digest cannot be posted in that channel as it is now."""

    default_next_step = "Choose another channel."


class NotPermitted(CallwardenError):
    """The rules say no. Nothing was done; the attempt is audited.

    `holders` are the Slack ids of people (U…, W…) and user groups (S…) who may, under `role`;
    `line` says what to add to callwarden.toml, empty for those whom that does not concern. `ask` is
    the id under which the order is kept, so that the holders can be asked for it; else empty.
    """

    ask: str = ""

    def __init__(
        self,
        message: str,
        *,
        next_step: str | None = None,
        role: str = "",
        holders: Sequence[str] = (),
        line: str = "",
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.role = role
        self.holders = tuple(holders)
        self.line = line


class Outsider(NotPermitted):
    """Someone from another workspace, a guest or a bot."""

    default_next_step = "Ask a full member of this workspace to do it."


class RoleTooLow(NotPermitted):
    """The verb wants a higher role than the asker holds."""


class ChannelNotAllowed(NotPermitted):
    """Orders are not taken in this channel."""


class ProtectedPerson(NotPermitted):
    """The target is on the protected list."""


class Unverified(NotPermitted):
    """Slack did not say who somebody is, or who is in a group: asked again, it may say so."""


class Impossible(CallwardenError):
    """The vendor offers no such act; the next step is the nearest one that works, if any."""


class NotAccepted(CallwardenError):
    """The order could not be written to the database in time, so nothing was done."""

    default_next_step = "Nothing was done. Try again in a moment."


class ClockWrong(CallwardenError):
    """This machine's clock is so far off that what Slack sends is refused."""


class KeyReused(CallwardenError):
    """The same idempotency key came with a different order; the second one is refused."""

    default_next_step = "Nothing was done. Start again from a fresh card."


class TooManyRequests(CallwardenError):
    """Somebody asks for more than their budget; the next step says in how many seconds again.

    Nothing was done, no vendor was asked, and nothing is recorded.
    """


class SlackSilent(CallwardenError):
    """Slack did not answer, or not as documented, who somebody is."""

    default_next_step = "Try again in a moment."

    def __init__(self, message: str, *, diagnosis: Diagnosis | None = None) -> None:
        super().__init__(message)
        self.diagnosis = diagnosis


class SocketLost(CallwardenError):
    """No connection to Slack came about, again and again. Exit code: EX_TEMPFAIL (sysexits.h)."""

    default_next_step = "Start it again; if that does not help, look at the network and at Slack."
    exit_code: ClassVar[int] = 75


class ProcessBroken(CallwardenError):
    """A part ended that the process cannot do without. Exit code: EX_SOFTWARE (sysexits.h)."""

    default_next_step = "Start it again; its log says why it ended."
    exit_code: ClassVar[int] = 70


class StoreError(CallwardenError):
    """The database cannot be used as it is."""


class OtherRelease(StoreError):
    """A row of the database that another release made; `why` says what is not understood in it.

    `why` names fields and what is expected there, never what stands in them.
    """

    default_next_step = "The release that made it can show it and finish it; an admin knows which."

    def __init__(self, message: str, *, why: str = "") -> None:
        super().__init__(message)
        self.why = why


class ClaimLost(StoreError):
    """The lease of a case ran out, or may have: somebody else takes the case up, if need be."""


class RecordDamaged(StoreError):
    """The audit log, or a case, is not what was recorded: somebody changed the database.

    The message has a line for each thing that was found.
    """

    default_next_step = "Someone changed the audit log. Keep the database file and tell an admin."


class ChainBroken(RecordDamaged):
    """The audit chain does not verify; `entry_id` is the first bad entry."""

    def __init__(self, message: str, *, entry_id: int) -> None:
        super().__init__(message)
        self.entry_id = entry_id


class InstanceLocked(StoreError):
    """Another process holds this SQLite database."""

    default_next_step = "Stop the other process, or move to PostgreSQL to run several."


class DatabaseUnavailable(StoreError):
    """The database does not answer, or not now: the same may work later.

    The exit code is EX_TEMPFAIL of sysexits.h.
    """

    default_next_step = "Try again in a moment."
    exit_code: ClassVar[int] = 75


class DatabaseUnusable(StoreError):
    """The database cannot be used as it is set up; somebody has to mend that first.

    The exit code is EX_CONFIG of sysexits.h: to start it again does not help.
    """

    exit_code: ClassVar[int] = 78


class NewerDatabase(DatabaseUnusable):
    """The tables are of a newer release, and this one cannot work with them."""


class ConfigError(CallwardenError):
    """A setting or callwarden.toml is wrong; the message names the key.

    The exit code is EX_CONFIG of sysexits.h: to start it again does not help.
    """

    exit_code: ClassVar[int] = 78
