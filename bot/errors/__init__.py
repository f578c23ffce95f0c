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
├── NobodyAsked              those who may do it cannot be asked for it
├── Impossible               the vendor has no such act; carries the nearest one that works
├── NotAccepted              the order could not be written down; nothing was done
├── KeyReused                one idempotency key, two different orders
├── NotLookedUp              it was not found out in time what an order means
├── MayBeDone                nobody knows any more whether an order was carried out
├── NeedsForm                what is meant has to be confirmed in a form
├── FormTooLate              Slack takes no form any more for that press
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

The others are for the code that called, and are shown to nobody. Of a message to Slack:

DeliveryDeferred             Slack asks to wait, or could not be reached
ChannelUnavailable           its channel takes no message until somebody mends that
DeliveryImpossible           Slack will never take it
└── MessageRefused           for what it is itself, also as plain text

Of what comes over a connection, and of forms:

Disconnected                 no connection to Slack came about, or it broke
Rejected                     a request is not taken; carries the HTTP status
BodyUnreadable               a body cannot be decoded, or is too large
PayloadUnreadable            a request of Slack's is not what Slack documents
FieldError                   a field of a form cannot be as it is; carries what is wrong
FieldsMissing                a form was sent before it was drawn with all its fields

Of the thread that writes to the database:

CommitUnknown                COMMIT was sent, and nobody knows whether it took effect
CallFailed                   a call raised what was not expected; the log has it
WriterHung                   a call to the database does not come back
"""

from bot.errors.base import CallwardenError as CallwardenError
from bot.errors.base import Diagnosis as Diagnosis
from bot.errors.delivery import ChannelUnavailable as ChannelUnavailable
from bot.errors.delivery import DeliveryDeferred as DeliveryDeferred
from bot.errors.delivery import DeliveryImpossible as DeliveryImpossible
from bot.errors.delivery import MessageRefused as MessageRefused
from bot.errors.input import AmbiguousCall as AmbiguousCall
from bot.errors.input import AmbiguousPerson as AmbiguousPerson
from bot.errors.input import BadInput as BadInput
from bot.errors.input import UnknownCall as UnknownCall
from bot.errors.input import UnknownCase as UnknownCase
from bot.errors.input import UnknownPerson as UnknownPerson
from bot.errors.input import UnknownSubscription as UnknownSubscription
from bot.errors.input import UnknownWord as UnknownWord
from bot.errors.input import UnusableChannel as UnusableChannel
from bot.errors.input import WhichRecording as WhichRecording
from bot.errors.orders import Impossible as Impossible
from bot.errors.orders import KeyReused as KeyReused
from bot.errors.orders import MayBeDone as MayBeDone
from bot.errors.orders import NeedsForm as NeedsForm
from bot.errors.orders import NotAccepted as NotAccepted
from bot.errors.orders import NotLookedUp as NotLookedUp
from bot.errors.orders import TooManyRequests as TooManyRequests
from bot.errors.permission import ChannelNotAllowed as ChannelNotAllowed
from bot.errors.permission import NobodyAsked as NobodyAsked
from bot.errors.permission import NotPermitted as NotPermitted
from bot.errors.permission import Outsider as Outsider
from bot.errors.permission import ProtectedPerson as ProtectedPerson
from bot.errors.permission import RoleTooLow as RoleTooLow
from bot.errors.permission import Unverified as Unverified
from bot.errors.process import ClockWrong as ClockWrong
from bot.errors.process import ConfigError as ConfigError
from bot.errors.process import ProcessBroken as ProcessBroken
from bot.errors.slack import BodyUnreadable as BodyUnreadable
from bot.errors.slack import Disconnected as Disconnected
from bot.errors.slack import FieldError as FieldError
from bot.errors.slack import FieldsMissing as FieldsMissing
from bot.errors.slack import FormTooLate as FormTooLate
from bot.errors.slack import PayloadUnreadable as PayloadUnreadable
from bot.errors.slack import Rejected as Rejected
from bot.errors.slack import SlackSilent as SlackSilent
from bot.errors.slack import SocketLost as SocketLost
from bot.errors.store import CallFailed as CallFailed
from bot.errors.store import ChainBroken as ChainBroken
from bot.errors.store import ClaimLost as ClaimLost
from bot.errors.store import CommitUnknown as CommitUnknown
from bot.errors.store import DatabaseUnavailable as DatabaseUnavailable
from bot.errors.store import DatabaseUnusable as DatabaseUnusable
from bot.errors.store import InstanceLocked as InstanceLocked
from bot.errors.store import NewerDatabase as NewerDatabase
from bot.errors.store import OtherRelease as OtherRelease
from bot.errors.store import RecordDamaged as RecordDamaged
from bot.errors.store import StoreError as StoreError
from bot.errors.store import WriterHung as WriterHung
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
