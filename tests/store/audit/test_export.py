"""What is exported is exact as JSON, and harmless in every spreadsheet as a table."""

import csv
import io
import json
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.store import SqlStore
from bot.store.audit.export import SIGNS, Format, export, harmless
from tests.store.orders import order

BLANKS = " \t\x0b\x0c\xa0\u2003\u200b\ufeff\x00\x1b"
STARTS = [*SIGNS, *";\n\r\t\u2028,'\"|a1é ", *BLANKS]
TEXTS = st.text(st.one_of(st.sampled_from(STARTS), st.characters()), max_size=30)


def runs(cell: str) -> bool:
    """Whether some spreadsheet may take a cell for a formula, said once more and slowly."""
    if cell.removeprefix("-").removeprefix("+").replace(".", "", 1).replace(",", "", 1).isdecimal():
        return False
    for sign in cell:
        if unicodedata.normalize("NFKC", sign)[:1] in {"=", "+", "-", "@"}:
            return True
        if not (sign.isspace() or unicodedata.category(sign) in {"Cc", "Cf", "Zs", "Zl", "Zp"}):
            return False
    return False


def cells(text: str) -> list[str]:
    """The cells that a spreadsheet with other separators than ours makes of one."""
    for end in ";\t\n\r\x0b\x0c\x85\u2028\u2029":
        text = text.replace(end, "\n")
    return text.split("\n")


@given(TEXTS)
@example("=1+1")
@example("a;=1+1")
@example("\uff1dHYPERLINK()")
@example("two lines\n @SUM(A1)")
@example("\t=1")
@example("\u200b=1")
def test_no_spreadsheet_runs_a_cell(text: str) -> None:
    cell = harmless(text)
    assert not any(runs(part) for part in cells(cell))
    assert not cell.startswith(("\t", "\r"))


@given(TEXTS)
def test_a_cell_loses_nothing(text: str) -> None:
    """Only apostrophes are added."""
    assert [sign for sign in harmless(text) if sign != "'"] == [s for s in text if s != "'"]


@pytest.mark.parametrize("number", ["0", "128", "-5", "+3", "-12.5", "1,5"])
def test_a_number_stays_a_number(number: str) -> None:
    assert harmless(number) == number


@pytest.mark.parametrize("text", ["-", "+41 79", "1-2", "-1+1", "-5;=1", "-5\n"])
def test_what_only_begins_like_a_number_is_text(text: str) -> None:
    assert (harmless(text) == text) is (text == "1-2")


def test_every_sign_that_unicode_takes_for_one_is_known() -> None:
    alike = {
        chr(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.normalize("NFKC", chr(code))[:1] in {"=", "+", "-", "@"}
    }
    assert alike == set(SIGNS)


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\uff1d", "x;="])
async def test_no_cell_of_the_export_is_a_formula(store: SqlStore, begin: str) -> None:
    await store.accept(order(reason=f'{begin}HYPERLINK("x")'))
    out = io.StringIO(newline="")
    assert await export(store.export(), out, Format.CSV) == (1, 0)
    assert out.getvalue().startswith("\ufeffid,")
    (row,) = read_csv(out.getvalue())
    assert row["reason"] == harmless(f'{begin}HYPERLINK("x")')
    assert "'" in row["reason"]
    assert row["actor"] == "T1:U-MARY"
    assert row["people"] == "Alice (alice)"
    assert (row["id"], row["case"]) == ("1", "1")


async def test_the_export_is_the_audit_log_in_its_order(store: SqlStore) -> None:
    for i in range(3):
        await store.accept(order(f"k{i}", person=f"p{i}"))
    out = io.StringIO()
    assert await export(store.export(), out, Format.JSONL) == (3, 0)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["id"] for line in lines] == [1, 2, 3]
    assert lines[0]["actor"] == {"user": "U-MARY", "team": "T1"}


async def test_json_keeps_every_character_and_shows_none_that_a_terminal_obeys(
    store: SqlStore,
) -> None:
    hostile = "\x1b[31m\x9b31m\u202eecilA\u2028=1+1"
    await store.accept(order(reason=hostile))
    out = io.StringIO()
    await export(store.export(), out, Format.JSONL)
    (line,) = out.getvalue().split("\n")[:-1]
    assert json.loads(line)["reason"] == hostile
    assert not set(line) & set("\x1b\x9b\u202e\u2028")


def read_csv(written: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written.removeprefix("\ufeff"), newline="")))
