"""What is said of digests themselves: which there are, when they come, what became of a request."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.digests.digest import Digest
from bot.digests.subscription import UNTIL_RESUMED, Rhythm, Subscription, is_zone
from bot.digests.wording import rhythm_words, wish_words
from handlers.blocks.digests.digest_values import (
    DIGEST_EDIT,
    DIGEST_LIST,
    DIGEST_NOW,
    DIGEST_PAUSE,
    DIGEST_PREVIEW,
    DIGEST_RESUME,
    DIGEST_STOP,
    DIGEST_SUBSCRIBE,
    DigestPage,
    DigestValue,
)
from handlers.blocks.digests.wording import inside
from handlers.blocks.elements import (
    actions,
    button,
    context,
    header,
    paragraph,
    section,
    stamp,
    text_of,
    with_confirmation,
)
from handlers.blocks.message import Block, Message
from handlers.blocks.text import bold, count, dots, mrkdwn, place, say, when, who

PAGE = 10
"""Digests on one page of the list: two blocks each, of Slack's 50."""

MAX_WHY = 2000
"""Characters of why a digest is paused."""

WAYS: Mapping[str, str] = {
    "subscribe": "sets one up: channel, time, days, vendors and what it says",
    "list": "shows them, with when each comes next",
    "preview": "shows what one would say now, to you alone",
}
"""What to begin with."""

ROLE = "To set one up, change, pause, resume, stop or send it needs the role lead."


def overview_message(
    subscriptions: Sequence[Subscription],
    here: str | None,
    now: datetime,
    command: str,
    *,
    may: bool,
) -> Message:
    """The overview of digests: those of this channel, how many elsewhere, how to begin."""
    mine = [subscription for subscription in subscriptions if subscription.wish.channel == here][
        :PAGE
    ]
    elsewhere = len(subscriptions) - len(mine)
    rows = [line(subscription, now) for subscription in mine] or [
        "No digest comes to this channel."
    ]
    if elsewhere:
        rows.append(f"{count(elsewhere, 'digest')} elsewhere: `{command} digest list`")
    ways = [f"`{command} digest {word}` {does}" for word, does in WAYS.items()]
    about = (
        "A digest tells a channel, each day or week, how the calls were and what needs attention."
    )
    blocks = [
        header("Digests"),
        section(about),
        paragraph(rows),
        paragraph([*ways, ROLE]),
        *actions(
            [
                button("Set up a digest", DIGEST_SUBSCRIBE, DigestPage()) if may else None,
                button("List", DIGEST_LIST, DigestPage()) if subscriptions else None,
            ]
        ),
    ]
    return Message(text_of("Digests:", *rows), blocks)


def list_message(
    subscriptions: Sequence[Subscription], page: int, now: datetime, *, may: bool
) -> Message:
    """A page of subscriptions, each with buttons for what its reader may do."""
    pages = max(1, -(-len(subscriptions) // PAGE))
    page = min(page, pages - 1)
    shown = subscriptions[page * PAGE : (page + 1) * PAGE]
    blocks = [header(count(len(subscriptions), "digest"))]
    for subscription in shown:
        blocks.append(section(line(subscription, now)))
        blocks += actions(
            _buttons(subscription, stamp(now), may=may), f"digest.{subscription.id}.{stamp(now)}"
        )
    if not shown:
        blocks.append(section("No digest is set up."))
    blocks += actions(
        [
            button("Previous", f"{DIGEST_LIST}#-", DigestPage(page=page - 1)) if page else None,
            button("Next", f"{DIGEST_LIST}#+", DigestPage(page=page + 1))
            if page + 1 < pages
            else None,
            button("Refresh", DIGEST_LIST, DigestPage(page=page)),
            button("Set up a digest", DIGEST_SUBSCRIBE, DigestPage()) if may else None,
        ],
        f"digest.list.{stamp(now)}",
    )
    blocks.append(context(f"Page {page + 1} of {pages} · as of {when(now)}"))
    spoken = [f"{subscription.id}: {rhythm_words(subscription.wish)}." for subscription in shown]
    return Message(text_of(f"{count(len(subscriptions), 'digest')}.", *spoken), blocks)


def line(subscription: Subscription, now: datetime) -> str:
    """A subscription on one line: where, what, whose, and when it comes next."""
    number, channel = bold(f"Digest {subscription.id}"), place(subscription.wish.channel)
    first = f"{number} for {channel}, {_wish(subscription)}"
    return (
        f"{first}\n{dots((coming(subscription, now), f'set up by {who(subscription.owner.user)}'))}"
    )


def coming(subscription: Subscription, now: datetime) -> str:
    """When a digest comes next, in the reader's own time zone; or why it does not."""
    if subscription.stopped:
        return "stopped"
    if not is_zone(subscription.wish.zone):
        return "does not come: there is no such time zone here"
    day = subscription.next_day(now)
    next_words = "" if day is None else f"next {when(subscription.due_at(day))}"
    if subscription.paused_until is None:
        return next_words or "never comes"
    until = (
        "resumed"
        if subscription.paused_until == UNTIL_RESUMED
        else subscription.paused_until.isoformat()
    )
    why = f": {say(subscription.why, 300)}" if subscription.why else ""
    return dots((f"paused until {until}{why}", next_words))


def _wish(subscription: Subscription) -> str:
    return mrkdwn(wish_words(subscription.wish), 400)


def _buttons(subscription: Subscription, mark: str, *, may: bool) -> list[Block | None]:
    value = DigestValue(number=subscription.id, stamp=mark)
    preview = button("Preview", DIGEST_PREVIEW, value)
    if not may:
        return [preview]
    paused = subscription.paused_until is not None
    return [
        button("Edit", DIGEST_EDIT, value),
        button("Resume", DIGEST_RESUME, value) if paused else button("Pause", DIGEST_PAUSE, value),
        _stop(value),
        preview,
        with_confirmation(
            button("Send now", DIGEST_NOW, value),
            "It is posted in its channel now; the one of this day is then not posted again.",
            "Send it now",
        ),
    ]


def _stop(value: DigestValue) -> Block | None:
    return with_confirmation(
        button("Stop", DIGEST_STOP, value, "danger"),
        "It never comes again. To leave some days out, pause it instead.",
        "Stop it",
    )


def stop_message(subscription: Subscription, now: datetime) -> Message:
    """The message that asks to confirm stopping a digest, where that was typed."""
    value = DigestValue(number=subscription.id, stamp=stamp(now))
    asked = f"Stop digest {subscription.id}? It never comes again. Nothing is done yet."
    return Message(
        asked, [section(line(subscription, now)), section(asked), *actions([_stop(value)])]
    )


def done_message(subscription: Subscription, what: str, now: datetime) -> Message:
    """The answer to a change of a digest: `what` in our own words, and how it now stands."""
    return Message(text_of(what), [section(what), section(line(subscription, now))])


def intro_message(
    subscription: Subscription, by: str, now: datetime, command: str, *, moved: bool
) -> Message:
    """The first message in a channel: who set it up, when it comes, how to change or stop it."""
    what = "moved a digest of the calls here" if moved else "set up a digest of the calls here"
    setup = f"{who(by)} {what}. It comes {mrkdwn(rhythm_words(subscription.wish), 300)}."
    words = (f"edit {subscription.id}", f"pause {subscription.id}", f"stop {subscription.id}")
    edit, pause, stop = (f"`{command} digest {word}`" for word in words)
    how = f"A lead changes it with {edit}, leaves days out with {pause} and ends it with {stop}."
    blocks = [
        section(setup),
        context(dots((f"Digest {subscription.id}", coming(subscription, now)))),
        section(how),
    ]
    return Message(text_of(setup, how), blocks)


def owner_message(subscription: Subscription, command: str) -> Message:
    """The message to a paused digest's owner: which one, why, how to have it come again."""
    channel, why = place(subscription.wish.channel), say(subscription.why, MAX_WHY)
    paused = f"Digest {subscription.id} for {channel} is paused. {why}"
    resume, edit, shown = (
        f"`{command} digest {word}`"
        for word in (f"resume {subscription.id}", f"edit {subscription.id}", "list")
    )
    way = f"{resume} resumes it, {edit} changes it, {shown} shows all."
    return Message(text_of(paused, way), [section(paused), section(way)])


def preview_notes(
    subscription: Subscription, digest: Digest, reader: str, now: datetime
) -> Message:
    """The message below a preview: when the digest comes, and its reader's own acts."""
    acts = digest.acts.by_moderator.get(reader, 0) if digest.acts else 0
    when_next = coming(subscription, now) if subscription.id else "this one is not set up"
    channel = place(subscription.wish.channel)
    where = f"This is a preview for you alone, as it would be posted now in {channel}."
    on = "on" if digest.rhythm is Rhythm.DAILY else "in"
    own = f"Your own acts {on} {inside(digest)}: {acts or 'none'}. Only you are told."
    following = f"{when_next[0].upper()}{when_next[1:]}."
    return Message(text_of(where, own), [section(where), section(own), context(following)])


def sent_words(subscription: Subscription, result: str) -> str:
    """What came of “Send now”, in words; `result` is a key of SENT_WORDS."""
    whose = "This week's" if subscription.wish.rhythm is Rhythm.WEEKLY else "Today's"
    return SENT_WORDS[result].format(
        which=f"{whose} digest {subscription.id} for {place(subscription.wish.channel)}"
    )


SENT_WORDS: Mapping[str, str] = {
    "posted": "{which} is posted. It is not posted a second time when its hour comes.",
    "taken": "{which} is posted already, or is being posted now. It is not posted a second time.",
    "later": "{which} could not be posted just now. Try again in a moment.",
    "refused": "{which} is not posted: Slack refuses this digest itself, as the log says. "
    "The next one is sent as planned.",
    "lost": "{which} cannot be posted: its channel cannot be written to. It is paused now.",
}
"""What is said of each result of an attempt."""
