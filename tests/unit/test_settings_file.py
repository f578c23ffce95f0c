"""callwarden.toml: every mistake is answered with its place and the nearest right word."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.calls.models import Vendor
from bot.errors import ConfigError
from bot.settings import Settings
from bot.settings_file import ConfigFile
from bot.settings_mistakes import expectation, line_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "callwarden.toml"


def mistake(file: Path, text: str) -> str:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        Settings.load({}, file)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[people]\nmoderatrs = ["U024BE7LH"]',
            "unknown key `moderatrs` under `[people]`; did you mean `moderators`?",
        ),
        ("[protcted]", "unknown key `protcted`; did you mean `protected`?"),
        (
            '[verbs]\nrecord = "lead"',
            "unknown key `record` under `[verbs]`; did you mean `record_stop`?",
        ),
        (
            "[vendors.realtime]",
            "unknown key `realtime` under `[vendors]`; did you mean `realtimekit`?",
        ),
        (
            '[vendors.stream.verbs]\nkik = "lead"',
            "unknown key `kik` under `[vendors.stream.verbs]`; did you mean `kick`?",
        ),
        (
            '[rtmp.tube]\nurl = "rtmp://h/a"\nkey_env = "K"\nstream = 1',
            "unknown key `stream` under `[rtmp.tube]`; known are key_env, url.",
        ),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_known_one(
    file: Path, text: str, words: str
) -> None:
    assert mistake(file, text) == f"callwarden.toml, line {len(text.splitlines())}: {words}"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            '[people]\nmoderators = ["@alice"]',
            "`moderators` under `[people]`: '@alice' is not a Slack user id (U…, W…) or user",
        ),
        ('[people]\nmoderators = "U024BE7LH"', "`moderators` under `[people]`: "),
        ('[verbs]\nend = "viewer"', "`end` under `[verbs]`: "),
        ('[slack]\nmoderation_channel = "#ops"', "`moderation_channel` under `[slack]`: "),
        ('[protected]\npeople = [""]', "`people` under `[protected]`: "),
        ("people = 1", "`people`: "),
        ("[limits]\nact_seconds = 0", "`act_seconds` under `[limits]`: "),
        (
            '[prices]\nstream = "cheap"',
            "`stream` under `[prices]`: 'cheap' is not a price: write a number of at least 0",
        ),
        ("[prices]\ncometchat = -1", "`cometchat` under `[prices]`: -1 is not a price"),
        ("[prices]\nrealtimekit = nan", "`realtimekit` under `[prices]`: nan is not a price"),
        ("[prices]\nstream = true", "`stream` under `[prices]`: True is not a price"),
        ('[prices]\ncurrency = "euro"', "`currency` under `[prices]`: 'euro' is not a currency"),
        ("[prices]\ncurrency = 1", "`currency` under `[prices]`: 1 is not a currency"),
        ('[rtmp.tube]\nurl = "https://h"\nkey_env = "K"', "`url` under `[rtmp.tube]`: "),
        ('[rtmp."you tube"]\nurl = "rtmp://h/a"\nkey_env = "K"', "`you tube` under `[rtmp]`: "),
    ],
)
def test_a_wrong_value_is_named_by_key_and_table(file: Path, text: str, place: str) -> None:
    said = mistake(file, text)
    assert re.match(rf"callwarden\.toml, line \d: {re.escape(place)}", said)
    assert not re.search("Input should|valid|pattern|Field required", said)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[people]\nmoderators = [", "line 2: a value belongs here: "),
        ("[people]\nmoderators = U024BE7LH\n", "line 2, column 14: a value belongs here: "),
        ('[people]\nmoderators = ["U1" "U2"]\n', "line 2, column 20: a list is not closed, or"),
        ('reasons = ["a]\n', "line 1, column 15: this character may not stand here"),
        ('[slack\nteam = "T1"', "line 1, column 7: the name of a table is not closed"),
        ("[slack]\n[slack]", "line 2, column 7: this table is there already"),
        ('[slack]\nteam = "T1"\nteam = "T2"', "line 3: this key is there already"),
        ("moderators: U1", "line 1, column 11: a key and its value belong here: key = value"),
        ("= 1", "line 1, column 1: a line is `key = value`, "),
    ],
)
def test_bad_toml_is_answered_with_the_line_and_what_belongs_there(
    file: Path, text: str, words: str
) -> None:
    assert mistake(file, text).startswith(f"callwarden.toml, {words}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[people]\nmoderators = "U024BE7LH"',
            (
                "line 2: `moderators` under `[people]`: a list belongs here, such as "
                '`moderators = ["U024BE7LH"]`.'
            ),
        ),
        (
            "# who\npeople = 1",
            "line 2: `people`: a table belongs here: [people] and its keys below.",
        ),
        (
            "[people]\nmoderators = [\n  12,\n]\n",
            (
                "line 2: `moderators` under `[people]`: text belongs here, such as "
                '`moderators = "12"`.'
            ),
        ),
        (
            '[limits]\nact_seconds = "two"',
            (
                "line 2: `act_seconds` under `[limits]`: a number belongs here, such as "
                "`act_seconds = 2.5`."
            ),
        ),
        (
            "[limits]\nlooks_burst = 2.5",
            (
                "line 2: `looks_burst` under `[limits]`: a whole number belongs here, such as "
                "`looks_burst = 30`."
            ),
        ),
        (
            "[limits]\norders_per_minute = 0",
            "line 2: `orders_per_minute` under `[limits]`: it must be at least 1.",
        ),
        (
            "[limits]\norders_burst = 1_000_000",
            "line 2: `orders_burst` under `[limits]`: it must be at most 100000.",
        ),
        (
            "limits.list_seconds = true",
            (
                "line 1: `list_seconds` under `[limits]`: a number belongs here, such as "
                "`list_seconds = 2.5`."
            ),
        ),
        (
            '[lock]\n\nexclude_owner = "yes"',
            (
                "line 3: `exclude_owner` under `[lock]`: true or false belongs here, such as "
                "`exclude_owner = true`."
            ),
        ),
        (
            '[verbs]\nend = "viewer"',
            "line 2: `end` under `[verbs]`: it is one of moderator, lead or admin.",
        ),
        ('[rtmp.tube]\nurl = "rtmp://h/a"', "line 1: `key_env` under `[rtmp.tube]`: it is missing"),
    ],
)
def test_a_value_of_another_kind_is_answered_with_the_line_and_an_example(
    file: Path, text: str, words: str
) -> None:
    assert mistake(file, text).startswith(f"callwarden.toml, {words}")


def test_a_byte_order_mark_before_the_text_says_nothing(file: Path) -> None:
    file.write_text('[people]\nmoderators = ["U024BE7LH"]', encoding="utf-8-sig")
    assert Settings.load({}, file).rules.people.moderators == ("U024BE7LH",)


def test_a_file_of_another_encoding_says_which_it_has_to_be(file: Path) -> None:
    file.write_text("reasons = []", encoding="utf-16")
    with pytest.raises(ConfigError, match="not UTF-8") as error:
        Settings.load({}, file)
    assert error.value.next_step == "Save it again with the encoding UTF-8."


def test_a_file_that_is_no_text_or_is_not_there_is_a_config_error(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        Settings.load({}, file)
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        Settings.load({}, file.with_name("other.toml"))


def test_a_missing_stream_key_names_the_variable(file: Path) -> None:
    words = mistake(file, '[rtmp.tube]\nurl = "rtmps://h/live"\nkey_env = "TUBE_KEY"')
    assert words == "TUBE_KEY is missing: `[rtmp.tube]` takes its stream key from it."


def test_the_file_becomes_the_policys_rules(file: Path) -> None:
    file.write_text(
        '[people]\nmoderators = ["U024BE7LH", "S0614TZR7"]\n'
        '[vendors.realtimekit.verbs]\nkick = "lead"\n'
        "[limits]\nlist_seconds = 1",
        encoding="utf-8",
    )
    settings = Settings.load({}, file)
    assert settings.rules.file == "callwarden.toml"
    assert settings.rules.people.moderators == ("U024BE7LH", "S0614TZR7")
    assert settings.rules.vendors.of(Vendor.REALTIMEKIT).verbs == {"kick": "lead"}
    assert settings.limits.list_seconds == 1.0


def test_prices_are_those_that_were_said(file: Path) -> None:
    file.write_text('[prices]\nstream = 0.004\ncometchat = 0\ncurrency = "EUR"', encoding="utf-8")
    prices = Settings.load({}, file).prices
    assert prices.a_minute == {Vendor.STREAM: 0.004, Vendor.COMETCHAT: 0}
    assert prices.currency == "EUR"
    assert Settings.load({}, None).prices.a_minute == {}


keys = st.sampled_from([*ConfigFile.model_fields, "stream", "verbs", "url", "kick", "other"])
texts = st.text("U0Sa é\x00\n\U0001f512", max_size=4)
tables = st.recursive(
    texts | st.integers() | st.booleans() | st.lists(texts, max_size=3),
    lambda inner: st.dictionaries(keys, inner, max_size=3),
)


def _toml(table: dict[str, object]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(letter):08X}" for letter in value) + '"'
    return str(value).lower()


@example_settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(keys, tables, max_size=3))
def test_whatever_the_file_holds_the_answer_is_settings_or_a_config_error(
    file: Path, table: dict[str, object]
) -> None:
    text = _toml(table)
    tomllib.loads(text)
    file.write_text(text, encoding="utf-8")
    try:
        Settings.load({}, file)
    except ConfigError as error:
        said = str(error)
        assert re.match(r"callwarden\.toml(, line \d+)?: |[A-Z_]+ is missing", said)
        assert "Input should" not in said


def test_reasons_are_read_and_none_is_needed(file: Path) -> None:
    file.write_text('reasons = [" Spam ", "Harassment"]', encoding="utf-8")
    assert Settings.load({}, file).reasons == ("Spam", "Harassment")
    assert Settings.load({}, None).reasons == ()


@pytest.mark.parametrize(
    ("reasons", "says"),
    [
        (["x" * 76], "at most 75 characters"),
        ([" "], "must not be empty"),
        (["Spam", "Spam"], "'Spam' is there twice"),
        ([f"r{n}" for n in range(101)], "at most 100 of them"),
    ],
)
def test_reasons_that_no_menu_could_show_are_refused(
    file: Path, reasons: list[str], says: str
) -> None:
    said = mistake(file, f"reasons = {reasons}")
    assert "`reasons`" in said
    assert says in said


ANYTHING = st.sampled_from(
    [1, -1, 10**9, 1.5, True, "", "x", "a\nb", "x" * 300, [], ["x"], [1], [[]], {}, {"a": 1}]
)
SECTIONS = sorted(
    name
    for name, field in ConfigFile.model_fields.items()
    if hasattr(field.annotation, "model_fields")
)


@example_settings(deadline=None)
@given(st.data())
def test_no_wrong_value_of_any_key_is_answered_in_the_librarys_words(data: st.DataObject) -> None:
    section = data.draw(st.sampled_from(SECTIONS))
    table = ConfigFile.model_fields[section].annotation
    assert table is not None
    key = data.draw(st.sampled_from(sorted(table.model_fields)))
    try:
        ConfigFile.model_validate({section: {key: data.draw(ANYTHING)}})
    except ValidationError as error:
        for wrong in error.errors():
            said = expectation(wrong, write=str)
            assert not re.search("Input|valid |Tuple|dictionary|instance|pattern", said)


@given(st.lists(st.sampled_from(["# a", "", "x = 1", "y = [\n 1,\n]", "z = {v = 2}"]), unique=True))
def test_the_line_of_a_value_is_where_it_begins(parts: list[str]) -> None:
    text = "\n".join([*parts, "[t]", 'here = """', "long", '"""'])
    line = line_of(["t", "here"], text)
    assert line is not None
    assert text.splitlines()[line - 1].startswith("here")
    assert line_of(["t", "nowhere"], text) is None
    assert line_of(["t", "here"], text + "\nno toml") == line
