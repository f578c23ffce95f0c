"""Modals and Home tabs: who has which open, and what may be written over them."""

import itertools
from collections.abc import Callable

from bot.demo.slack.errors import Refused
from bot.demo.slack.screen import Json, Stack, View, complete, copied
from bot.demo.slack.tickets import Tickets


class Modals:
    """Everybody's open modals and Home tabs. Definitions are expected to have been checked."""

    def __init__(self, tickets: Tickets, changed: Callable[[], None]) -> None:
        self.homes: dict[str, View] = {}
        self._tickets = tickets
        self._changed = changed
        self._stacks: dict[str, Stack] = {}
        self._numbers = itertools.count(1)

    def stack(self, user: str) -> list[View]:
        """What somebody has open, the top one last."""
        return list(self._of(user).views)

    def top(self, user: str) -> View | None:
        """The modal in front of somebody."""
        views = self._of(user).views
        return views[-1] if views else None

    def open(self, trigger_id: str, given: Json) -> View:
        """Begin a stack; Refused for a bad trigger."""
        user = self._tickets.exchange(trigger_id)
        self._stacks[user] = Stack()
        return self.put(user, given)

    def push(self, trigger_id: str, given: Json) -> View:
        """Put one on top of what is open; Refused for a bad trigger, nothing open, or three."""
        user = self._tickets.exchange(trigger_id)
        if not self._of(user).views:
            raise Refused("not_found")
        return self.put(user, given)

    def put(self, user: str, given: Json) -> View:
        """Put one on top; Refused when three are open."""
        under = self.top(user)
        view = self._new(user, given, under)
        self._of(user).push(view)
        self._changed()
        return view

    def publish(self, user: str, given: Json, guard: str | None) -> View:
        """Write somebody's Home tab; Refused when `guard` is not its present hash."""
        known = self.homes.get(user)
        if known is None:
            view = self.homes[user] = self._new(user, given, None)
            self._changed()
            return view
        return self.update(known, given, guard)

    def find(self, view_id: str | None, external_id: str | None = None) -> View:
        """An open view; Refused when there is none."""
        everywhere = itertools.chain(
            *(stack.views for stack in self._stacks.values()), self.homes.values()
        )
        for view in everywhere:
            if view.id == view_id or (external_id and view.given.get("external_id") == external_id):
                return view
        raise Refused("not_found")

    def update(self, view: View, given: Json, guard: str | None = None) -> View:
        """Write over a view; what was filled in stays. Refused when `guard` is not its hash."""
        if guard is not None and guard != view.hash:
            raise Refused("hash_conflict")
        view.given = self._completed(given)
        view.hash = self._new_hash()
        view.errors = {}
        self._changed()
        return view

    def close(self, view: View) -> None:
        """Close a view and those above it."""
        self._of(view.user).remove(view)
        self._changed()

    def clear(self, user: str) -> None:
        """Close everything somebody has open."""
        self._stacks[user] = Stack()
        self._changed()

    def refuse(self, view: View, errors: dict[str, str]) -> None:
        """Show the app's words under the fields of a form."""
        view.errors = errors
        self._changed()

    def _of(self, user: str) -> Stack:
        return self._stacks.setdefault(user, Stack())

    def _new(self, user: str, given: Json, under: View | None) -> View:
        view_id = f"V{next(self._numbers):08d}"
        return View(
            view_id,
            user,
            self._completed(given),
            self._new_hash(),
            root=under.root if under else view_id,
            previous=under.id if under else None,
        )

    def _completed(self, given: Json) -> Json:
        stamp = f"v{next(self._numbers)}"
        around = {name: value for name, value in given.items() if name != "blocks"}
        return {**copied(around), "blocks": complete(given["blocks"], stamp)}

    def _new_hash(self) -> str:
        number = next(self._numbers)
        return f"{1_700_000_000 + number}.{number:08x}"
