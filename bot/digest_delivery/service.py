"""The digest service: subscriptions to digests, who may change them, previews, and sending now."""

from collections.abc import Sequence
from datetime import date

from bot.calls.cases import DigestNote, Event, Refusal
from bot.digest_delivery.announcer import Undelivered
from bot.digest_delivery.dispatcher import DigestDispatcher, SendResult
from bot.digests.announcements import ChangeKind, ChangeResult
from bot.digests.digest import Digest
from bot.digests.subscription import UNTIL_RESUMED, Subscription, Wish, is_zone
from bot.digests.wording import for_words
from bot.errors import (
    BadInput,
    ChannelNotAllowed,
    NotPermitted,
    Outsider,
    SlackSilent,
    UnknownSubscription,
    UnusableChannel,
)
from bot.moderation.asker import Asker
from bot.policy import Policy
from bot.ports import DigestStore, Directory, Place, Store
from bot.usage.days import today

UTC_NAME = "Etc/UTC"
"""The zone of somebody whose own is not known."""


class DigestService:
    """Everything that a front end may ask of digests: the list, changes, previews, sending now.

    Those who may see calls see the list and previews; everything else is for leads and admins. A
    change and its audit entry are one transaction; `key` is its idempotency key. Methods that take
    a `key` raise NotPermitted, which is audited, NotAccepted where it cannot be written down, and
    OtherRelease for what this release cannot read. Every method raises StoreError.
    """

    def __init__(
        self,
        policy: Policy,
        directory: Directory,
        digests: DigestStore,
        store: Store,
        dispatcher: DigestDispatcher,
    ) -> None:
        self._policy = policy
        self._directory = directory
        self._digests = digests
        self._store = store
        self._dispatcher = dispatcher
        self._clock = dispatcher.clock

    async def all(self, asker: Asker) -> Sequence[Subscription]:
        """The subscriptions that are not stopped, by number.

        Raises NotPermitted for those who may not see calls.
        """
        await self._policy.require_viewer(asker.actor, asker.channel)
        return sorted(await self._digests.subscriptions(), key=lambda subscription: subscription.id)

    async def timed(self, asker: Asker, number: int) -> Subscription:
        """The subscription of that number, if its time zone is one that this machine knows.

        Raises BadInput where it is not, and as `get`.
        """
        known = await self.get(asker, number)
        if not is_zone(known.wish.zone):
            raise BadInput(
                f"Digest {number} has a time zone that is not known here: {known.wish.zone}.",
                next_step=f"Choose another one with `digest edit {number}`.",
            )
        return known

    async def get(self, asker: Asker, number: int) -> Subscription:
        """The subscription of that number.

        Raises NotPermitted for those who may not see calls, and UnknownSubscription.
        """
        for subscription in await self.all(asker):
            if subscription.id == number:
                return subscription
        raise UnknownSubscription(f"There is no digest {number}.")

    async def may(self, asker: Asker) -> bool:
        """Whether the asker may set up and change digests; nothing is audited."""
        try:
            await self._policy.require_subscriber(asker.actor, asker.channel)
        except NotPermitted:
            return False
        return True

    async def require_subscriber(self, asker: Asker, key: str, words: str) -> None:
        """Raise NotPermitted for those who may not change digests; `words` say what they tried."""
        try:
            await self._policy.require_subscriber(asker.actor, asker.channel)
        except NotPermitted as no:
            outside = isinstance(no, Outsider)
            await self._store.refuse(
                Refusal(key=key, actor=asker.actor, words=words, why=str(no), outsider=outside)
            )
            raise

    async def zone(self, asker: Asker) -> str:
        """The asker's time zone by their Slack profile; UTC where it is not known here."""
        try:
            zone = (await self._directory.member(asker.actor.user)).zone
        except SlackSilent:
            return UTC_NAME
        return zone if zone and is_zone(zone) else UTC_NAME

    async def subscribe(self, asker: Asker, wish: Wish, key: str) -> ChangeResult:
        """Subscribe a channel to a digest; what that changed.

        Where the channel has one of the same rhythm and vendors, that one is changed instead.
        Raises UnusableChannel, and BadInput where the key is on record and its digest is not there
        now.
        """
        await self.require_subscriber(asker, key, f"digest subscribe: {for_words(wish)}")
        if not await self._store.has_keys(key):
            await self.require_postable(asker, wish.channel)
        return await self._digests.set_up(wish, asker.actor, key, self._clock.now())

    async def edit(self, asker: Asker, number: int, wish: Wish, key: str) -> ChangeResult:
        """Change what a digest says, where and when; what that changed.

        One that was paused because its channel was gone goes on. Raises UnknownSubscription,
        UnusableChannel, and BadInput where somebody else changed it meanwhile.
        """
        await self.require_subscriber(asker, key, f"digest edit {number}: {for_words(wish)}")
        known = await self.get(asker, number)
        if not await self._store.has_keys(key):
            await self.require_postable(asker, wish.channel, known.wish.channel)
        now = self._clock.now()
        changed = known.edited(wish, now)
        if known.why:
            changed = changed.resumed(now)
        if wish == known.wish and not known.why:
            return ChangeResult(known, ChangeKind.SAME)
        words = f"is now {for_words(wish)}"
        return await self._change(asker, key, Event.CHANGED, known, changed, words)

    async def pause(self, asker: Asker, number: int, until: date | None, key: str) -> ChangeResult:
        """Pause a digest until the day `until`, or until it is resumed where that is None.

        Raises UnknownSubscription, and BadInput for a day that is not in the future.
        """
        await self.require_subscriber(asker, key, f"digest pause {number}")
        known = await self.timed(asker, number)
        day = until or UNTIL_RESUMED
        if day <= today(self._clock.now(), known.wish.clock):
            raise BadInput(
                f"{day.isoformat()} is not in the future.",
                next_step="Name the first day on which it is to be sent again.",
            )
        if known.paused_until == day:
            return ChangeResult(known, ChangeKind.SAME)
        words = "is paused" if until is None else f"is paused until {day.isoformat()}"
        return await self._change(asker, key, Event.PAUSED, known, known.paused(day), words)

    async def resume(self, asker: Asker, number: int, key: str) -> ChangeResult:
        """Have a paused digest sent again.

        Raises UnknownSubscription, BadInput, and UnusableChannel where it could not be posted.
        """
        await self.require_subscriber(asker, key, f"digest resume {number}")
        known = await self.timed(asker, number)
        if known.paused_until is None:
            return ChangeResult(known, ChangeKind.SAME)
        await self.require_postable(asker, known.wish.channel, known.wish.channel)
        again = known.resumed(self._clock.now())
        return await self._change(asker, key, Event.RESUMED, known, again, "goes on")

    async def stop(self, asker: Asker, number: int, key: str) -> ChangeResult:
        """End a digest for good. Raises UnknownSubscription and BadInput, as `edit`."""
        await self.require_subscriber(asker, key, f"digest stop {number}")
        known = await self.get(asker, number)
        ended = known.model_copy(update={"stopped": True})
        return await self._change(asker, key, Event.STOPPED, known, ended, "is stopped")

    async def preview(self, subscription: Subscription) -> Digest:
        """The digest as it would be posted now; nothing is posted and nothing recorded."""
        day = subscription.day_of(self._clock.now())
        return await self._dispatcher.preview(subscription, day)

    async def announce(self) -> Sequence[Undelivered]:
        """Post the announcements that are due; those that Slack did not take."""
        return await self._dispatcher.announcer.announce_due()

    async def send(self, asker: Asker, number: int, key: str) -> tuple[Subscription, SendResult]:
        """Record under `key` that it is sent now, and post it; what came of that.

        The day's own digest is the same one: whichever comes first, there is no second. Raises
        UnknownSubscription, and BadInput for a time zone that is not known here.
        """
        await self.require_subscriber(asker, key, f"digest now {number}")
        known = await self.timed(asker, number)
        day = known.day_of(self._clock.now())
        sent = f"Digest {number} of {day.isoformat()}"
        each_day = f"{key}:{day.isoformat()}"
        note = DigestNote(key=each_day, event=Event.SENT, actor=asker.actor, detail=sent)
        await self._store.note(note)
        return known, await self._dispatcher.send(known, day)

    async def require_postable(self, asker: Asker, channel: str, known: str | None = None) -> None:
        """Raise UnusableChannel where a digest could not be posted, as far as Slack shows.

        Nobody chooses a private channel that they are not in; one where it comes already (`known`)
        is not named to them. Where the scopes do not let us look, the first message will tell.
        """
        try:
            await self._policy.require_served(asker.actor, channel)
            place = await self._directory.place(channel)
            seen = await self._sees(asker, place)
        except ChannelNotAllowed as no:
            raise UnusableChannel(str(no), next_step=no.next_step) from no
        except SlackSilent as silence:
            raise UnusableChannel(
                "Slack did not say whether that channel can be written to.",
                next_step="Try again in a moment.",
            ) from silence
        if not seen and channel != known:
            raise UnusableChannel(
                "You are not in that private channel.",
                next_step="Choose one that you are in, or ask somebody who is in it.",
            )
        if place is not None:
            name = f"#{place.name}" if seen else "That channel"
            if place.shared and not self._policy.may_be_shared(channel):
                raise _shared(name, channel)
            _require_usable(place, name)

    async def _sees(self, asker: Asker, place: Place | None) -> bool:
        """Whether the asker may know of the channel; where we may not look, they are trusted."""
        if place is None or place.gone or not place.private:
            return True
        return await self._directory.belongs(asker.actor.user, place.channel) is not False

    async def _change(
        self,
        asker: Asker,
        key: str,
        event: Event,
        known: Subscription,
        changed: Subscription,
        words: str,
    ) -> ChangeResult:
        detail = f"Digest {changed.id} {words}"
        note = DigestNote(key=key, event=event, actor=asker.actor, detail=detail)
        return await self._digests.amend(known, changed, note, self._clock.now())


def _shared(name: str, channel: str) -> UnusableChannel:
    return UnusableChannel(
        f"{name} is shared with another workspace, whose people would read the digest.",
        next_step=f"Choose another channel, or ask an admin to add {channel} to `shared_channels` "
        "under `[slack]` in callwarden.toml and to restart Callwarden.",
    )


def _require_usable(place: Place, name: str) -> None:
    """UnusableChannel where Callwarden cannot post to `place`, as it is."""
    if place.gone:
        raise UnusableChannel(
            "Callwarden does not see that channel: it is private, or there is no such channel.",
            next_step="If it is private, type /invite @Callwarden in it first.",
        )
    if place.archived:
        raise UnusableChannel(
            f"{name} is archived.", next_step="Unarchive it, or choose another channel."
        )
    if not place.inside:
        raise UnusableChannel(
            f"Callwarden is not in {name}.",
            next_step="Type /invite @Callwarden in that channel, then send this again.",
        )
