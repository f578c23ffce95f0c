"""The whole story by Socket Mode, through a connection that breaks in the middle of it."""

from collections import Counter
from pathlib import Path

from bot.calls.cases import Case
from bot.demo.slack.socket_mode import Cut
from bot.demo.stage import Show, open_show
from bot.demo.story import STORY, TAKEN
from bot.demo.tour import steps

ORDERS = sum(TAKEN[0] in step.sees for step in STORY)
"""Orders of the story that are carried out."""

BREAKS = {"mute": Cut.ACK_LOST, "kick": Cut.AFTER_ACK}
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


async def test_the_whole_story_plays_by_socket_through_breaks_and_each_order_is_done_once(
    tmp_path: Path,
) -> None:
    """Before, between and after the breaks, the connection holds: no other one is opened."""
    shown: list[str] = []
    async with open_show(tmp_path, by_socket=True) as show:
        exchange = show.stage.slack.exchange
        async for played in steps(show):
            shown.append(played.step.key)
            assert exchange.opened <= 1 + sum(key in BREAKS for key in shown)
            upcoming = STORY[len(shown)].key if len(shown) < len(STORY) else ""
            exchange.cuts = [BREAKS[upcoming]] if upcoming in BREAKS else []
        assert shown == [step.key for step in STORY]
        assert exchange.opened == 1 + len(BREAKS)
        assert len(await cases(show)) == ORDERS
        assert repeated(show) == []
