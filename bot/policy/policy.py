"""Permission to do something: the rules applied to what Slack's directory says of somebody."""

import asyncio
from collections.abc import Sequence

from bot.calls.actors import Actor, Role
from bot.calls.acts import Act, Person, Protection
from bot.calls.models import Vendor
from bot.calls.reports import Report
from bot.calls.rights import Rights
from bot.calls.verbs import Verb
from bot.errors import CallwardenError, NotPermitted, Outsider, RoleTooLow
from bot.policy import decide, words
from bot.policy.rules import Rules
from bot.ports import Directory

OWN_CASES = "What you asked for yourself is under `audit by me`."
"""What somebody is told who may not read the audit log."""


class Policy:
    """Who may do what, to whom, where. Each `require_…` raises NotPermitted when the answer is no.

    The directory is asked only for what the rules leave open: somebody named by user id costs one
    `Directory.member`, and groups are asked for only when no plain list settles it. When the
    directory does not answer, the answer is no.
    """

    def __init__(self, rules: Rules, directory: Directory) -> None:
        self._rules = rules
        self._directory = directory
        self._rights: dict[tuple[Role, Vendor, bool], Rights] = {}
        self._grants = {
            (role, vendor): decide.grant(rules, role, vendor)
            for role in Role
            if role
            for vendor in (None, *Vendor)
        }

    async def require_viewer(self, actor: Actor, channel: str | None) -> None:
        """Raise NotPermitted unless `actor` may see calls and cases in `channel`.

        Its subclass says why not: Outsider, Unverified, ChannelNotAllowed or RoleTooLow. `channel`
        is None in their App Home.
        """
        await self._require_member(actor)
        if channel is not None:
            await self._require_allowed(actor.user, channel)
        if not await self._holds(actor.user, Role.VIEWER, None):
            raise await self._too_low(actor.user, "look at calls", Role.VIEWER, None)

    async def require_reader(
        self, actor: Actor, report: Report, vendor: Vendor, channel: str | None
    ) -> None:
        """Raise NotPermitted, as `require_viewer`, unless `actor` may see this vendor's report."""
        await self.require_viewer(actor, channel)
        if report.least > Role.VIEWER and not await self._holds(actor.user, report.least, vendor):
            raise await self._too_low(actor.user, f"look at {report.name}", report.least, vendor)

    async def require_subscriber(self, actor: Actor, channel: str | None) -> None:
        """Raise NotPermitted, as `require_viewer`, unless `actor` may set up digests in `channel`.

        A lead of any vendor may: a digest shows nothing that a viewer could not see.
        """
        await self.require_viewer(actor, channel)
        if not await self._holds(actor.user, Role.LEAD, None):
            raise await self._too_low(actor.user, "set up digests", Role.LEAD, None)

    async def require_served(self, actor: Actor, channel: str) -> None:
        """Raise ChannelNotAllowed when `channel` is not one in which Callwarden is used.

        No digest goes there either.
        """
        if not decide.allowed_in(self._rules, channel):
            line = await self._reads_file(actor.user)
            raise words.not_used_there(self._rules, channel, line=line)

    @property
    def ask_channel(self) -> str | None:
        """The channel where refused orders are put to those who may give them; None without one."""
        return self._rules.slack.moderation_channel

    def may_be_shared(self, channel: str) -> bool:
        """Whether the file allows posting in `channel` although another workspace can read it."""
        return channel in self._rules.slack.shared_channels

    async def require_permitted(
        self,
        actor: Actor,
        act: Act,
        channel: str | None,
        *,
        people: Sequence[Person] | None = None,
        whole: bool = False,
    ) -> None:
        """Raise NotPermitted unless `actor` may do `act` in `channel`, to everybody it is aimed at.

        Its subclass says why not: Outsider, Unverified, ChannelNotAllowed, RoleTooLow or
        ProtectedPerson. One protected person among those it is aimed at refuses all of it. An act
        on everyone spares protected people, unless it is meant for them too, which only admins may
        ask.

        `people` are those it is aimed at, where more is known of them than the act says; `whole`
        says that they are all who are in the call.
        """
        await self._require_member(actor)
        await self._require_allowed(actor.user, channel)
        await self._require_role(actor.user, act, whole=whole)
        await self._require_unprotected(actor.user, act, act.people if people is None else people)

    def protection(self, vendor: Vendor) -> Protection:
        """The people of a vendor on whom only admins may act; false when nobody is protected."""
        return self._rules.protected.of(vendor)

    async def is_admin(self, actor: Actor, vendor: Vendor) -> bool:
        """Whether `actor` holds the role that may act on protected people; False when unknown."""
        try:
            await self._require_member(actor)
            return await self._holds(actor.user, Role.ADMIN, vendor)
        except NotPermitted:
            return False

    async def standing(self, actor: Actor, vendor: Vendor) -> Role:
        """The highest role of `actor` on a vendor; NotPermitted for outsiders and strangers."""
        await self._require_member(actor)
        for role in sorted(Role, reverse=True):
            if role and await self._holds(actor.user, role, vendor):
                return role
        return Role.NOBODY

    async def rights(self, actor: Actor, vendor: Vendor, channel: str | None) -> Rights:
        """What a card in `channel` may offer `actor`.

        A group that Slack does not answer for gives no role. Raises NotPermitted for outsiders and
        strangers.
        """
        await self._require_member(actor)
        role = Role.NOBODY
        for higher in sorted(Role, reverse=True):
            if higher and await self._surely_holds(actor.user, higher, vendor):
                role = higher
                break
        key = (role, vendor, decide.allowed_in(self._rules, channel))
        if key not in self._rights:
            self._rights[key] = decide.rights(self._rules, role, vendor, channel)
        return self._rights[key]

    async def may_read_audit(self, actor: Actor) -> bool:
        """Whether `actor`, a viewer, may also read the audit log and other people's cases."""
        return await self._surely_holds(actor.user, decide.least_to_read(self._rules), None)

    async def require_auditor(self, actor: Actor, what: str) -> None:
        """Raise RoleTooLow unless `actor` may read the audit log; `what` is what they asked for.

        Raises Unverified when a user group could settle it and Slack does not say who is in it.
        """
        role = decide.least_to_read(self._rules)
        if not await self._holds(actor.user, role, None):
            raise await self._too_low(actor.user, what, role, None, besides=OWN_CASES)

    async def _too_low(
        self, user: str, what: str, role: Role, vendor: Vendor | None, *, besides: str = ""
    ) -> RoleTooLow:
        """Why `what` is refused."""
        line = await self._reads_file(user)
        return words.role_too_low(self._rules, user, what, role, vendor, line=line, besides=besides)

    async def _reads_file(self, user: str) -> bool:
        """Whether somebody is told what to write in the file: those who look after it are.

        Where there is no file or no admin yet everybody is: somebody has to be the first.
        """
        admins = self._grants[Role.ADMIN, None]
        first = self._rules.file is None or not (admins.users or admins.groups)
        return first or await self._surely_holds(user, Role.ADMIN, None)

    async def _require_allowed(self, user: str, channel: str | None) -> None:
        """ChannelNotAllowed where orders are not taken; `channel` None is the App Home."""
        if not decide.allowed_in(self._rules, channel):
            line = await self._reads_file(user)
            raise words.channel_not_allowed(self._rules, channel, line=line)

    async def _surely_holds(self, user: str, role: Role, vendor: Vendor | None) -> bool:
        try:
            return await self._holds(user, role, vendor)
        except NotPermitted:
            return False

    async def require_any(
        self,
        actor: Actor,
        wanted: Sequence[tuple[type[Verb], Vendor]],
        channel: str | None,
        what: str,
    ) -> None:
        """Raise NotPermitted, as `require_permitted`, when `actor` may do none of `wanted` there.

        Each of `wanted` is a verb on a vendor; `what` is what they asked for, in words.
        """
        await self._require_member(actor)
        await self._require_allowed(actor.user, channel)
        needed = sorted({(decide.least_for_one(self._rules, *item), item[1]) for item in wanted})
        for role, vendor in needed:
            if await self._holds(actor.user, role, vendor):
                return
        if needed:
            role, vendor = needed[0]
            raise await self._too_low(actor.user, what, role, vendor)

    def least(self, verb: type[Verb], vendor: Vendor) -> Role:
        """The least role for a verb on a vendor's call, or on one person in it."""
        return decide.least_for_one(self._rules, verb, vendor)

    async def _require_role(self, user: str, act: Act, *, whole: bool) -> None:
        """RoleTooLow for those whose role does not reach for `act`."""
        vendor = act.call.vendor
        needed = decide.least(self._rules, act, whole=whole)
        if not await self._holds(user, needed, vendor):
            what = act.verb.label
            if needed > self.least(type(act.verb), vendor):
                what = words.many(act)
            raise await self._too_low(user, what, needed, vendor)

    async def _require_unprotected(self, user: str, act: Act, people: Sequence[Person]) -> None:
        """NotPermitted where protected people are meant, unless an admin asks."""
        vendor = act.call.vendor
        found = decide.protected(self._rules, vendor, people)
        if not found and not act.protected_too:
            return
        if not await self._holds(user, Role.ADMIN, vendor):
            line = await self._reads_file(user)
            if not found:
                raise words.admins_only(self._rules, user, vendor, line=line)
            raise words.protected_people(self._rules, user, found, vendor, line=line)

    async def _require_member(self, actor: Actor) -> None:
        """Outsider, or another NotPermitted, unless Slack shows a full member of our workspace."""
        try:
            home = self._rules.slack.team or await self._directory.home()
            member = await self._directory.member(actor.user)
        except CallwardenError as silence:
            raise words.unknown_person() from silence
        if self._rules.slack.team is None and home.startswith("E"):
            raise words.no_workspace_named(self._rules)
        if not member.gone and not member.homes:
            raise words.unknown_workspace()
        why = decide.outsider_reason(member, home)
        if why is not None:
            raise Outsider(why)

    async def _holds(self, user: str, role: Role, vendor: Vendor | None) -> bool:
        grant = self._grants[role, vendor]
        if grant.everyone or user in grant.users:
            return True
        groups = sorted(grant.groups)
        answers = await asyncio.gather(*(self._members(group) for group in groups))
        if any(user in members for members in answers if members is not None):
            return True
        silent = [name for name, members in zip(groups, answers, strict=True) if members is None]
        if silent:
            raise words.unknown_group(silent)
        return False

    async def _members(self, group: str) -> frozenset[str] | None:
        """The people of a group, None when Slack is silent."""
        try:
            return await self._directory.group(group)
        except CallwardenError:
            return None
