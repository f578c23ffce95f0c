"""Menus: how an option is shown, and how those are that the app looks up."""

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from bot.demo.slack.screen import Json


def label_of(option: Json) -> str:
    """An option, with what describes it."""
    more = option.get("description", {}).get("text")
    label = str(option["text"]["text"])
    return f"{label} · {more}" if more else label


class LookupMenu:
    """Shows in `field` what the app finds for the letters, and no others.

    What is chosen stays in it, behind what fits the letters. An answer that a later look overtook
    is not shown. `known` are the options met so far, by their values.
    """

    def __init__(
        self,
        field: ui.select,
        known: dict[str, Json],
        suggest: Callable[[str], Awaitable[list[Json]]],
    ) -> None:
        self._field = field
        self._known = known
        self._suggest = suggest
        self._typed = ""
        self._looks = 0
        # in a search field NiceGUI would leave out what has not the letters
        field.props("type=text")
        field.on("input-value", self._look, throttle=0.2)
        field.on("popup-show", self._offer)
        field.on("blur", self._forget)

    async def _look(self, event: events.GenericEventArguments) -> None:
        self._typed = str(event.args or "")
        await self._offer()

    async def _offer(self) -> None:
        self._looks += 1
        this_look = self._looks
        found = await self._suggest(self._typed)
        if this_look != self._looks:
            return
        self._known.update({option["value"]: option for option in found})
        value = self._field.value
        chosen = value if isinstance(value, list) else [value]
        shown = [*(option["value"] for option in found), *filter(None, chosen)]
        labels = {each: label_of(self._known[each]) for each in shown}
        self._field.set_options(labels, value=value)

    def _forget(self) -> None:
        self._typed = ""
