"""What was recorded of a call, with links for its asker alone."""

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote, urlsplit

from pydantic import ValidationError

from bot.calls.capabilities import Capability
from bot.calls.reports import REPORTS, File, FileKind, Files
from bot.calls.verbs import DeleteRecording, DeleteTranscript
from handlers.blocks.action_values import ACT, ActValue
from handlers.blocks.elements import MAX_TEXT, button, context, paragraph, section, stamp
from handlers.blocks.message import Block, Message
from handlers.blocks.reports.report import MAX_REASON, page_of, report
from handlers.blocks.reports.report_values import TitledReport
from handlers.blocks.text import bold, clean, code, count, dots, lines, mrkdwn, span, when

FILES = 10
"""Files on one page: a link may be long."""

PRIVATE = "Whoever has a link can read the file. The audit log says that you were given these."

_DELETING: Mapping[FileKind, type[DeleteRecording] | type[DeleteTranscript]] = {
    FileKind.RECORDING: DeleteRecording,
    FileKind.TRANSCRIPT: DeleteTranscript,
}
"""The verb that deletes a file of a kind; no vendor deletes the others."""


def files_report(
    asked: TitledReport, files: Files, capabilities: Mapping[str, Capability], at: datetime
) -> Message:
    """The files report: newest first, each with its link and, where it can be, “Delete”."""
    shown = page_of(files.files, asked.page, FILES)
    body = [_file(asked, item, capabilities, at) for item in shown.items]
    if not body:
        body = [section("There is nothing here." if files.missing else _nothing(asked))]
    if files.missing:
        body.append(paragraph(f"⚠️ {mrkdwn(words, MAX_REASON)}" for words in files.missing))
    if any(item.url is not None for item in shown.items):
        body.append(context(PRIVATE))
    facts = [count(len(files.files), "file")] if files.files else []
    return report(asked, facts, body, shown, at)


def _nothing(asked: TitledReport) -> str:
    return f"{asked.call.vendor.label} lists no {REPORTS[asked.look].label.lower()} of this call."


def _file(
    asked: TitledReport, file: File, capabilities: Mapping[str, Capability], at: datetime
) -> Block:
    about = dots(
        (
            f"{bold(file.kind.capitalize())} {code(file.name)}",
            when(file.started_at) if file.started_at else "",
            _length(file),
        )
    )
    delete = _delete(asked, file, capabilities, stamp(at))
    how = mrkdwn(file.how, MAX_REASON) if file.how else ""
    text = lines([fact for fact in (about, how, _way(file, at)) if fact], MAX_TEXT)
    return section(text, **({"accessory": delete} if delete else {}))


def _length(file: File) -> str:
    if not file.started_at or not file.ended_at or file.ended_at < file.started_at:
        return ""
    return span(file.started_at, file.ended_at)


def _way(file: File, at: datetime) -> str:
    """The link and how long it works, or why there is none."""
    if file.url is None:
        state = clean(file.state or "")
        return f"Not ready yet: {mrkdwn(state, 40)}." if state else "There is no link to it."
    if file.expires_at is not None and file.expires_at <= at:
        return f"Its link stopped working {when(file.expires_at)}. Press Refresh for a new one."
    way = link(file.url.get_secret_value(), "Download")
    if way is None:
        return "Its link is left out: it is no plain web address, or too long for Slack."
    if file.expires_at is None:
        return dots((way, "how long it works is not documented"))
    return dots((way, f"works until {when(file.expires_at)}"))


def _delete(
    asked: TitledReport, file: File, capabilities: Mapping[str, Capability], mark: str
) -> Block | None:
    """The button that opens the form for deleting it; None where that is not possible."""
    verb = _DELETING.get(file.kind)
    if not file.deletable or verb is None or not _can(capabilities.get(verb.name)):
        return None
    try:
        deleting = verb(file=file.name)
    except ValidationError:
        return None
    run = asked.call.model_copy(update={"session": file.session or asked.call.session})
    value = ActValue(verb=deleting, call=run, stamp=mark, card=False)
    return button("Delete", f"{ACT}#{verb.name}", value, "danger")


def _can(capability: Capability | None) -> bool:
    return capability is not None and capability.possible


MAX_LINK = 2000
"""Characters of a whole link, so that it fits into a text of 3,000 with words around it."""

_WEB = {"http", "https"}
_HOST = re.compile(r"[A-Za-z0-9.\-]+|[0-9A-Fa-f:.]+")
_KEPT = ":/?#[]@!$&'()*+,;=%~"
"""Signs a URL is made of (RFC 3986) besides letters, digits and `_.-`; a `%` stays as it came."""


def link(url: str, label: str) -> str | None:
    """`<url|label>`; None for what is no plain web address, or is too long for Slack.

    Signs that mean something to Slack are percent-encoded, `&` is escaped (docs.slack.dev,
    formatting message text). An address with a user name in it could look like another host.
    """
    if not _plain(url):
        return None
    linked = f"<{quote(url, safe=_KEPT).replace('&', '&amp;')}|{label}>"
    return linked if len(linked) <= MAX_LINK else None


def _plain(url: str) -> bool:
    """Whether it is http(s), names a host and nobody, and holds no space or control character."""
    if not url.isprintable() or any(sign.isspace() for sign in url):
        return False
    try:
        parts = urlsplit(url)
        named = parts.username is not None or parts.password is not None
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        return False
    host = _HOST.fullmatch(parts.hostname or "")
    return parts.scheme in _WEB and not named and port_ok and host is not None
