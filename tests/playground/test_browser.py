"""A newcomer with a real browser takes the six steps, from the link that is printed to Ctrl-C."""

import os

import pytest

from tests.playground.browser import BLOCK, Visitor, demo, installed, visitor

THERE = installed()


def open_call(newcomer: Visitor, title: str) -> None:
    newcomer.press("Open", after=f"{BLOCK}[contains(., '{title}')]/following-sibling::div[1]")


@pytest.mark.skipif(
    THERE is None and os.environ.get("CI") != "true",
    reason="the browser test needs Debian's chromium and chromium-driver",
)
def test_the_six_steps_are_taken_in_a_browser_without_one_complaint() -> None:
    assert THERE is not None
    with demo("--speed", "0") as link, visitor(THERE, link) as newcomer:
        newcomer.say("/calls")
        newcomer.ticked(1)
        open_call(newcomer, "Support room")
        newcomer.menu("Kofi")
        newcomer.choose("Mute")
        newcomer.press("Mute", after="//div[contains(@class, 'k-modal-foot')]")
        newcomer.ticked(2)
        newcomer.say("/calls kick AY6D kofi shouting over others")
        newcomer.ticked(3)
        newcomer.press("Vic, viewer")
        newcomer.say("/calls kick AY6D amina")
        newcomer.ticked(4)
        newcomer.press("Mira, moderator")
        newcomer.say("/calls record AY6D start evidence")
        newcomer.ticked(5)
        newcomer.say("/calls audit")
        newcomer.ticked(6)
        assert newcomer.complaints() == []
