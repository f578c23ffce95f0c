"""How a message or view reads: plain lines for a terminal, for documents and for failed tests."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.demo.slack.control_finder import options_of
from bot.demo.slack.mrkdwn import resolve
from bot.demo.slack.screen import STATEFUL, Json, Shown, View, state_of

BLANK = "____"
Lines = Iterator[str]


def as_text(shown: Shown, names: Mapping[str, str] | None = None) -> str:
    """Every line somebody would read. `names` are shown for ids of people, groups and channels.

    Dates are in UTC. A block that is not known here is shown as such.
    """
    return "\n".join(Reading(shown, names or {}).lines())


class Reading:
    """One message or view, read aloud."""

    def __init__(self, shown: Shown, names: Mapping[str, str]) -> None:
        self._shown = shown
        self._names = names
        self._state = state_of(shown)

    def lines(self) -> Lines:
        """All lines; where there are blocks, a message's text is for notifications only."""
        if isinstance(self._shown, View):
            yield from self._view(self._shown)
        elif self._shown.blocks:
            yield from self._blocks(self._shown.blocks)
        else:
            yield resolve(self._shown.text, self._names)

    def _view(self, view: View) -> Lines:
        given = view.given
        if "title" in given:
            yield f"┌ {given['title']['text']}"
        yield from self._blocks(view.blocks)
        feet = [given[name]["text"] for name in ("close", "submit") if given.get(name)]
        if feet:
            yield " ".join(f"[{foot}]" for foot in feet)

    def _blocks(self, blocks: list[Json]) -> Lines:
        for block in blocks:
            known = BLOCKS.get(block["type"])
            if known is None:
                yield f"!! unknown block {block['type']!r} !!"
            else:
                yield from known(self, block)

    def text(self, node: Any) -> str:
        """A text object as it reads; plain_text has no markup."""
        if not node:
            return ""
        return resolve(node["text"], self._names) if node["type"] == "mrkdwn" else str(node["text"])

    def header(self, block: Json) -> Lines:
        """A headline, underlined."""
        words = self.text(block["text"])
        yield words
        yield "─" * len(words)

    def section(self, block: Json) -> Lines:
        """A paragraph, its fields, and what stands beside it."""
        if "text" in block:
            yield from self.text(block["text"]).split("\n")
        for each in block.get("fields", []):
            yield f"  {self.text(each)}"
        if "accessory" in block:
            yield f"  {self.element(block, block['accessory'])}"

    def actions(self, block: Json) -> Lines:
        """A row of buttons and menus."""
        yield "  ".join(self.element(block, element) for element in block["elements"])

    def context(self, block: Json) -> Lines:
        """A small line."""
        yield "  ".join(
            self.image_of(each) if each["type"] == "image" else self.text(each)
            for each in block["elements"]
        )

    def divider(self, _: Json) -> Lines:
        """A rule."""
        yield "─" * 20

    def image(self, block: Json) -> Lines:
        """A picture's title and description."""
        title = self.text(block.get("title"))
        yield f"{title} {self.image_of(block)}".strip()

    def input(self, block: Json) -> Lines:
        """A field with its label, and the app's complaint about it."""
        optional = " (optional)" if block.get("optional") else ""
        yield f"{block['label']['text']}{optional}: {self.element(block, block['element'])}"
        if "hint" in block:
            yield f"  {block['hint']['text']}"
        if isinstance(self._shown, View) and block["block_id"] in self._shown.errors:
            yield f"  ! {self._shown.errors[block['block_id']]}"

    def alert(self, block: Json) -> Lines:
        """A notice."""
        yield f"[{block.get('level', 'default')}] {self.text(block['text'])}"

    def markdown(self, block: Json) -> Lines:
        """Standard markdown, as it was written."""
        yield str(block["text"])

    def card(self, block: Json) -> Lines:
        """A card."""
        for name in ("title", "subtitle", "body", "subtext"):
            if name in block:
                yield self.text(block[name])
        if "actions" in block:
            yield "  ".join(self.element(block, each) for each in block["actions"])

    def carousel(self, block: Json) -> Lines:
        """Cards beside each other, told one after the other."""
        for each in block["elements"]:
            yield from self.card(each)

    def container(self, block: Json) -> Lines:
        """A titled group of blocks."""
        yield self.text(block["title"]) if "title" in block else "▸"
        for line in self._blocks(block["child_blocks"]):
            yield f"  {line}"

    def table(self, block: Json) -> Lines:
        """Rows, their cells set apart."""
        if "caption" in block:
            yield str(block["caption"])
        for row in block["rows"]:
            yield " | ".join(str(cell.get("text", cell.get("value", "…"))) for cell in row)

    def chart(self, block: Json) -> Lines:
        """A chart's title and numbers."""
        chart = block["chart"]
        yield f"{block['title']} ({chart['type']} chart)"
        for series in chart.get("series", []):
            points = ", ".join(f"{p['label']} {p['value']:g}" for p in series["data"])
            yield f"  {series['name']}: {points}"
        for segment in chart.get("segments", []):
            yield f"  {segment['label']}: {segment['value']:g}"

    def element(self, block: Json, element: Json) -> str:
        """Something to press or to fill in, and what it asks before it acts."""
        confirm = element.get("confirm")
        asks = f" (asks: {self.text(confirm['text'])})" if confirm else ""
        return self._bare(block, element) + asks

    def image_of(self, node: Json) -> str:
        """A picture in words."""
        return f"(image: {node['alt_text']})"

    def _bare(self, block: Json, element: Json) -> str:
        kind = element["type"]
        if kind == "overflow":
            return f"[⋯ {' | '.join(each['text']['text'] for each in element['options'])}]"
        if kind == "image":
            return self.image_of(element)
        if kind in STATEFUL:
            return self._field(block, element)
        return f"[{element['text']['text']}]" if "text" in element else f"[{kind}]"

    def _field(self, block: Json, element: Json) -> str:
        state = self._state[block["block_id"]][element["action_id"]]
        value = state[STATEFUL[element["type"]][0]]
        hint = element.get("placeholder", {}).get("text", BLANK)
        if element["type"] in ("checkboxes", "radio_buttons"):
            chosen = value if isinstance(value, list) else [value]
            return "  ".join(
                f"({'x' if each in chosen else ' '}) {self.text(each['text'])}"
                for each in options_of(element)
            )
        if element["type"].endswith("_select"):
            return f"[{_chosen(value) or hint} ▾]"
        return f"[{value or hint}]"


def _chosen(value: Any) -> str:
    """What was picked in a menu."""
    if isinstance(value, list):
        return ", ".join(map(_chosen, value))
    return str(value["text"]["text"]) if isinstance(value, dict) else str(value or "")


BLOCKS: Mapping[str, Callable[[Reading, Json], Lines]] = {
    "actions": Reading.actions,
    "alert": Reading.alert,
    "card": Reading.card,
    "carousel": Reading.carousel,
    "container": Reading.container,
    "context": Reading.context,
    "data_table": Reading.table,
    "data_visualization": Reading.chart,
    "divider": Reading.divider,
    "header": Reading.header,
    "image": Reading.image,
    "input": Reading.input,
    "markdown": Reading.markdown,
    "section": Reading.section,
    "table": Reading.table,
}
"""How each kind of block reads."""
