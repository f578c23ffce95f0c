"""A stand-in for Slack: its rules, its people, its requests and its answers, without Slack."""

from bot.demo.slack.block_rules.check import check, check_view
from bot.demo.slack.delivery import Delivery
from bot.demo.slack.errors import NotShown, Refused
from bot.demo.slack.people import Channel, Group, User
from bot.demo.slack.render import as_text
from bot.demo.slack.screen import Message, View
from bot.demo.slack.sender import Sender
from bot.demo.slack.signing import Signature
from bot.demo.slack.web_api import SlackServer
from bot.demo.slack.workspace import ApiCall, Workspace

__all__ = [
    "ApiCall",
    "Channel",
    "Delivery",
    "Group",
    "Message",
    "NotShown",
    "Refused",
    "Sender",
    "Signature",
    "SlackServer",
    "User",
    "View",
    "Workspace",
    "as_text",
    "check",
    "check_view",
]
