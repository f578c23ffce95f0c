"""Texts as HTML: what mrkdwn means is drawn, and nothing else gets through."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.playground.page.channel import threaded
from bot.demo.playground.page.formatted_text import html_of, marked, rich_html
from bot.demo.slack.screen import Message

NAMES = {"U1": "Mira", "C1": "call-ops"}
HARMLESS = {
    "a",
    "blockquote",
    "br",
    "code",
    "em",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "ul",
}


class Tags(HTMLParser):
    """The tags of a piece of HTML, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.told: set[str] = set()
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.told |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "*bold* and _slanted_ and ~gone~",
            "<strong>bold</strong> and <em>slanted</em> and <s>gone</s>",
        ),
        ("a &lt; b\n`x &amp; y`", "a &lt; b<br><code>x &amp; y</code>"),
        (
            "<@U1> in <#C1>",
            '<span class="mention">@Mira</span> in <span class="mention">#call-ops</span>',
        ),
        (
            "<https://x.example/a?b=1&c=2|the file>",
            (
                '<a href="https://x.example/a?b=1&amp;c=2" target="_blank" rel="noreferrer">'
                "the file</a>"
            ),
        ),
        ("```one\ntwo```", "<pre>one\ntwo</pre>"),
    ],
)
def test_mrkdwn_means_what_it_means_in_slack(text: str, html: str) -> None:
    assert marked(text, NAMES) == html


PIECES = st.sampled_from(
    [
        "<",
        ">",
        "|",
        "&",
        '"',
        "'",
        "*",
        "_",
        "~",
        "`",
        "```",
        "!",
        "@",
        "javascript:",
        "script",
        "\n",
    ]
)


@given(st.lists(PIECES | st.text(max_size=4), max_size=20).map("".join))
def test_no_text_becomes_anything_but_harmless_marks(text: str) -> None:
    for html in (
        marked(text, {"U1": text}),
        html_of({"type": "plain_text", "text": text}, {}),
        rich_html({"type": "link", "url": text, "text": text}, {}),
    ):
        told = Tags(html)
        assert told.tags <= HARMLESS
        assert told.told <= {"class", "href", "rel", "target"}
        assert all(link.lower().startswith(("http://", "https://")) for link in told.links)


def test_an_answer_stands_below_what_it_answers_to() -> None:
    told = [
        Message("C1", "1.0", "U1"),
        Message("C1", "2.0", "U1"),
        Message("C1", "3.0", "U1", thread_ts="1.0"),
        Message("C1", "4.0", "U1", thread_ts="0.5"),
    ]
    assert [message.ts for message in threaded(told)] == ["1.0", "3.0", "2.0", "4.0"]
