"""Slack's interactive elements, each drawn as a control that can be used."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from nicegui import events, ui

from bot.demo.playground.page.formatted_text import html_of
from bot.demo.playground.page.menus import LookupMenu, label_of
from bot.demo.playground.page.session import Session, control_of
from bot.demo.slack.control_finder import entered, options_of
from bot.demo.slack.screen import STATEFUL, Control, Json, Shown, state_of

TYPED = {
    "plain_text_input": "text",
    "number_input": "number",
    "email_text_input": "email",
    "url_text_input": "url",
}
"""Fields that are typed into, and the kind of field a browser has for it."""

YES = "yes"

PICKED = {"datepicker": "date", "timepicker": "time"}


class Elements:
    """The elements of one message or form, for the person in `seat`."""

    def __init__(self, session: Session, shown: Shown) -> None:
        self._session = session
        self._shown = shown
        self._state = state_of(shown)

    def draw(self, block: Json, element: Json) -> None:
        """Draw one element; one that is not known is shown as such, loudly."""
        kind = element["type"]
        if kind == "image":
            picture(element)
            return
        drawer = DRAWERS.get(kind)
        if drawer is None:
            unknown("element", kind)
        else:
            drawer(self, control_of(self._shown, block, element))

    def button(self, control: Control) -> None:
        """A button; one with a question asks it first."""
        element = control.element
        style = element.get("style", "plain")
        state = {"value": element["value"]} if "value" in element else {}
        pressed = ui.button(
            element["text"]["text"], on_click=partial(self._ask, control, state), color=None
        )
        pressed.props("no-caps unelevated dense").classes(f"k-button k-{style}")

    def overflow(self, control: Control) -> None:
        """A menu behind three dots."""
        dots = ui.button("⋯", color=None).props('no-caps flat dense aria-label="More actions"')
        with dots.classes("k-button k-plain k-dots"), ui.menu():
            for option in options_of(control.element):
                state = {"selected_option": option}
                ui.menu_item(option["text"]["text"], partial(self._ask, control, state))

    def menu(self, control: Control) -> None:
        """A menu of options that the app gave."""
        element = control.element
        options = {option["value"]: option["text"]["text"] for option in options_of(element)}
        self._select(control, options, lambda value: value)

    def lookup(self, control: Control) -> None:
        """A menu whose options the app looks up while somebody types."""
        value = self._value(control)
        chosen = value if isinstance(value, list) else [value]
        known = {option["value"]: option for option in chosen if option}
        labels = {value: label_of(option) for value, option in known.items()}
        field = self._select(control, labels, lambda value: known[value], typed=True)
        LookupMenu(field, known, partial(self._session.suggest, self._shown, control))

    def people(self, control: Control) -> None:
        """A menu of the people, or of the channels, of the workspace."""
        world = self._session.playground.stage.slack.world
        options = {user.id: user.name for user in world.users.values() if not user.bot}
        if "users" not in control.element["type"]:
            options = {channel.id: f"#{channel.name}" for channel in world.channels.values()}
        self._select(control, options, lambda value: value)

    def text(self, control: Control) -> None:
        """A field to type into."""
        element = control.element
        value = str(self._value(control) or "")
        hint = element.get("placeholder", {}).get("text", "")
        if element.get("multiline"):
            field: Any = ui.textarea(value=value, placeholder=hint)
        else:
            field = ui.input(value=value, placeholder=hint)
            field.props(f"type={TYPED[element['type']]}")
        most = element.get("max_length", 3000)
        field.props(f"dense outlined maxlength={most}").classes("k-field")
        field.on_value_change(lambda event: self._enter(control, event.value or None))
        if _tells(control):
            field.on("keydown.enter", lambda: self._tell(control, field.value or None))

    def pick(self, control: Control) -> None:
        """A date or a time."""
        field = ui.input(value=self._value(control) or "")
        field.props(f"type={PICKED[control.element['type']]} dense outlined").classes("k-field")
        field.on_value_change(lambda event: self._entered(control, event.value or None))

    def boxes(self, control: Control) -> None:
        """Boxes to tick, any number of them."""
        ticked = {option["value"] for option in self._value(control) or ()}

        async def tick(value: str, *, on: bool) -> None:
            (ticked.add if on else ticked.discard)(value)
            await self._entered(control, sorted(ticked))

        for option in options_of(control.element):
            box = ui.checkbox(label_of(option), value=option["value"] in ticked)
            box.on_value_change(partial(_ticked, tick, option["value"]))

    def choice(self, control: Control) -> None:
        """One of a few."""
        options = {option["value"]: label_of(option) for option in options_of(control.element)}
        chosen = self._value(control)
        radio = ui.radio(options, value=chosen["value"] if chosen else None)
        radio.on_value_change(lambda event: self._entered(control, event.value))

    def _select(
        self,
        control: Control,
        options: Mapping[str, str],
        meant: Callable[[str], Any],
        *,
        typed: bool = False,
    ) -> ui.select:
        """A menu; `meant` makes of an option's value what the state of the field takes."""
        element = control.element
        many = element["type"].startswith("multi_")
        chosen = self._value(control)
        start = (
            [_id(option) for option in chosen or ()] if many else _id(chosen) if chosen else None
        )
        field = ui.select(dict(options), value=start, multiple=many, with_input=typed or many)
        hint = element.get("placeholder", {}).get("text", "Choose")
        field.props("dense outlined options-dense").classes("k-select")
        field.props["label"] = hint
        field.props["aria-label"] = hint

        async def change(event: events.ValueChangeEventArguments[Any]) -> None:
            if many:
                await self._entered(control, [meant(value) for value in event.value or ()])
            else:
                await self._entered(control, meant(event.value) if event.value else None)

        field.on_value_change(change)
        return field

    def _value(self, control: Control) -> Any:
        """What stands in a field now, as Slack keeps it."""
        block, action = control.key
        told, _, _ = STATEFUL[control.element["type"]]
        return self._state[block][action][told]

    def _enter(self, control: Control, value: Any) -> None:
        self._session.enter(self._shown, control, value)

    async def _entered(self, control: Control, value: Any) -> None:
        """Fill the field in, and tell the app where it is told at once."""
        self._enter(control, value)
        if _tells(control):
            await self._tell(control, value)

    async def _tell(self, control: Control, value: Any) -> None:
        await self._ask(control, entered(control.element, value))

    async def _ask(self, control: Control, state: Json) -> None:
        """Ask the element's question where it has one, then use it."""
        if (question := control.element.get("confirm")) and not await _confirmed(question):
            return
        await self._session.use(self._shown, control, state)


def picture(node: Json) -> None:
    """An image; addresses outside this machine are not fetched, their words are shown."""
    ui.label(f"🖼 {node['alt_text']}").classes("k-image")


def unknown(what: str, kind: str) -> None:
    """Something Slack may know and this page does not: never silently left out."""
    ui.label(f"Unknown {what}: {kind}").classes("k-unknown")


async def _confirmed(question: Json) -> bool:
    with ui.dialog() as dialog, ui.card().classes("k-dialog"):
        ui.label(question.get("title", {}).get("text", "Are you sure?")).classes("k-title")
        ui.html(html_of(question["text"], {}), sanitize=False)
        with ui.row():
            no, yes = (question.get(name, {}).get("text") for name in ("deny", "confirm"))
            ui.button(no or "Cancel", on_click=dialog.close, color=None)
            ui.button(yes or "Yes", on_click=partial(dialog.submit, YES), color=None)
    return bool((await dialog) == YES)


def _tells(control: Control) -> bool:
    """Whether the app hears of it at once: fields outside inputs, and inputs that say so."""
    return control.block["type"] != "input" or bool(control.block.get("dispatch_action"))


def _id(option: Any) -> str:
    return str(option["value"]) if isinstance(option, dict) else str(option)


async def _ticked(
    tick: Callable[..., Any], value: str, event: events.ValueChangeEventArguments[bool]
) -> None:
    await tick(value, on=event.value)


DRAWERS: Mapping[str, Callable[[Elements, Control], None]] = {
    "button": Elements.button,
    "overflow": Elements.overflow,
    "checkboxes": Elements.boxes,
    "radio_buttons": Elements.choice,
    **dict.fromkeys(TYPED, Elements.text),
    **dict.fromkeys(PICKED, Elements.pick),
    **dict.fromkeys(("static_select", "multi_static_select"), Elements.menu),
    **dict.fromkeys(("external_select", "multi_external_select"), Elements.lookup),
    **{
        f"{many}{kind}_select": Elements.people
        for many in ("", "multi_")
        for kind in ("users", "channels", "conversations")
    },
}
"""How each kind of element is drawn."""
