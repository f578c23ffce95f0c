"""Block Kit as Slack would draw it, in controls of this page; an unknown block is shown as such."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from bot.demo.playground.page.data_blocks import chart, table
from bot.demo.playground.page.elements import Elements, picture, unknown
from bot.demo.playground.page.formatted_text import html_of, rich_html
from bot.demo.playground.page.session import Session
from bot.demo.slack.screen import Json, Shown, View

SIZES = {1: "k-h1", 2: "k-h2", 3: "k-h3", 4: "k-h4"}


class Blocks:
    """The blocks of one message or form, for the person in `seat`."""

    def __init__(self, session: Session, shown: Shown) -> None:
        self._session = session
        self._shown = shown
        self._names = session.names
        self._elements = Elements(session, shown)

    def draw(self, blocks: list[Json]) -> None:
        """Draw them, one below the other."""
        for block in blocks:
            with ui.element("div").classes(f"k-block k-{block['type']}"):
                drawer = DRAWERS.get(block["type"])
                if drawer is None:
                    unknown("block", block["type"])
                else:
                    drawer(self, block)

    def header(self, block: Json) -> None:
        """A headline."""
        size = SIZES.get(block.get("level", 2), "k-h2")
        ui.label(block["text"]["text"]).classes(size).props('role="heading" aria-level=3')

    def section(self, block: Json) -> None:
        """A paragraph, its fields, and what stands beside it."""
        with ui.element("div").classes("k-words"):
            if "text" in block:
                self.text(block["text"])
            if block.get("fields"):
                with ui.element("div").classes("k-fields"):
                    for each in block["fields"]:
                        self.text(each)
        if "accessory" in block:
            with ui.element("div").classes("k-beside"):
                self._elements.draw(block, block["accessory"])

    def actions(self, block: Json) -> None:
        """A row of buttons and menus."""
        for element in block["elements"]:
            self._elements.draw(block, element)

    def context(self, block: Json) -> None:
        """A small line."""
        for each in block["elements"]:
            picture(each) if each["type"] == "image" else self.text(each)

    def divider(self, _: Json) -> None:
        """A rule."""
        ui.separator()

    def image(self, block: Json) -> None:
        """A picture's title and description."""
        if "title" in block:
            self.text(block["title"])
        picture(block)

    def input(self, block: Json) -> None:
        """A field with its label, its hint, and the app's complaint about it."""
        optional = " (optional)" if block.get("optional") else ""
        ui.label(f"{block['label']['text']}{optional}").classes("k-label")
        self._elements.draw(block, block["element"])
        if "hint" in block:
            ui.label(block["hint"]["text"]).classes("k-hint")
        if isinstance(self._shown, View) and block["block_id"] in self._shown.errors:
            ui.label(self._shown.errors[block["block_id"]]).classes("k-error").props('role="alert"')

    def alert(self, block: Json) -> None:
        """A notice."""
        with ui.element("div").classes(f"k-alert-{block.get('level', 'default')}"):
            self.text(block["text"])

    def markdown(self, block: Json) -> None:
        """Standard markdown."""
        ui.markdown(block["text"])

    def rich_text(self, block: Json) -> None:
        """Rich text."""
        ui.html(rich_html(block, self._names), sanitize=False)

    def card(self, block: Json) -> None:
        """A card."""
        for name in ("title", "subtitle", "body", "subtext"):
            if name in block:
                with ui.element("div").classes(f"k-card-{name}"):
                    self.text(block[name])
        with ui.element("div").classes("k-actions"):
            for each in block.get("actions", []):
                self._elements.draw(block, each)

    def carousel(self, block: Json) -> None:
        """Cards beside each other."""
        self.draw(block["elements"])

    def container(self, block: Json) -> None:
        """A titled group of blocks."""
        title = block.get("title", {}).get("text", "")
        if block.get("is_collapsible"):
            with ui.expansion(title, value=not block.get("default_collapsed", False)):
                self.draw(block["child_blocks"])
        else:
            ui.label(title).classes("k-h3")
            self.draw(block["child_blocks"])

    def data_visualization(self, block: Json) -> None:
        """A real chart."""
        chart(block)

    def table(self, block: Json) -> None:
        """A table to sort and to page through."""
        table(block, self._names)

    def text(self, node: Any) -> None:
        """A text object."""
        ui.html(html_of(node, self._names), sanitize=False).classes("k-text")


DRAWERS: Mapping[str, Callable[[Blocks, Json], None]] = {
    "actions": Blocks.actions,
    "alert": Blocks.alert,
    "card": Blocks.card,
    "carousel": Blocks.carousel,
    "container": Blocks.container,
    "context": Blocks.context,
    "data_table": Blocks.table,
    "data_visualization": Blocks.data_visualization,
    "divider": Blocks.divider,
    "header": Blocks.header,
    "image": Blocks.image,
    "input": Blocks.input,
    "markdown": Blocks.markdown,
    "rich_text": Blocks.rich_text,
    "section": Blocks.section,
    "table": Blocks.table,
}
"""How each kind of block is drawn."""
