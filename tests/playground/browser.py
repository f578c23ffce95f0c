"""A headless Chromium at the playground, and somebody who uses it: reads, types, presses."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    StaleElementReferenceException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 60.0
"""Seconds until something that should be there is missing."""

ITEMS = "//div[contains(@class,'q-item')]"
BLOCK = "//div[contains(@class,'k-section')]"


class Installed(NamedTuple):
    """Where Chromium and its driver are."""

    chromium: str
    driver: str


def installed() -> Installed | None:
    """Debian's Chromium and its driver; None when one of them is missing."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    return Installed(chromium, driver) if chromium and driver else None


@contextmanager
def demo(*options: str) -> Iterator[str]:
    """`callwarden demo` in a process of its own, its link; stopped with Ctrl-C, as people do."""
    environ = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    command = [sys.executable, "-m", "bot", "demo", *options]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, start_new_session=True, text=True
    )
    assert process.stdout is not None
    try:
        told = ""
        while not told.startswith("http"):
            told = process.stdout.readline()
            if not told:
                raise RuntimeError("the demo ended before it printed its link")
        yield told.strip()
    finally:
        process.send_signal(signal.SIGINT)
        ended = process.wait(30)
        process.stdout.close()
    assert ended == 0


class Visitor:
    """Somebody at the page."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self._driver = driver

    def at(self, path: str, use: Callable[[WebElement], object] | None = None) -> None:
        """Wait for something visible there and use the last of it; TimeoutException without any.

        What is drawn anew in that moment is looked for again.
        """

        def used(driver: Any) -> bool:
            found = [each for each in driver.find_elements(By.XPATH, path) if each.is_displayed()]
            if found and use is not None:
                use(found[-1])
            return bool(found)

        again = (StaleElementReferenceException, ElementClickInterceptedException)
        WebDriverWait(self._driver, TIMEOUT_S, ignored_exceptions=again).until(used)

    def press(self, label: str, *, after: str = "") -> None:
        """Press the last button with that label, perhaps behind what `after` leads to."""
        self.at(f"{after}//button[normalize-space()='{label}']", WebElement.click)

    def menu(self, name: str) -> None:
        """Open the menu beside somebody."""
        path = f"{BLOCK}[contains(., '{name}')]//button[@aria-label='More actions']"
        self.at(path, WebElement.click)

    def choose(self, label: str) -> None:
        """Choose from the menu that is open."""
        self.at(f"{ITEMS}[normalize-space()='{label}']", WebElement.click)

    def say(self, line: str) -> None:
        """Type into the composer and send it."""
        self.at("//input[@aria-label='Message']", lambda field: field.send_keys(line, Keys.ENTER))

    def reads(self, words: str) -> None:
        """Wait until these words are somewhere on the page."""
        self.at(f"//*[contains(normalize-space(), '{words}')]")

    def flip(self, label: str) -> None:
        """Turn a switch."""
        self.at(f"//div[@role='switch'][contains(., '{label}')]", WebElement.click)

    def to_top(self) -> None:
        """Scroll the middle of the page to its beginning."""
        self._driver.execute_script("document.querySelector('.k-pane-middle').scrollTo(0, 0)")

    def ticked(self, number: int) -> None:
        """Wait until so many steps of the lesson are ticked off."""
        WebDriverWait(self._driver, TIMEOUT_S).until(
            lambda driver: len(driver.find_elements(By.CSS_SELECTOR, ".k-done")) == number
        )

    def shrink(self, width: int, height: int) -> None:
        """Look through a window of that size."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def prefer(self, scheme: str) -> None:
        """Prefer `light` or `dark`."""
        told = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        self._driver.execute_cdp_cmd("Emulation.setEmulatedMedia", told)

    def photograph(self, file: Path) -> None:
        """Keep what is seen as PNG."""
        self._driver.save_screenshot(str(file))

    def complaints(self) -> list[str]:
        """What the browser's console holds against the page."""
        told: list[dict[str, str]] = self._driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [item["message"] for item in told if item["level"] == "SEVERE"]


@contextmanager
def visitor(there: Installed, link: str) -> Iterator[Visitor]:
    """Somebody who has opened the link."""
    options = webdriver.ChromeOptions()
    options.binary_location = there.chromium
    for each in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"):
        options.add_argument(each)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(there.driver))
    try:
        driver.get(link)
        yield Visitor(driver)
    finally:
        driver.quit()
