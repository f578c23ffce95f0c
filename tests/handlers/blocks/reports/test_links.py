"""A vendor's address becomes a link that is exactly that address, or none."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.blocks.reports.files import MAX_LINK, link

TOLD = re.compile(r"<https?://[^<>|\s]+\|Download>", re.ASCII)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://a.example/r.mp4?x=1&y=2", "<https://a.example/r.mp4?x=1&amp;y=2|Download>"),
        ("https://a.example/r%20.mp4", "<https://a.example/r%20.mp4|Download>"),
        ("http://[::1]:8080/r", "<http://[::1]:8080/r|Download>"),
        (
            "https://a.example/x|Your bank>",
            None,
        ),
        ("https://a.example/x|Bank>", "<https://a.example/x%7CBank%3E|Download>"),
        ("https://a.example/<!channel>", "<https://a.example/%3C!channel%3E|Download>"),
        ("https://a.example/é`*", "<https://a.example/%C3%A9%60*|Download>"),
    ],
)
def test_signs_that_mean_something_to_slack_are_encoded(url: str, told: str | None) -> None:
    assert link(url, "Download") == told


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/r.mp4",
        "javascript:alert(1)",
        "ftp://a.example/r.mp4",
        "https:///r.mp4",
        "https://bank.example@evil.example/",
        "https://:pw@a.example/",
        "https://bänk.example/",
        "https://a|b.example/",
        "https://a.example/\nx",
        "https://a.example:port/",
        "https://a.example:99999/",
        "https://[a.example/",
        " https://a.example/",
        "https://a.example/\u202egpj.exe",
        "https://a.example/" + "x" * MAX_LINK,
    ],
)
def test_what_could_be_misread_is_no_link(url: str) -> None:
    assert link(url, "Download") is None


@given(st.text(max_size=80).map("https://a.example/".__add__) | st.text(max_size=80))
@example("https://a.example/&amp;")
@example("https://a.example/\ud800")
def test_any_text_is_one_whole_link_or_none(url: str) -> None:
    told = link(url, "Download")
    assert told is None or TOLD.fullmatch(told)
