"""Three make-believe vendors that keep state, speak their formats and can be made to fail."""

from bot.demo.vendors.base import Effect, ReceivedRequest
from bot.demo.vendors.cometchat.server import CometChatServer
from bot.demo.vendors.faults import AppTransport, Dropped, Faults
from bot.demo.vendors.realtimekit.server import RealtimeKitServer
from bot.demo.vendors.rooms import KeptOut, Visitor
from bot.demo.vendors.stream.server import StreamServer

__all__ = [
    "AppTransport",
    "CometChatServer",
    "Dropped",
    "Effect",
    "Faults",
    "KeptOut",
    "RealtimeKitServer",
    "ReceivedRequest",
    "StreamServer",
    "Visitor",
]
