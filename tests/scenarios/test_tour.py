"""The tour plays to its end, and the documents show what the bot shows."""

import asyncio
import io
import logging
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import structlog
from rich.console import Console

from bot.demo.moves import Press, Read, Run, StoryBroken, Submit, Type
from bot.demo.stage import open_show
from bot.demo.story import STORY, TAKEN, Effect, Step
from bot.demo.tour import Played, drawn, play, steps, tour
from tests.scenarios.draw import DOCUMENTS, PART, PICTURE, ROOT, redraw, surface, tour_parts

WIDTH = 80


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the command line may write."""
    return tmp_path_factory.mktemp("process")


@pytest.fixture(scope="module")
def command_line(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """`callwarden demo --tour` in a process of its own, begun before anything else is played."""
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "bot",
            "demo",
            "--tour",
            "--pace",
            "0",
            "--save",
            folder / "tour.svg",
        ],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(folder), "COLUMNS": str(WIDTH)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


@pytest.fixture(scope="module")
def told(
    command_line: "subprocess.Popen[str]", tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Played], str]:
    """The tour as played, and every character it printed."""
    del command_line  # it plays beside this one
    console = Console(file=io.StringIO(), width=WIDTH)
    played = asyncio.run(play(console, tmp_path_factory.mktemp("tour"), pace=0))
    file = console.file
    assert isinstance(file, io.StringIO)
    return played, file.getvalue()


@pytest.fixture(scope="module")
def parts(
    told: tuple[list[Played], str], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, str]:
    """What stands in the documents' drawn parts."""
    return tour_parts(told[0]) | asyncio.run(surface(tmp_path_factory.mktemp("surface")))


def test_the_last_line_counts_what_was_shown(told: tuple[list[Played], str]) -> None:
    last = told[1].rstrip("\n").split("\n")[-1]
    counted = re.fullmatch(
        r"Shown: (\d+) steps on 3 vendors, (\d+) cases, "
        r"(\d+) audit entries, (\d+) of them verified\.",
        last,
    )
    assert counted
    shown, cases, entries, verified = map(int, counted.groups())
    assert shown == len(STORY) == len(told[0])
    assert cases == sum(TAKEN[0] in step.sees for step in STORY)
    assert entries == verified > 2 * cases  # an intent and an outcome each, and the refusals


def test_each_step_is_printed_with_who_did_what_and_what_changed(
    told: tuple[list[Played], str],
) -> None:
    joined = " ".join(told[1].split())
    for each in told[0]:
        assert f"/{len(STORY)} {each.step.title} ─" in joined
        assert " ".join(f"{each.who} {each.told}".split()) in joined
        assert each.effect is None or f"→ {each.effect}" in joined


def test_the_story_is_told_in_the_order_that_was_promised() -> None:
    promised = (
        *("list", "open", "mute", "kick-form", "kick", "record", "live", "refused"),
        *("other-kick", "other-record", "other-live", "reading-only"),
        *("end-form", "end", "audit", "case", "verify"),
    )
    assert [step.key for step in STORY if step.key in promised] == list(promised)


def test_it_fits_into_a_plain_narrow_terminal(told: tuple[list[Played], str]) -> None:
    assert "\x1b" not in told[1]
    assert max(map(len, told[1].split("\n"))) <= WIDTH


BROKEN = {
    "“Look”: Mira was to see “no such words”": Step(
        "x", "Look", "moderator", Type("help"), ("no such words",)
    ),
    "“Press”: There is no “Self-destruct” in front of Mira": Step(
        "x", "Press", "moderator", Press("Self-destruct"), ()
    ),
    "“Send”: Mira has no form open": Step("x", "Send", "moderator", Submit(), ()),
    "“Read”: Mira was to see “no such case”": Step(
        "x", "Read", "moderator", Read(), ("no such case",)
    ),
    "“Run”: Mira was to see “nothing”": Step(
        "x", "Run", "moderator", Run("audit verfy"), ("nothing",)
    ),
    "“Believe”: It is not so that the room is empty": Step(
        "x",
        "Believe",
        "moderator",
        Type("help kick"),
        (),
        Effect("support", "the room is empty.", lambda room: not room.here()),
    ),
}


async def test_a_step_that_does_not_get_what_it_expects_ends_the_tour(tmp_path: Path) -> None:
    async with open_show(tmp_path) as show:
        for complaint, step in BROKEN.items():
            timeout_s = 0.1 if step.sees else 30  # to see nothing of it, or to see anything at all
            with pytest.raises(StoryBroken, match=re.escape(complaint)):
                await anext(steps(show, [step], timeout_s=timeout_s))


@pytest.fixture
def logs_as_before() -> Iterator[None]:
    """The tour sends this process's logs to its own file."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.usefixtures("logs_as_before")
def test_a_tour_that_ends_early_names_the_log_and_keeps_it() -> None:
    story = (Step("x", "Send", "moderator", Submit(), ()),)
    with pytest.raises(StoryBroken) as broken:
        tour(Console(file=io.StringIO()), pace=0, story=story)
    named = re.fullmatch(r"The bot's log is (\S+)\.", broken.value.next_step)
    assert named
    log = Path(named[1])
    try:
        assert "stopped" in log.read_text("utf-8")
    finally:
        shutil.rmtree(log.parent)


@pytest.mark.usefixtures("logs_as_before")
def test_a_tour_that_goes_well_draws_its_picture_and_leaves_no_log(tmp_path: Path) -> None:
    story = (Step("help", "Ask", "viewer", Type("help"), (), pictured=True),)
    picture, console = tmp_path / "tour.svg", Console(file=io.StringIO())
    tour(console, pace=0, picture=picture, story=story)
    ET.parse(picture)


def test_the_command_line_exits_with_0_and_leaves_nothing_behind(
    command_line: "subprocess.Popen[str]", folder: Path
) -> None:
    """The whole process: no log line in the terminal, no file left, a picture on request."""
    out, err = command_line.communicate(timeout=60)
    assert (command_line.returncode, err) == (0, "")
    assert out.rstrip().split("\n")[-1].startswith("Shown: ")
    assert [path.name for path in folder.iterdir()] == ["tour.svg"]


def test_the_picture_needs_nothing_from_anywhere_else(told: tuple[list[Played], str]) -> None:
    """Drawn now, or kept in the repository: no font, style or image from a host."""
    now = drawn(told[0])
    for svg in (now, (ROOT / PICTURE).read_text("utf-8")):
        ET.fromstring(svg)
        assert "url(http" not in svg.replace('"', "")
        assert "@font-face" not in svg


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_shows_what_the_bot_shows(name: str, parts: Mapping[str, str]) -> None:
    """When this fails because the bot got better, run `make docs`."""
    document = (ROOT / name).read_text("utf-8")
    assert redraw(document, parts) == document


def test_what_is_drawn_for_the_documents_alone_is_in_them(
    told: tuple[list[Played], str], parts: Mapping[str, str]
) -> None:
    documents = "".join((ROOT / name).read_text("utf-8") for name in DOCUMENTS)
    shown = {name for _, name, _ in PART.findall(documents)}
    assert set(parts) - {each.step.key for each in told[0]} <= shown
