"""Slash commands, and letters typed into a menu, as Slack sends them: a form, signed."""

import json
import time
import urllib.parse
from dataclasses import dataclass

from slack_sdk.signature import SignatureVerifier

from bot.demo.slack.workspace import APP, SIGNING_SECRET, TEAM
from tests.live.http_client import post
from tests.live.names import MODERATOR, ROOM

_SIGNER = SignatureVerifier(SIGNING_SECRET)


@dataclass(frozen=True)
class Slash:
    """One command, typed once; Slack's `trigger` is the same however often it is delivered."""

    text: str
    trigger: str
    response_url: str = ""
    user: str = MODERATOR

    def request(self) -> bytes:
        """The bytes of the HTTP request, signed now."""
        body = urllib.parse.urlencode(
            {
                "command": "/calls",
                "text": self.text,
                "trigger_id": self.trigger,
                "response_url": self.response_url,
                "user_id": self.user,
                "team_id": TEAM,
                "channel_id": ROOM,
                "api_app_id": APP,
                "is_enterprise_install": "false",
            }
        )
        return _signed(body)


@dataclass(frozen=True)
class Question:
    """Letters typed into the menu of live calls, in a form for an order."""

    typed: str

    def request(self) -> bytes:
        """The bytes of the HTTP request, signed now."""
        payload = {
            "type": "block_suggestion",
            "user": {"id": MODERATOR, "team_id": TEAM},
            "team": {"id": TEAM},
            "api_app_id": APP,
            "block_id": "call",
            "action_id": "form.call",
            "value": self.typed,
            "view": {
                "id": "V1",
                "hash": "1.0",
                "private_metadata": json.dumps({"v": 1, "among": "any", "channel": ROOM}),
                "state": {"values": {}},
            },
        }
        return _signed(urllib.parse.urlencode({"payload": json.dumps(payload)}))


def _signed(body: str) -> bytes:
    now = str(int(time.time()))
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": now,
        "x-slack-signature": _SIGNER.generate_signature(timestamp=now, body=body) or "",
    }
    return post("/slack/events", body.encode(), headers)
