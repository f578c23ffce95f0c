"""Who and where: the people, groups and conversations of a workspace."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo


@dataclass
class User:
    """Somebody the workspace knows. `team` is their own workspace, which may be another one."""

    id: str
    name: str
    team: str
    guest: bool = False
    single_channel_guest: bool = False
    bot: bool = False
    stranger: bool = False
    deleted: bool = False
    zone: str = "Etc/UTC"

    def as_json(self, now: datetime) -> dict[str, Any]:
        """The user object (docs.slack.dev, reference/objects/user-object)."""
        offset = now.astimezone(ZoneInfo(self.zone)).utcoffset() or timedelta()
        return {
            "id": self.id,
            "team_id": self.team,
            "name": self.name.lower().replace(" ", "."),
            "real_name": self.name,
            "profile": {"display_name": self.name, "real_name": self.name, "team": self.team},
            "deleted": self.deleted,
            "is_bot": self.bot,
            "is_restricted": self.guest or self.single_channel_guest,
            "is_ultra_restricted": self.single_channel_guest,
            "is_stranger": self.stranger,
            "is_app_user": False,
            "tz": self.zone,
            "tz_offset": offset // timedelta(seconds=1),
        }


@dataclass
class Group:
    """A user group."""

    id: str
    handle: str
    team: str
    users: list[str]

    def as_json(self) -> dict[str, Any]:
        """The usergroup object."""
        return {
            "id": self.id,
            "team_id": self.team,
            "is_usergroup": True,
            "name": self.handle,
            "handle": self.handle,
            "date_delete": 0,
            "user_count": len(self.users),
        }


@dataclass
class Channel:
    """A conversation. `partner` is the person of a direct message with the bot, else None."""

    id: str
    name: str
    members: set[str] = field(default_factory=set)
    private: bool = False
    archived: bool = False
    partner: str | None = None

    @property
    def kind(self) -> str:
        """How scopes name it: channels, groups or im."""
        if self.partner is not None:
            return "im"
        return "groups" if self.private else "channels"

    def as_json(self, reader: str) -> dict[str, Any]:
        """The conversation object, as `reader` sees it."""
        if self.partner is not None:
            return {"id": self.id, "is_im": True, "user": self.partner, "is_archived": False}
        return {
            "id": self.id,
            "name": self.name,
            "is_channel": not self.private,
            "is_group": self.private,
            "is_im": False,
            "is_private": self.private,
            "is_archived": self.archived,
            "is_member": reader in self.members,
            "num_members": len(self.members),
        }
