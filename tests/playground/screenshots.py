"""`make screenshots`: every surface, light and dark, wide and narrow, into docs/images."""

import sys
import time
from collections.abc import Callable, Mapping

from tests.playground.browser import BLOCK, ROOT, Visitor, demo, installed, visitor

IMAGES = ROOT / "docs" / "images"
SIZES = {"wide": (1280, 860), "narrow": (390, 844)}
SCHEMES = ("light", "dark")
SETTLE_SECONDS = 0.6
"""How long a change of size or colour takes to be drawn."""


def _list(visitor: Visitor) -> None:
    visitor.say("/calls")
    visitor.reads("9 live calls")


def _call(visitor: Visitor) -> None:
    visitor.press("Open", after=f"{BLOCK}[contains(., 'Support room')]/following-sibling::div[1]")
    visitor.reads("Back to the list")


def _form(visitor: Visitor) -> None:
    visitor.menu("Kofi")
    visitor.choose("Kick")
    visitor.reads("They may join again at once")


def _refusal(visitor: Visitor) -> None:
    visitor.press("Cancel", after="//div[contains(@class, 'k-modal-foot')]")
    visitor.press("Vic, viewer")
    visitor.say("/calls kick AY6D kofi")
    visitor.reads("Only moderators can")


def _audit(visitor: Visitor) -> None:
    visitor.press("Mira, moderator")
    visitor.say("/calls mute AY6D loud shouting over others")
    visitor.reads("confirmed")
    visitor.say("/calls audit")
    visitor.reads("Audit log")


def _digest(visitor: Visitor) -> None:
    visitor.press("# digest")
    visitor.press("Digest now")
    visitor.reads("Details of")
    visitor.to_top()


def _digest_in_text(visitor: Visitor) -> None:
    visitor.press("# call-ops")
    visitor.press("Leo, lead")
    visitor.flip("This workspace refuses charts")
    visitor.say("/calls digest preview 1")
    visitor.reads("Only you are told")


SURFACES: Mapping[str, Callable[[Visitor], None]] = {
    "list": _list,
    "call": _call,
    "kick-form": _form,
    "refusal": _refusal,
    "audit": _audit,
    "digest": _digest,
    "digest-text": _digest_in_text,
}
"""How to come to each surface, from the one before."""


def main() -> None:
    """Take them all; a line with what is missing where there is no browser."""
    there = installed()
    if there is None:
        sys.exit("Screenshots need Debian's chromium and chromium-driver.")
    with demo("--speed", "0") as link, visitor(there, link) as photographer:
        for surface, come in SURFACES.items():
            photographer.shrink(*SIZES["wide"])
            come(photographer)
            for scheme in SCHEMES:
                for size, window in SIZES.items():
                    photographer.prefer(scheme)
                    photographer.shrink(*window)
                    time.sleep(SETTLE_SECONDS)
                    photographer.photograph(IMAGES / f"{surface}-{scheme}-{size}.png")


if __name__ == "__main__":
    main()
