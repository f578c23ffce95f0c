"""What stands in a digest's thread beside the tables: the unusual, moderation, costs, waiting."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isfinite

from bot.calls.outcomes import State
from bot.digests.check import FEWEST, SHORTEST, TOLERATED
from bot.digests.digest import USUAL_WEEKS, Acts, Cost, Difference, Digest, Unusual, Waiting
from bot.digests.subscription import Rhythm
from bot.digests.unusual import LEAST_WEEKS
from handlers.blocks.audit import verb_words
from handlers.blocks.digests.headline import had, measured
from handlers.blocks.digests.wording import (
    WORDS,
    TextStyle,
    counted,
    date_name,
    figure,
    joined,
    short_day,
)
from handlers.blocks.text import dots, span, thousands

MOST_LINES = 20
"""Lines of one kind; the rest are counted."""

MOST_AMOUNT = 1e12
MAX_WORDS = 150

TAKES = f"takes {WORDS[LEAST_WEEKS]} of the {WORDS[USUAL_WEEKS]} weeks before."

STATES = {state.value: state.label for state in State}
"""The kinds of things that wait which are cases, in words."""


def unusual_lines(digest: Digest, text_style: TextStyle) -> list[str]:
    """What is unusual, with its value and what is usual; then the rule, in one sentence."""
    if not digest.unusual:
        return _nothing_unusual(digest)
    bullets = [f"• {_unusual(finding, text_style)}" for finding in digest.unusual]
    same = "of its weekday" if digest.rhythm is Rhythm.WEEKLY else f"{digest.day:%A}s"
    rule = f"Unusual: far from the last {WORDS[USUAL_WEEKS]} {same}."
    return [*_most(bullets), rule, *_unjudged(digest)]


def _nothing_unusual(digest: Digest) -> list[str]:
    if digest.judged:
        return ["Nothing unusual.", *_unjudged(digest)]
    if not digest.vendors:
        return ["Nothing can be judged: no numbers are known."]
    return [f"Nothing can be judged yet: that {TAKES}"]


def _unjudged(digest: Digest) -> list[str]:
    if not digest.unjudged:
        return []
    return [f"Not judged yet: {joined(vendor.label for vendor in digest.unjudged)}. That {TAKES}"]


def _unusual(unusual: Unusual, text_style: TextStyle) -> str:
    usual = figure(unusual.usual) if unusual.usual > 0 else "none"
    return f"{short_day(unusual.day)}: {had(unusual, text_style)}, usually {usual}."


def difference_lines(digest: Digest, text_style: TextStyle) -> list[str]:
    """Where a vendor's own report says something else; vendors report days in UTC."""
    bullets = [f"• {_difference(difference, text_style)}" for difference in digest.differences]
    rule = (
        f"Shown: differences of more than {TOLERATED:.0%} and at least {FEWEST:g} calls or "
        f"{SHORTEST:g} minutes, for whole days in UTC."
    )
    return [*_most(bullets), rule]


def _difference(difference: Difference, text_style: TextStyle) -> str:
    counted_here = measured(difference.what, difference.counted, text_style)
    return (
        f"{difference.vendor.label}, {date_name(difference.day)}: {counted_here} by its calls, "
        f"{figure(difference.reported)} in its own report."
    )


def act_lines(acts: Acts | None, text_style: TextStyle) -> list[str]:
    """Acts by verb and state, and how many orders were refused. Nobody is named."""
    by_verb = acts.by_verb if acts is not None else {}
    totals: Counter[State] = Counter()
    for states in by_verb.values():
        totals.update(states)
    refused = acts.refused if acts is not None else 0
    if not totals.total() and not refused:
        return ["No call was moderated."]
    bullets = [
        f"• {text_style.quote(verb_words(verb), MAX_WORDS)}: {_states(states)}"
        for verb, states in sorted(by_verb.items())
        if any(states.values())
    ]
    return [
        f"{_sum(totals)}; {counted(refused, 'order was', 'orders were')} refused.",
        *_most(bullets),
    ]


def _sum(totals: Mapping[State, int]) -> str:
    number = counted(sum(totals.values()), "act")
    states = _states(totals)
    return f"{number}: {states}" if states else number


def _states(states: Mapping[State, int]) -> str:
    """`12 confirmed, 1 failed`."""
    return ", ".join(
        f"{figure(states[state])} {state.label}" for state in State if states.get(state)
    )


def cost_lines(costs: Sequence[Cost], text_style: TextStyle) -> list[str]:
    """The lines on what people's minutes cost by vendor, estimated."""
    bullets = [
        f"• {cost.vendor.label}: about {_money(cost.amount, cost.currency, text_style)} for "
        f"{counted(cost.minutes, 'participant minute')}."
        for cost in costs
    ]
    currencies = {cost.currency for cost in costs}
    if len(costs) > 1 and len(currencies) == 1:
        amount = sum(cost.amount for cost in costs)
        bullets.append(f"• Together: about {_money(amount, costs[0].currency, text_style)}.")
    return [*_most(bullets), "Estimated with the prices in callwarden.toml; no bill was read."]


def _money(amount: float, currency: str, text_style: TextStyle) -> str:
    shown = min(max(amount, 0), MOST_AMOUNT) if isfinite(amount) else 0
    return f"{text_style.quote(currency, 8)} {shown:,.2f}"


def waiting_lines(digest: Digest, text_style: TextStyle) -> list[str]:
    """The lines on what waits for a person to act, and since when."""
    bullets = _most([f"• {_waiting(waiting, digest, text_style)}" for waiting in digest.waiting])
    return [*bullets, "• and more, asked later than these"] if digest.more_waiting else bullets


def _waiting(waiting: Waiting, digest: Digest, text_style: TextStyle) -> str:
    """A case with its state, or something else in its words: `#128 Kick Ann: Room · asked · …`."""
    number = f"{text_style.strong(f'#{waiting.case}')} " if waiting.case > 0 else ""
    state = STATES.get(waiting.kind, "")
    since = f"for {span(waiting.since, digest.made_at)}"
    return dots((f"{number}{text_style.quote(waiting.words, MAX_WORDS)}", state, since))


def _most(bullets: list[str]) -> list[str]:
    if len(bullets) <= MOST_LINES:
        return bullets
    return [*bullets[:MOST_LINES], f"• and {thousands(len(bullets) - MOST_LINES)} more"]
