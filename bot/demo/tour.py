"""The tour: the story played in a terminal, on loopback, with everything really happening."""

import asyncio
import io
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from bot.calls.models import Vendor
from bot.clock import SystemClock
from bot.demo.moves import SIGHT_TIMEOUT_S, Player, Sight, StoryBroken
from bot.demo.slack import NotShown, User
from bot.demo.stage import Show, open_show
from bot.demo.story import ANSWER, CALLS, STORY, TAKEN, Step
from bot.logs import configure_logs

WIDEST, PICTURE_WIDTH = 100, 88
"""Columns of the terminal that are used at most, and of the picture."""

OUTSIDE_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
FONTS = "ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace"
"""rich fetches its font from a host; the picture has to do with the reader's own."""

CASE = re.compile(r"^\S+ #(\d+) ", re.MULTILINE)
"""The number at the beginning of what is told of a case."""

STYLES = {
    r"^.+(?=\n─+$)": "bold",
    r"^.+(?=\n.+ · (?:under a minute|\d+ (?:people|person)))": "bold",
    r"^─+$": "dim",
    r"\[[^\[\]\n]+\]": "cyan",
    r"✅ #\d+": "green",
    r"^[┌•].*": "bold",
}
"""What stands out in a message, by pattern."""


class Played(NamedTuple):
    """A step that went as expected: what was done, what was seen, what changed at the vendor."""

    step: Step
    who: str
    told: str
    sight: Sight
    effect: str | None


def tour(
    console: Console, *, pace: float, picture: Path | None = None, story: Sequence[Step] = STORY
) -> None:
    """Play a story in a temporary folder that is gone afterwards; `pace` is seconds a step.

    StoryBroken when a step does not get what it expects; then the folder with the log stays.
    `picture` is an SVG file to be written with the best of it.
    """
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="callwarden-"))
        tidy = stack.enter_context(ExitStack())
        tidy.callback(shutil.rmtree, folder)
        log = stack.enter_context((folder / "bot.log").open("w", encoding="utf-8"))
        configure_logs("INFO", log)
        try:
            played = asyncio.run(play(console, folder, pace, story))
        except StoryBroken as broken:
            tidy.pop_all()
            broken.next_step = f"The bot's log is {folder / 'bot.log'}."
            raise
    if picture is not None:
        picture.write_text(drawn(played, story), encoding="utf-8")


async def play(
    console: Console, folder: Path, pace: float, story: Sequence[Step] = STORY
) -> list[Played]:
    """Every step of a story before a new show, printed as it happens; then what was shown."""
    clock, played = SystemClock(), []
    async with open_show(folder) as show:
        async for each in steps(show, story):
            played.append(each)
            console.print(frame(each, story), width=min(console.width, WIDEST))
            await clock.sleep(pace)
        console.print(await summary(show, played))
    return played


async def steps(
    show: Show, story: Sequence[Step] = STORY, timeout_s: float = SIGHT_TIMEOUT_S
) -> AsyncIterator[Played]:
    """A story, step by step. StoryBroken names the step, after `timeout_s` seconds of waiting."""
    player = Player(show, CALLS, timeout_s)
    for step in story:
        try:
            yield await _make(player, step)
        except (StoryBroken, NotShown) as broken:
            raise StoryBroken(f"“{step.title}”: {broken}") from None


async def _make(player: Player, step: Step) -> Played:
    user: User = getattr(player.show.stage.cast, step.who)
    if step.trouble:
        step.trouble.cause(player.show.stage.world)
    sight = await step.move.make(player, user, step.sees)
    if {ANSWER, *TAKEN} & set(step.sees):
        await _line_posted(player, user, sight)
    effect = step.effect.described(player.show.stage.world) if step.effect else None
    if step.effect and effect is None:
        raise StoryBroken(f"It is not so that {step.effect.words}")
    return Played(step, f"{user.name}, {step.who},", step.move.described(player), sight, effect)


async def _line_posted(player: Player, user: User, sight: Sight) -> None:
    """Wait for the case's line in the moderation channel, so that all stand in their order."""
    newest = max(map(int, CASE.findall(sight.text)))
    await player.read(user, player.show.stage.cast.log, f"#{newest} ")


async def summary(show: Show, played: Sequence[Played]) -> str:
    """The last line: what was shown, in numbers counted in the record."""
    entries = [entry async for entry in show.store.export()]
    cases = {entry.case for entry in entries if entry.case is not None}
    verified = await show.store.verify()
    return (
        f"Shown: {len(played)} steps on {len(Vendor)} vendors, {len(cases)} cases, "
        f"{len(entries)} audit entries, {verified} of them verified."
    )


def frame(played: Played, story: Sequence[Step] = STORY) -> RenderableType:
    """A step as it stands in the terminal, with its number in the story."""
    number = story.index(played.step) + 1
    parts: list[RenderableType] = [
        Rule(Text(f"{number}/{len(story)} {played.step.title}"), align="left", style="dim"),
        *([Text(f"! {trouble.words}", style="red")] if (trouble := played.step.trouble) else []),
        Text.assemble((played.who, "bold"), " ", played.told),
        Panel(dressed(played.sight.text), title=played.sight.where, title_align="left"),
    ]
    if played.effect:
        parts.append(Text(f"→ {played.effect}", style="magenta"))
    return Group(*parts, Text())


def dressed(text: str) -> Text:
    """A message with its headline, buttons and states standing out."""
    styled = Text(text)
    for pattern, style in STYLES.items():
        for found in re.finditer(pattern, text, re.MULTILINE):
            styled.stylize(style, *found.span())
    return styled


def drawn(played: Iterable[Played], story: Sequence[Step] = STORY) -> str:
    """A terminal with the pictured steps, as SVG that needs nothing from anywhere else."""
    console = Console(record=True, file=io.StringIO(), width=PICTURE_WIDTH, force_terminal=True)
    for each in played:
        if each.step.pictured:
            console.print(frame(each, story))
    svg = console.export_svg(title="make demo", unique_id="tour")
    return OUTSIDE_FONT.sub("", svg).replace("Fira Code, monospace", FONTS)
