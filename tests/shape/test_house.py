"""Habits of the house that no linter watches."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = [path for top in ("bot", "handlers") for path in sorted((ROOT / top).rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))

LONGEST_FILE = 400
BOUNDARIES = [
    "bot/scheduler/scheduler.py",
    "bot/store/writing/thread.py",
    "handlers/error_boundary.py",
]
"""The places where whatever went wrong has to be caught, told and survived."""


def inside(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_broad(node: ast.AST) -> bool:
    """Whether this `except` takes everything."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(
        kind is None or ast.unparse(kind) in ("Exception", "BaseException") for kind in kinds
    )


def broad_excepts(source: str) -> int:
    return sum(is_broad(node) for node in ast.walk(ast.parse(source)))


def test_whatever_went_wrong_is_caught_only_at_the_boundaries() -> None:
    caught = {inside(path): broad_excepts(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert {path for path, count in caught.items() if count} <= set(BOUNDARIES)
    assert all(count <= 1 for count in caught.values())


def test_a_broad_except_is_noticed_in_every_spelling() -> None:
    spellings = ("", " Exception", " BaseException as error", " (OSError, Exception)")
    for spelling in spellings:
        assert broad_excepts(f"try:\n    go()\nexcept{spelling}:\n    pass") == 1
    assert broad_excepts("try:\n    go()\nexcept OSError:\n    pass") == 0


def test_no_file_grows_beyond_what_can_be_read_in_one_sitting() -> None:
    lengths = {inside(path): len(path.read_text(encoding="utf-8").split("\n")) for path in SOURCES}
    assert {path: count for path, count in lengths.items() if count > LONGEST_FILE} == {}


def test_tests_use_the_real_seams() -> None:
    """A stand-in for our own code passes with arguments that the real one would refuse."""
    standing_in = re.compile(
        r"(?:\b\w*Mock|\b(?:mock|mocker)\.\w+|(?<!\.)\bpatch(?:\.\w+)?|\.setattr)\("
    )
    found = [
        f"{inside(path)}:{number}"
        for path in TESTS
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if standing_in.search(line)
    ]
    assert found == []


PRINTS = re.compile(
    r"(?<![.\w])(?:print|typer\.s?echo|click\.s?echo|Console|sys\.std(?:out|err)\.write)\("
)
PRINTERS = {"bot/cli_output.py", "bot/cli_console.py"}
"""Where text becomes text on a terminal, without what a terminal would obey."""

DRAWS_A_PICTURE = "console = Console(record=True, file=io.StringIO()"


def test_commands_print_through_one_place() -> None:
    found = [
        f"{inside(path)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if PRINTS.search(line) and inside(path) not in PRINTERS and DRAWS_A_PICTURE not in line
    ]
    assert found == []


CONNECTS = re.compile(
    r"\b(?:ClientSession|AsyncWebClient|AsyncWebhookClient|WebClient|httpx\.(?:Async)?Client"
    r"|httpx\.(?:get|post|request|stream)|urlopen|ws_connect|create_ssl_context"
    r"|create_default_context)\("
)
CONNECTORS = {
    "bot/providers/http/client.py",
    "bot/demo/serving.py",
    "handlers/slack_api/clients.py",
    "handlers/slack_api/websocket.py",
}
"""Where clients are made: all go out by the same proxy and believe the same certificates."""


def test_connections_go_out_in_one_way() -> None:
    made = {inside(path) for path in SOURCES if CONNECTS.search(path.read_text(encoding="utf-8"))}
    assert made == CONNECTORS


def test_what_a_call_of_slack_may_end_in_is_listed_once() -> None:
    """Nine lists of it had five contents; `CALL_ERRORS` and `READ_ERRORS` are the only ones."""
    lists = {
        inside(path) for path in SOURCES if "SlackClientError" in path.read_text(encoding="utf-8")
    }
    assert lists == {"handlers/slack_api/errors.py"}


NAMED = re.compile(r"`((?:bot|handlers|tests|docs)/[\w./*]*)`")


DOCUMENTS = [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]
LINK = re.compile(r"\]\(((?!\w+:)[^)\s]+)\)")


def anchors(document: Path) -> set[str]:
    """What its headings are linked by: lower case, without marks, a hyphen for each space."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def leads_somewhere(document: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = document.parent / path if path else document
    return target.exists() and (not anchor or anchor in anchors(target))


def test_every_link_of_the_documents_leads_somewhere() -> None:
    found = [
        f"{document.name}: {link}"
        for document in DOCUMENTS
        for link in LINK.findall(document.read_text(encoding="utf-8"))
        if not leads_somewhere(document, link)
    ]
    assert found == []


def test_every_path_that_the_documents_name_is_there() -> None:
    found = [
        f"{document.name}: {path}"
        for document in DOCUMENTS
        for path in NAMED.findall(document.read_text(encoding="utf-8"))
        if not any(ROOT.glob(path.rstrip("/")))
    ]
    assert found == []
