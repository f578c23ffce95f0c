"""Who and where: the people, groups and conversations of a workspace."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo


@dataclass
class User:
    """Somebody the workspace knows. `team` is their own workspace, which may be another one.

    On Enterprise Grid `enterprise` is the organisation and `teams` are all its workspaces they are
    in; `untold` leaves `team_id` and the profile's team out of what is said of them.
    """

    id: str
    name: str
    team: str
    guest: bool = False
    single_channel_guest: bool = False
    bot: bool = False
    stranger: bool = False
    deleted: bool = False
    zone: str = "Etc/UTC"
    enterprise: str | None = None
    teams: tuple[str, ...] = ()
    untold: bool = False

    def as_json(self, now: datetime) -> dict[str, Any]:
        """The user object (docs.slack.dev, reference/objects/user-object)."""
        offset = now.astimezone(ZoneInfo(self.zone)).utcoffset() or timedelta()
        team = {} if self.untold else {"team_id": self.team}
        profile = {"display_name": self.name, "real_name": self.name}
        return {
            "id": self.id,
            **team,
            **self._on_grid(),
            "name": self.name.lower().replace(" ", "."),
            "real_name": self.name,
            "profile": profile if self.untold else {**profile, "team": self.team},
            "deleted": self.deleted,
            "is_bot": self.bot,
            "is_restricted": self.guest or self.single_channel_guest,
            "is_ultra_restricted": self.single_channel_guest,
            "is_stranger": self.stranger,
            "is_app_user": False,
            "tz": self.zone,
            "tz_offset": offset // timedelta(seconds=1),
        }

    def _on_grid(self) -> dict[str, Any]:
        """`enterprise_user`, which only people of an organisation have."""
        if self.enterprise is None:
            return {}
        told = {
            "id": self.id,
            "enterprise_id": self.enterprise,
            "enterprise_name": "Acme Group",
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "teams": list(self.teams),
        }
        return {"enterprise_user": told}


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
    """A conversation. `partner` is the person of a direct message with the bot, else None.

    `shared` is one with another workspace in it, `invited` one that it was invited to. `refuses`
    and `refuses_answers` are Slack's error codes for who posts there, or in a thread there: what
    the workspace permits, and whom.
    """

    id: str
    name: str
    members: set[str] = field(default_factory=set)
    private: bool = False
    archived: bool = False
    shared: bool = False
    invited: bool = False
    partner: str | None = None
    refuses: str | None = None
    refuses_answers: str | None = None

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
            "is_ext_shared": self.shared,
            "is_pending_ext_shared": self.invited,
            "is_shared": self.shared,
            "is_member": reader in self.members,
            "num_members": len(self.members),
        }
