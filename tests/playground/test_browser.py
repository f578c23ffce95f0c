"""A newcomer with a real browser takes the six steps, from the link that is printed to Ctrl-C."""

import os
from collections.abc import Callable
from contextlib import suppress

import pytest
from selenium.common.exceptions import TimeoutException

from tests.playground.browser import BLOCK, Visitor, demo, installed, visitor

THERE = installed()


TRIES = 3
"""How often a step is taken: a busy bot may say that a form or an answer came too late."""


def open_call(newcomer: Visitor, title: str) -> None:
    newcomer.press("Open", after=f"{BLOCK}[contains(., '{title}')]/following-sibling::div[1]")


def mute_kofi(newcomer: Visitor) -> None:
    newcomer.say("/calls")
    open_call(newcomer, "Support room")
    newcomer.menu("Kofi")
    newcomer.choose("Mute")
    newcomer.press("Mute", after="//div[contains(@class, 'k-modal-foot')]")


def take(newcomer: Visitor, number: int, step: Callable[[], None]) -> None:
    """Do it until that step of the lesson is ticked off."""
    for _ in range(TRIES):
        with suppress(TimeoutException):
            step()
            newcomer.ticked(number)
            return
    raise AssertionError(f"step {number} was never ticked off")


@pytest.mark.skipif(
    THERE is None and os.environ.get("CI") != "true",
    reason="the browser test needs Debian's chromium and chromium-driver",
)
def test_the_six_steps_are_taken_in_a_browser_without_one_complaint() -> None:
    assert THERE is not None
    with demo("--speed", "0") as link, visitor(THERE, link) as newcomer:
        take(newcomer, 1, lambda: newcomer.say("/calls"))
        take(newcomer, 2, lambda: mute_kofi(newcomer))
        take(newcomer, 3, lambda: newcomer.say("/calls kick AY6D kofi shouting over others"))
        newcomer.press("Vic, viewer")
        take(newcomer, 4, lambda: newcomer.say("/calls kick AY6D amina"))
        newcomer.press("Mira, moderator")
        take(newcomer, 5, lambda: newcomer.say("/calls record AY6D start evidence"))
        take(newcomer, 6, lambda: newcomer.say("/calls audit"))
        assert newcomer.complaints() == []
