"""Who people are in Slack: asked once, kept for a while, and kept longer when Slack is silent."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar, cast

import structlog
from cachetools import TTLCache
from pydantic import BaseModel
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.errors import SlackSilent
from bot.ports import Member, Place
from handlers.slack_api.errors import (
    MAY_NOT_LOOK,
    NO_SUCH_CHANNEL,
    NO_SUCH_GROUP,
    NO_SUCH_MEMBER,
    READ_ERRORS,
    cause,
    error_code,
)

LOOKUP_SECONDS = 1.0
"""How long one question to Slack may take: a command must be acknowledged within 3 s."""
MEMBER_SECONDS = 600.0
GROUP_SECONDS = 300.0
SHARED_SECONDS = 600.0
STALE_SECONDS = 3600.0
"""How old an answer may be when Slack does not give a newer one."""
REST_SECONDS = 5.0
"""How long a question rests after Slack failed to answer it."""
ENTRIES = 10_000

MEMBERS_A_PAGE = 999
"""The most that conversations.members gives at once."""
SLACKBOT = "USLACKBOT"
"""Slackbot, which users.info describes as if it were a person."""

log = structlog.get_logger()
T = TypeVar("T")


class _Profile(BaseModel):
    team: str = ""
    display_name: str | None = None
    real_name: str | None = None


class _OnGrid(BaseModel):
    """Somebody's place in an Enterprise Grid organisation."""

    enterprise_id: str = ""
    teams: frozenset[str] = frozenset()


class _User(BaseModel):
    """The fields of users.info we read (docs.slack.dev/reference/objects/user-object).

    Not every answer names a `team_id`; the profile and `enterprise_user` tell as much.
    """

    id: str
    team_id: str | None = None
    profile: _Profile = _Profile()
    enterprise_user: _OnGrid | None = None
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    tz: str | None = None
    real_name: str | None = None

    def member(self) -> Member:
        grid = self.enterprise_user or _OnGrid()
        return Member(
            user=self.id,
            team=self.team_id or self.profile.team,
            teams=grid.teams,
            enterprise=grid.enterprise_id or None,
            guest=self.is_restricted or self.is_ultra_restricted or self._strange,
            bot=self.is_bot or self.id == SLACKBOT,
            gone=self.deleted,
            zone=self.tz,
            name=self.profile.display_name or self.profile.real_name or self.real_name or "",
        )

    @property
    def _strange(self) -> bool:
        """Of somewhere else; on Grid the workspaces say so, and the flag is about one of them."""
        return self.is_stranger and self.enterprise_user is None


class _Person(BaseModel):
    user: _User


class _Channel(BaseModel):
    """The fields of conversations.info we read (docs.slack.dev, objects/conversation-object)."""

    id: str
    name: str = ""
    is_private: bool = False
    is_archived: bool = False
    is_member: bool = False
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False

    def place(self) -> Place:
        return Place(
            channel=self.id,
            name=self.name,
            private=self.is_private,
            archived=self.is_archived,
            inside=self.is_member,
            shared=self.is_ext_shared or self.is_pending_ext_shared,
        )


class _Conversation(BaseModel):
    channel: _Channel


class _Members(BaseModel):
    """A page of conversations.members."""

    members: frozenset[str]


class _Group(BaseModel):
    users: frozenset[str]


class _Home(BaseModel):
    """The fields of auth.test we read (docs.slack.dev, reference/methods/auth.test)."""

    team_id: str
    enterprise_id: str | None = None
    is_enterprise_install: bool = False

    @property
    def home(self) -> str:
        """The workspace of the token; the organisation of one that is good for all of it."""
        return (self.is_enterprise_install and self.enterprise_id) or self.team_id


class _Answers(Generic[T]):
    """Answers to one kind of question, by its key.

    An answer younger than `fresh` seconds is used as it is. An older one is asked again, once for
    everyone who waits; when that fails it serves up to STALE_SECONDS, and then SlackSilent is
    raised. A failed question rests for REST_SECONDS.
    """

    def __init__(
        self, ask: Callable[[str], Awaitable[T]], clock: Clock, *, fresh: float, deadline: float
    ) -> None:
        self._ask = ask
        self._deadline = deadline
        self._fresh = _cache(clock, fresh)
        self._kept = _cache(clock, max(fresh, STALE_SECONDS))
        self._resting = _cache(clock, REST_SECONDS)
        self._asking: dict[str, asyncio.Task[None]] = {}

    async def get(self, key: str) -> T:
        """The newest answer for `key`. Raises SlackSilent when there is none."""
        if (known := self._fresh.get(key)) is not None:
            return cast("T", known)
        if key not in self._resting:
            await asyncio.shield(self._renewal(key))
        answer: T | None = self._kept.get(key)
        if answer is None:
            raise SlackSilent("Slack did not say who that is.")
        return answer

    def _renewal(self, key: str) -> asyncio.Task[None]:
        """The question under way for everyone who waits for this key."""
        if key not in self._asking:
            self._asking[key] = asyncio.create_task(self._renew(key))
            self._asking[key].add_done_callback(lambda _: self._asking.pop(key))
        return self._asking[key]

    async def _renew(self, key: str) -> None:
        try:
            async with asyncio.timeout(self._deadline):
                answer = await self._ask(key)
        except READ_ERRORS as error:
            self._resting[key] = True
            log.warning("Slack lookup failed", key=key, error=_reason(error))
        else:
            self._fresh[key] = self._kept[key] = answer


def _cache(clock: Clock, seconds: float) -> TTLCache[str, Any]:
    return TTLCache(maxsize=ENTRIES, ttl=seconds, timer=clock.monotonic)


def _reason(error: Exception) -> str:
    """Slack's own error code, else the kind of failure: never the text, which may quote a URL."""
    return error_code(error) if isinstance(error, SlackApiError) else cause(error)


class _Unseen(Exception):
    """The bot sees no such channel (`gone`), or may not look."""

    def __init__(self, *, gone: bool) -> None:
        super().__init__()
        self.gone = gone


class SlackDirectory:
    """Looks up people, groups and channels by Slack's Web API, and keeps them for a while.

    Needs the scopes `users:read`, for groups `usergroups:read` and for channels `channels:read` and
    `groups:read`. Members are asked again after 10 minutes, groups after 5, the workspace never,
    channels each time. `deadline` is in seconds, for each question.
    """

    def __init__(
        self, client: AsyncWebClient, clock: Clock, *, deadline: float = LOOKUP_SECONDS
    ) -> None:
        self._client = client
        self._deadline = deadline
        self._home: str | None = None
        self._homes = _Answers(self._ask_home, clock, fresh=math.inf, deadline=deadline)
        self._members = _Answers(self._ask_member, clock, fresh=MEMBER_SECONDS, deadline=deadline)
        self._groups = _Answers(self._ask_group, clock, fresh=GROUP_SECONDS, deadline=deadline)
        self._shared = _Answers(self._ask_shared, clock, fresh=SHARED_SECONDS, deadline=deadline)
        self._unreadable: set[str] = set()

    async def home(self) -> str:
        """The id of the bot's workspace (T…), or of its organisation (E…). Raises SlackSilent."""
        if self._home is None:
            self._home = await self._homes.get("auth.test")
        return self._home

    async def member(self, user: str) -> Member:
        """One person, marked as gone when Slack knows nobody by that id. Raises SlackSilent."""
        return await self._members.get(user)

    async def group(self, group: str) -> frozenset[str]:
        """The user ids in a group. Raises SlackSilent.

        Empty when the plan has no groups, the scope is missing or Slack knows no such group.
        """
        return await self._groups.get(group)

    async def place(self, channel: str) -> Place | None:
        """A channel as it is now, never a kept one: somebody was told to mend it a moment ago.

        None where the scopes do not let the bot look; SlackSilent.
        """
        try:
            async with self._looking_at(channel):
                answer = await self._client.conversations_info(channel=channel)
                return _Conversation.model_validate(answer.data).channel.place()
        except _Unseen as unseen:
            return Place(channel=channel, gone=True) if unseen.gone else None

    async def is_shared(self, channel: str) -> bool:
        """Whether people of another workspace read a channel, as of the last ten minutes.

        False where the bot sees no such channel or may not look; SlackSilent.
        """
        return await self._shared.get(channel)

    async def belongs(self, user: str, channel: str) -> bool | None:
        """Whether somebody is in a channel the bot is in, as it is now.

        None where the scopes do not let the bot look; SlackSilent.
        """
        try:
            async with self._looking_at(channel):
                ask = self._client.conversations_members
                async for page in await ask(channel=channel, limit=MEMBERS_A_PAGE):
                    if user in _Members.model_validate(page.data).members:
                        return True
                return False
        except _Unseen as unseen:
            return False if unseen.gone else None

    @asynccontextmanager
    async def _looking_at(self, channel: str) -> AsyncIterator[None]:
        """Ends in time; SlackSilent, or `_Unseen` where Slack says that there is nothing to see."""
        try:
            async with asyncio.timeout(self._deadline):
                yield
        except SlackApiError as error:
            code = error_code(error)
            if code in NO_SUCH_CHANNEL | MAY_NOT_LOOK:
                raise _Unseen(gone=code in NO_SUCH_CHANNEL) from error
            log.warning("Slack lookup failed", key=channel, error=code)
            raise SlackSilent("Slack did not say what channel that is.") from error
        except READ_ERRORS as error:
            log.warning("Slack lookup failed", key=channel, error=_reason(error))
            raise SlackSilent("Slack did not say what channel that is.") from error

    async def _ask_shared(self, channel: str) -> bool:
        try:
            answer = await self._client.conversations_info(channel=channel)
        except SlackApiError as error:
            if error_code(error) in NO_SUCH_CHANNEL | MAY_NOT_LOOK:
                return False
            raise
        return _Conversation.model_validate(answer.data).channel.place().shared

    async def _ask_home(self, _: str) -> str:
        answer = await self._client.auth_test()
        return _Home.model_validate(answer.data).home

    async def _ask_member(self, user: str) -> Member:
        try:
            answer = await self._client.users_info(user=user)
        except SlackApiError as error:
            if error_code(error) in NO_SUCH_MEMBER:
                return Member(user=user, team="", gone=True)
            raise
        return _Person.model_validate(answer.data).user.member()

    async def _ask_group(self, group: str) -> frozenset[str]:
        try:
            answer = await self._client.usergroups_users_list(usergroup=group)
        except SlackApiError as error:
            if error_code(error) in NO_SUCH_GROUP:
                self._say_once(group, error_code(error))
                return frozenset()
            raise
        return _Group.model_validate(answer.data).users

    def _say_once(self, group: str, code: str) -> None:
        if group not in self._unreadable:
            self._unreadable.add(group)
            log.warning("user group not read", group=group, error=code)
