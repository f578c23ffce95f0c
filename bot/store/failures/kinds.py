"""The kinds of failures of a database: how each is recognized, what is said, and what mends it."""

from collections.abc import Sequence
from typing import NamedTuple


class Cause(NamedTuple):
    """What is wrong and who mends it how, as sentences for people in Slack."""

    says: str
    mend: str


class FailureKind(NamedTuple):
    """A kind of failure, recognized by the pattern `signs` in the error's words and code.

    `says` and `mend` are for those who run the bot, and may name the {place}, the {user}, the
    {database} and the {parameter}. Where it `passes`, the same may work later without a change of
    settings. `cause` is told to people whose order meets it; None: only that it was not taken.
    """

    signs: str
    says: str
    mend: str
    passes: bool = False
    cause: Cause | None = None


DISK_FULL = Cause("The database's disk is full.", "An admin has to make room on it.")
READ_ONLY = Cause(
    "The database can only be read now.",
    "An admin has to point the bot at the server or the file that can be written.",
)


POSTGRESQL: Sequence[FailureKind] = (
    FailureKind(
        r"pooling mode",
        "The pooler at {place} gives a connection away after each statement.",
        "Set its pool_mode to transaction or session.",
    ),
    FailureKind(
        r'database "[^"]*" does not exist|no such database|3D000',
        "There is no database {database} at {place}.",
        "Create it, or correct the name at the end of DATABASE_URL.",
    ),
    FailureKind(
        r'role "[^"]*" does not exist|no such user',
        "{place} knows no user {user}.",
        "Create that user there, or correct the one in DATABASE_URL.",
    ),
    FailureKind(
        r"no password supplied|empty password",
        "{place} asks for a password, and DATABASE_URL has none.",
        "Write it after the user: postgresql://user:password@host:5432/database.",
    ),
    FailureKind(
        r"(password|SASL|PAM|LDAP|certificate|RADIUS) authentication failed|auth failed|28P01",
        "{place} does not take this password for user {user}.",
        "Correct the user and the password in DATABASE_URL; in it @ is written %40, and % is %25.",
    ),
    FailureKind(
        r"(peer|ident) authentication failed",
        "{place} takes only those whom this machine calls {user} as well.",
        "Run as that user, or name host, user and password in DATABASE_URL.",
    ),
    FailureKind(
        r"no pg_hba\.conf entry|pg_hba\.conf rejects|not permitted to log in|(SSL|TLS) required",
        "{place} does not let user {user} into database {database} from here in this way.",
        "Add sslmode=require to DATABASE_URL if it asks for TLS; otherwise let this machine and"
        " user in there (pg_hba.conf).",
    ),
    FailureKind(
        r"server does not support SSL",
        "{place} speaks no TLS, and sslmode asks for it.",
        "Turn TLS on there, or take sslmode out of DATABASE_URL where the way there is safe.",
    ),
    FailureKind(
        r"could not (load|read) (client certificate|private key)|private key file|"
        r"certificate file|could not get home directory to locate root",
        "A certificate or key that DATABASE_URL names cannot be used.",
        "Look at sslrootcert, sslcert, sslkey and sslpassword: paths, rights and pass phrase.",
    ),
    FailureKind(
        r"certificate|host name for a verified SSL",
        "The TLS certificate of {place} is not trusted, or is for another name.",
        "Let sslrootcert name the file with its CA, and the host be the one in the certificate.",
    ),
    FailureKind(
        r"SSL error|SSL SYSCALL error: (?!EOF|Connection)|TLS|ALPN|SSL negotiation",
        "No TLS comes about with {place}.",
        "Look at sslmode in DATABASE_URL, and at the TLS versions there.",
    ),
    FailureKind(
        r"connection option|query parameter|configuration parameter|startup parameter|"
        r"bad value for|invalid \S+ value|invalid value for|invalid port number|"
        r"invalid command-line argument",
        "{place} does not take a parameter of DATABASE_URL{parameter}, or its value.",
        "Correct it or take it out. PgBouncer takes `options` only where its"
        " ignore_startup_parameters names it.",
    ),
    FailureKind(
        r"permission denied for schema|no schema has been selected|3F000",
        "User {user} may not make tables in database {database}.",
        "As its owner there: GRANT USAGE, CREATE ON SCHEMA public TO that user. From PostgreSQL 15"
        " on, nobody else has that from the start.",
    ),
    FailureKind(
        r"permission denied for database",
        "User {user} may not connect to database {database}.",
        "As its owner there: GRANT CONNECT ON DATABASE … TO that user.",
    ),
    FailureKind(
        r"permission denied|must be owner|42501",
        "User {user} may not do in database {database} what Callwarden has to.",
        "Give that user the rights to its tables, or name the one who made them in DATABASE_URL.",
    ),
    FailureKind(
        r"read-only transaction|25006",
        "Database {database} at {place} can only be read, or this user may only read.",
        "Name the primary server and a user who may write in DATABASE_URL.",
        cause=READ_ONLY,
    ),
    FailureKind(
        r"no space left|disk full|53100",
        "{place} has no space left on its disk.",
        "Make room there.",
        passes=True,
        cause=DISK_FULL,
    ),
    FailureKind(
        r"failed to resolve|could not translate host|not known|name resolution|codec failed",
        "The host of {place} is not known.",
        "Correct the host in DATABASE_URL, or look at this machine's DNS.",
        passes=True,
    ),
    FailureKind(
        r'connection refused|on socket "" failed: no such file',
        "{place} refuses the connection: no server listens there.",
        "Start the server, or correct host and port in DATABASE_URL.",
        passes=True,
    ),
    FailureKind(
        r"timeout expired|timed out|unreachable|no route to host|TimeoutError",
        "{place} does not answer in time.",
        "Look whether the server runs, and whether this machine may reach it.",
        passes=True,
    ),
    FailureKind(
        r"starting up|shutting down|recovery mode|not yet accept|57P0|terminating connection",
        "{place} is just starting or stopping.",
        "Wait until it is up.",
        passes=True,
    ),
    FailureKind(
        r"too many (clients|connections)|connection slots|no more connections|53300",
        "{place} has no connection left.",
        "Raise max_connections there, or let fewer processes connect.",
        passes=True,
    ),
    FailureKind(
        r"cannot connect to server|server login|server_login|query_wait_timeout|server down",
        "The pooler at {place} does not reach its PostgreSQL.",
        "Look at the pooler's own log, and at the server behind it.",
        passes=True,
    ),
    FailureKind(
        r"session is (not )?read-only|server is (not )?in hot standby",
        "No server at {place} is of the kind that target_session_attrs asks for.",
        "Look which one is the primary, or correct target_session_attrs in DATABASE_URL.",
        passes=True,
    ),
    FailureKind(
        r"closed the connection|connection reset|EOF|connection (was|is) (lost|closed)|broken pipe",
        "{place} closed the connection.",
        "Look at the server's log, and whether PostgreSQL is what listens there.",
        passes=True,
    ),
)
"""The first whose signs are there is it."""

SQLITE: Sequence[FailureKind] = (
    FailureKind(
        r"SQLITE_NOTADB",
        "{place} is no SQLite database.",
        "Correct DATABASE_URL, or move that file out of the way.",
    ),
    FailureKind(
        r"SQLITE_CORRUPT",
        "{place} is damaged.",
        "Keep a copy of it and of what lies beside it, then put a backup in its place.",
    ),
    FailureKind(
        r"SQLITE_(READONLY|PERM|AUTH)",
        "{place} cannot be written.",
        "Give this user the right to write the file and its folder.",
        cause=READ_ONLY,
    ),
    FailureKind(
        r"SQLITE_CANTOPEN",
        "{place} cannot be opened.",
        "Give this user the right to read and write the file and its folder.",
    ),
    FailureKind(
        r"SQLITE_(BUSY|LOCKED)",
        "{place} is locked by another program.",
        "Close what has it open.",
        passes=True,
    ),
    FailureKind(
        r"SQLITE_FULL",
        "There is no space left for {place}.",
        "Make room on that disk.",
        passes=True,
        cause=DISK_FULL,
    ),
    FailureKind(
        r"SQLITE_IOERR",
        "The disk fails to read or write {place}.",
        "Look at the disk and at the system's log.",
        passes=True,
    ),
)
"""By the names of result codes, https://www.sqlite.org/rescode.html."""

UNKNOWN = FailureKind(
    "",
    "{place} does not answer as it should{words}.",
    "Look at DATABASE_URL, and at the server's log.",
    passes=True,
)
