"""The whole story by Socket Mode, and through a connection that breaks in the middle of it."""

from collections import Counter
from pathlib import Path

import pytest

from bot.calls.cases import Case
from bot.demo.slack.sockets import Cut
from bot.demo.stage import Show, open_show
from bot.demo.story import STORY, TAKEN
from bot.demo.tour import steps

ORDERS = sum(TAKEN[0] in step.sees for step in STORY)
"""Orders of the story that are carried out."""

BREAKS = {
    "a connection that holds": {},
    "a connection that breaks": {"mute": Cut.ACK_LOST, "kick": Cut.AFTER_ACK},
}
"""Steps of the story, words and a form, over whose acknowledgement the connection breaks."""


async def cases(show: Show) -> list[Case]:
    """Every case on record."""
    entries = [entry async for entry in show.store.export()]
    numbers = {entry.case for entry in entries if entry.case is not None}
    return [await show.store.case(number) for number in sorted(numbers)]


def repeated(show: Show) -> list[object]:
    """What was done at a vendor more than once."""
    world = show.stage.world
    effects = Counter(
        effect for server in (world.stream, world.realtimekit) for effect in server.effects
    )
    return [effect for effect, times in effects.items() if times > 1]


@pytest.mark.parametrize("how", BREAKS)
async def test_the_whole_story_plays_by_socket_and_each_order_is_done_once(
    how: str, tmp_path: Path
) -> None:
    breaks, shown = BREAKS[how], []
    async with open_show(tmp_path, by_socket=True) as show:
        exchange = show.stage.slack.exchange
        async for played in steps(show):
            shown.append(played.step.key)
            upcoming = STORY[len(shown)].key if len(shown) < len(STORY) else ""
            exchange.cuts = [breaks[upcoming]] if upcoming in breaks else []
        assert shown == [step.key for step in STORY]
        assert len(await cases(show)) == ORDERS
        assert repeated(show) == []
        assert exchange.opened == 1 + len(breaks)
