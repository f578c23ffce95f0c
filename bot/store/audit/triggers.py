"""The triggers that keep the audit log, the cases and the checkpoint from being changed or removed.

No release does what they refuse. Whoever owns the database can switch them off; then `faults` says
so.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, text

_SQLITE: Mapping[str, str] = {
    "audit_refuses_UPDATE": "BEFORE UPDATE ON audit",
    "audit_refuses_DELETE": "BEFORE DELETE ON audit",
    "audit_refuses_REPLACE": (
        "BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)"
    ),
    "case_refuses_DELETE": "BEFORE DELETE ON moderation_case",
    "case_refuses_REPLACE": (
        "BEFORE INSERT ON moderation_case"
        " WHEN EXISTS (SELECT 1 FROM moderation_case WHERE number = NEW.number)"
    ),
    "case_refuses_RENUMBERING": "BEFORE UPDATE OF number ON moderation_case",
    "checkpoint_refuses_DELETE": "BEFORE DELETE ON checkpoint",
    "checkpoint_refuses_REPLACE": (
        "BEFORE INSERT ON checkpoint WHEN EXISTS (SELECT 1 FROM checkpoint WHERE id = NEW.id)"
    ),
    "checkpoint_refuses_GOING_BACK": (
        "BEFORE UPDATE ON checkpoint WHEN NEW.id <> OLD.id OR NEW.entry_id < OLD.entry_id"
        " OR (NEW.entry_id = OLD.entry_id AND NEW.hash <> OLD.hash)"
    ),
}
"""When each raises an error.

INSERT OR REPLACE removes the row that is there without a word to a trigger on DELETE; one on INSERT
comes before. https://sqlite.org/lang_conflict.html
"""

_REFUSE = """
BEGIN
    RAISE EXCEPTION 'what is in % is never changed or removed', TG_TABLE_NAME;
END
"""

_ONLY_ON = """
BEGIN
    IF NEW.id <> OLD.id OR NEW.entry_id < OLD.entry_id
        OR (NEW.entry_id = OLD.entry_id AND NEW.hash <> OLD.hash)
    THEN
        RAISE EXCEPTION 'the checkpoint only moves on';
    END IF;
    RETURN NEW;
END
"""

_FUNCTIONS = {"record_refuses": _REFUSE, "checkpoint_only_moves_on": _ONLY_ON}

_ROW, _BEFORE, _DELETE, _UPDATE, _TRUNCATE = 1, 2, 8, 16, 32
"""Bits of `pg_trigger.tgtype`, as src/include/catalog/pg_trigger.h of PostgreSQL has them."""


class _Trigger(NamedTuple):
    """A trigger of PostgreSQL; `column` is the only one whose update it is about, None for any."""

    table: str
    kind: int
    does: str = "record_refuses"
    column: str | None = None

    @property
    def when(self) -> str:
        """The part of CREATE TRIGGER that says for which statements it is called, and how often."""
        column = f" OF {self.column}" if self.column else ""
        verbs = ((_UPDATE, f"UPDATE{column}"), (_DELETE, "DELETE"), (_TRUNCATE, "TRUNCATE"))
        called = " OR ".join(verb for bit, verb in verbs if self.kind & bit)
        each = "ROW" if self.kind & _ROW else "STATEMENT"
        return f"BEFORE {called} ON {self.table} FOR EACH {each}"


_POSTGRESQL: Mapping[str, _Trigger] = {
    "audit_refuses_change": _Trigger("audit", _BEFORE | _UPDATE | _DELETE | _TRUNCATE),
    "case_refuses_removal": _Trigger("moderation_case", _BEFORE | _DELETE | _TRUNCATE),
    "case_keeps_number": _Trigger("moderation_case", _BEFORE | _UPDATE, column="number"),
    "checkpoint_refuses_removal": _Trigger("checkpoint", _BEFORE | _DELETE | _TRUNCATE),
    "checkpoint_moves_on": _Trigger(
        "checkpoint", _ROW | _BEFORE | _UPDATE, "checkpoint_only_moves_on"
    ),
}
"""ON CONFLICT DO UPDATE and MERGE call those on UPDATE.

https://www.postgresql.org/docs/current/trigger-definition.html
"""

_FOUND = text(
    """
    SELECT t.tgname, c.relname, t.tgtype, t.tgenabled, t.tgqual IS NULL, p.prosrc,
           (SELECT string_agg(a.attname, ',') FROM pg_attribute a
            WHERE a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr))
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE pg_table_is_visible(c.oid) AND NOT t.tgisinternal
    """
)


def install(connection: Connection) -> None:
    """Create every trigger, in the place of any of the same name."""
    for statement in _statements(sqlite=connection.dialect.name == "sqlite"):
        connection.execute(text(statement))


def faults(connection: Connection) -> list[str]:
    """A sentence for each trigger that is missing, switched off, or not the one created here."""
    found = _faults_of_sqlite if connection.dialect.name == "sqlite" else _faults_of_postgresql
    return [
        f"The database does not refuse changes to the audit log as it should: {fault}."
        for fault in found(connection)
    ]


def _statements(*, sqlite: bool) -> Iterator[str]:
    if sqlite:
        for name in _SQLITE:
            yield f"DROP TRIGGER IF EXISTS {name}"
            yield _of_sqlite(name)
        return
    for name, body in _FUNCTIONS.items():
        yield (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
        )
    for name, trigger in _POSTGRESQL.items():
        yield f"DROP TRIGGER IF EXISTS {name} ON {trigger.table}"
        yield f"CREATE TRIGGER {name} {trigger.when} EXECUTE FUNCTION {trigger.does}()"
        # ALWAYS: also for a session that says it only replicates (session_replication_role)
        yield f"ALTER TABLE {trigger.table} ENABLE ALWAYS TRIGGER {name}"


def _of_sqlite(name: str) -> str:
    refusal = "SELECT RAISE(ABORT, 'what is in the audit log is never changed or removed')"
    return f"CREATE TRIGGER {name} {_SQLITE[name]} BEGIN {refusal}; END"


def _faults_of_sqlite(connection: Connection) -> Iterator[str]:
    listed = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    found = {name: _squeezed(sql) for name, sql in connection.execute(listed)}
    for name in _SQLITE:
        if name not in found:
            yield f"trigger {name} is missing"
        elif found[name] != _squeezed(_of_sqlite(name)):
            yield f"trigger {name} is another one than ours"


def _squeezed(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()


def _faults_of_postgresql(connection: Connection) -> Iterator[str]:
    found = {row[0]: row[1:] for row in connection.execute(_FOUND)}
    for name, trigger in _POSTGRESQL.items():
        table, kind, enabled, always, does, column = found.get(name, (None,) * 6)
        ours = (trigger.table, trigger.kind, _FUNCTIONS[trigger.does], trigger.column)
        if table is None:
            yield f"trigger {name} is missing"
        elif (table, kind, does, column) != ours or not always:
            yield f"trigger {name} is another one than ours"
        elif enabled != "A":
            yield f"trigger {name} is switched off, or only on for some sessions"
