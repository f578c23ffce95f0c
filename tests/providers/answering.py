"""Clients of vendors that answer everything with the same."""

from bot.calls.models import Vendor
from bot.ports import VendorClient
from tests.providers import cometchat_setup, realtimekit_setup, stream_setup


def answering(vendor: Vendor, body: object) -> VendorClient:
    """A client of a vendor that answers everything with this JSON, infinities included."""
    if vendor is Vendor.STREAM:
        return stream_setup.answering(body)
    if vendor is Vendor.REALTIMEKIT:
        return realtimekit_setup.answering(body)
    return cometchat_setup.answering(body)
