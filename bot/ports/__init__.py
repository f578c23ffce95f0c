"""What the bot asks of the outside, as protocols: vendors, the database, Slack."""

from bot.calls.actors import Member, Place
from bot.calls.audit_filter import AuditQuery
from bot.ports.audit import AuditChain
from bot.ports.digests import DigestStore, UsageStore
from bot.ports.providers import CallProvider, Signatures, UsageSource, VendorClient
from bot.ports.slack import (
    AskPoster,
    DigestPoster,
    Directory,
    Notifier,
)
from bot.ports.stores import AskStore, LookupStore, Store

__all__ = [
    "AskPoster",
    "AskStore",
    "AuditChain",
    "AuditQuery",
    "CallProvider",
    "DigestPoster",
    "DigestStore",
    "Directory",
    "LookupStore",
    "Member",
    "Notifier",
    "Place",
    "Signatures",
    "Store",
    "UsageSource",
    "UsageStore",
    "VendorClient",
]
