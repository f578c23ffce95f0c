"""Clients of vendors that answer everything with the same."""

from bot.calls.models import Vendor
from bot.ports import VendorClient
from tests.providers import comets, kits, streams


def answering(vendor: Vendor, body: object) -> VendorClient:
    """A client of a vendor that answers everything with this JSON, infinities included."""
    if vendor is Vendor.STREAM:
        return streams.answering(body)
    if vendor is Vendor.REALTIMEKIT:
        return kits.answering(body)
    return comets.answering(body)
