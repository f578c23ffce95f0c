"""What the documents show of the bot, drawn from the bot itself: `python -m tests.scenarios.draw`.

A document has the drawn part between `<!-- drawn: NAME -->` and `<!-- end -->`; `make test` fails
when it is not what the bot shows today.
"""

import asyncio
import hashlib
import io
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from rich.console import Console

from bot.calls.capabilities import Capability
from bot.calls.models import Vendor
from bot.calls.verbs import VERBS, Verb
from bot.demo.stage import open_show
from bot.demo.tour import Played, drawn, play, steps
from bot.logs import configure_logs
from tests.contracts.listing import as_document
from tests.scenarios.digests import SCENES, pictures
from tests.scenarios.surface import SURFACE

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "docs/slack.md", "docs/vendors.md")
PICTURE = "docs/images/tour.svg"
APART = frozenset({"operations"})
"""Parts that tests/contracts holds against the documents, where every request is driven anyway."""

PART = re.compile(r"(<!-- drawn: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
CHANGING = {
    r"\w{3} \d+, \d{4} \d\d:\d\d UTC": "Nov 21, 2026 03:05 UTC",
    r"\b[0-9a-f]{64}\b": hashlib.sha256(b"callwarden").hexdigest(),
    r"_\d{19}\.": "_1795264089887510000.",
    r"· \d+ min\b": "· under a minute",  # a play on a busy machine
}
"""What differs between two plays, and what stands for it in the documents."""

Capabilities = Mapping[Vendor, Mapping[str, Capability]]


def redraw(document: str, parts: Mapping[str, str]) -> str:
    """The document with each drawn part as it is in `parts`, those set apart left as they are.

    KeyError for one that is not there.
    """

    def drawn_anew(part: re.Match[str]) -> str:
        if part[2] in APART and part[2] not in parts:
            return part[0]
        return f"{part[1]}\n{parts[part[2]]}\n\n{part[3]}"

    return PART.sub(drawn_anew, document)


def steady(played: Played) -> Played:
    """The step without what differs from play to play."""
    text = played.sight.text
    for pattern, word in CHANGING.items():
        text = re.sub(pattern, word, text)
    return played._replace(sight=played.sight._replace(text=text))


def as_part(played: Played) -> str:
    """A step as a document shows it: what went wrong, who did what, and what they saw."""
    trouble = f"! {played.step.trouble.words}\n" if played.step.trouble else ""
    text = f"{trouble}{played.who} {played.told}\n\n{steady(played).sight.text}"
    return f"```text\n{text}\n```"


def table(vendors: Capabilities, verbs: Iterable[type[Verb]]) -> str:
    """The verbs against the vendors, without the reasons."""
    head = ["", *(vendor.label for vendor in vendors)]
    rows = [[verb.label, *(_short(told[verb.name]) for told in vendors.values())] for verb in verbs]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def reasons(told: Mapping[str, Capability]) -> str:
    """Every reason a vendor gives, with the verbs that share it."""
    return "\n".join(
        _reason(why, told)
        for why in dict.fromkeys(capability.why for capability in told.values() if capability.why)
    )


def _reason(why: str, told: Mapping[str, Capability]) -> str:
    names = [name for name in VERBS if told[name].why == why]
    labels = "Every act" if len(names) == len(VERBS) else ", ".join(VERBS[n].label for n in names)
    return f"- {labels}: *{told[names[0]].level}*. {why}"


def _short(capability: Capability) -> str:
    if capability.possible or capability.instead is None:
        return str(capability.level)
    return f"{capability.level}; nearest: {VERBS[capability.instead].label.lower()}"


async def surface(folder: Path) -> dict[str, str]:
    """The parts that are not in the tour, played before a show of their own."""
    async with open_show(folder) as show:
        parts = tour_parts([played async for played in steps(show, (*SURFACE, *SCENES))])
        providers = show.app.live_calls.providers
        vendors = {vendor: provider.capabilities for vendor, provider in providers.items()}
    parts["capabilities-table"] = table(vendors, VERBS.values())
    everyday = [verb for verb in VERBS.values() if verb.drawn]
    parts["capabilities-everyday"] = table(vendors, everyday)
    parts |= pictures()
    return parts | {f"reasons-{vendor}": reasons(told) for vendor, told in vendors.items()}


def tour_parts(played: Iterable[Played]) -> dict[str, str]:
    """The parts that these steps show."""
    return {each.step.key: as_part(each) for each in played}


def main() -> None:
    """Redraw all documents and the picture."""
    quiet = Console(file=io.StringIO())
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        played = asyncio.run(play(quiet, Path(first), pace=0))
        parts = tour_parts(played) | asyncio.run(surface(Path(second)))
    parts["operations"] = as_document()
    for name in DOCUMENTS:
        document = ROOT / name
        document.write_text(redraw(document.read_text("utf-8"), parts), "utf-8")
    (ROOT / PICTURE).write_text(drawn([steady(each) for each in played]), "utf-8")


if __name__ == "__main__":
    configure_logs("CRITICAL")
    main()
