"""What a wheel installs is whole, and what it lacks without its extras is said."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import ConfigError
from tests.playground.browser import ROOT

PACKAGES = ("bot", "handlers")
WITHOUT = """
import importlib.abc, sys
class Without(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in {"nicegui", "fastapi", "python_multipart"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Without())
from bot.cli import main
main(sys.argv[1:])
"""
"""Runs the command line where the packages of the demo are not installed."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What a wheel of these sources puts beside the other packages."""
    sources = tmp_path_factory.mktemp("sources")
    for name in (*PACKAGES, "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, sources / name)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-w", sources, sources], check=True, capture_output=True)
    (wheel,) = sources.glob("*.whl")
    place = tmp_path_factory.mktemp("installed")
    zipfile.ZipFile(wheel).extractall(place)
    yield place
    shutil.rmtree(sources)


def files(root: Path) -> set[str]:
    return {
        str(path.relative_to(root))
        for package in PACKAGES
        for path in (root / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_a_wheel_holds_every_file_of_the_packages(installed: Path) -> None:
    assert files(installed) == files(ROOT)


def test_the_playgrounds_page_is_drawn_from_what_the_wheel_holds(
    installed: Path, tmp_path: Path
) -> None:
    load = "import bot.demo.playground.page.page as page; print(page.__file__)"
    said = subprocess.run(
        [sys.executable, "-c", load],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.startswith(str(installed))


@pytest.mark.parametrize("how", [(), ("--tour",)])
def test_without_its_packages_the_demo_says_what_to_install(
    tmp_path: Path, how: tuple[str, ...]
) -> None:
    said = subprocess.run(
        [sys.executable, "-c", WITHOUT, "demo", *how],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == ConfigError.exit_code
    assert said.stderr.startswith("The demo needs packages that are not installed (")
    assert said.stderr.endswith("Install them: pip install 'callwarden[demo]'\n")
