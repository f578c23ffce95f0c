"""What the bot asks of the outside, as protocols: vendors, the database, Slack."""

from bot.calls.actors import Member, Place
from bot.calls.audit_filter import AuditQuery
from bot.ports.providers import CallProvider, Signatures, UsageSource, VendorClient
from bot.ports.slack import (
    AskPoster,
    ChannelUnavailable,
    DigestPoster,
    Directory,
    MessageRefused,
    NoticeLater,
    NoticeLost,
    Notifier,
)
from bot.ports.stores import AskStore, AuditChain, DigestStore, LookupStore, Store, UsageStore

__all__ = [
    "AskPoster",
    "AskStore",
    "AuditChain",
    "AuditQuery",
    "CallProvider",
    "ChannelUnavailable",
    "DigestPoster",
    "DigestStore",
    "Directory",
    "LookupStore",
    "Member",
    "MessageRefused",
    "NoticeLater",
    "NoticeLost",
    "Notifier",
    "Place",
    "Signatures",
    "Store",
    "UsageSource",
    "UsageStore",
    "VendorClient",
]
