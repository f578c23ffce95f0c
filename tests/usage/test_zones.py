"""Time zones as people type them: folded, offsets as they are meant, summer time first."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.wording import zone_name
from bot.usage.zones import (
    FIRST,
    OF_NO_PLACE,
    find_zones,
    fold,
    offset_of,
    zone_named,
    zone_of,
    zones,
)

WINTER, SUMMER = (datetime(2026, month, 21, 12, tzinfo=UTC) for month in (11, 7))
NAMES = sorted(available_timezones() - OF_NO_PLACE)
ANY = st.sampled_from(NAMES)
AT = st.sampled_from([WINTER, SUMMER])
ACCENTS = str.maketrans("aeiouAEIOUcn", "áèîöûÁÈÎÖÛçñ")


def offset(name: str, at: datetime) -> timedelta:
    found = at.astimezone(ZoneInfo(name)).utcoffset()
    assert found is not None
    return found


@given(ANY, st.sampled_from([str.lower, str.upper, str.title]), st.booleans(), st.booleans(), AT)
def test_every_zone_is_found_by_its_name_and_city_however_they_are_typed(
    name: str, case: Callable[[str], str], spaces: bool, accents: bool, at: datetime
) -> None:
    typed = case(name.replace("_", " ") if spaces else name)
    typed = typed.translate(ACCENTS) if accents else typed
    city = typed.rpartition("/")[2]
    assert offset_of(typed) is not None or name in find_zones(typed, at)
    found = find_zones(city, at)
    assert offset_of(city) is not None or name in found
    if "/" in name and offset_of(city) is None:
        assert zone_named(typed, at) == name
        meant = str(zone_named(city, at))
        assert fold(meant).endswith(fold(city)) or fold(city).upper() in names(meant)
    assert set(found) <= set(NAMES)


@given(ANY, AT)
def test_an_abbreviation_means_a_zone_that_shows_it_and_has_summer_time_if_any_has(
    name: str, at: datetime
) -> None:
    called = str(at.astimezone(ZoneInfo(name)).tzname()).upper()
    if not called.isalpha() or called in {"UTC", "GMT"}:
        return
    found = find_zones(called.lower(), at)
    shown = [zone for zone in found if called in names(zone)]
    assert found[: len(shown)] == shown
    assert name in shown
    change = [zone for zone in shown if zone not in FIRST and len(names(zone)) > 1]
    rest = [zone for zone in shown if zone not in FIRST]
    assert rest[: len(change)] == change
    assert zone_named(called, at) == shown[0]


def names(zone: str) -> set[str]:
    return {
        str(datetime(2026, month, 15, 12, tzinfo=UTC).astimezone(ZoneInfo(zone)).tzname()).upper()
        for month in (1, 7)
    }


@given(ANY, AT, st.sampled_from(["", "utc", "UTC ", "gmt"]), st.booleans())
def test_an_offset_means_so_many_hours_ahead_of_utc(
    name: str, at: datetime, before: str, joined: bool
) -> None:
    wanted = offset(name, at)
    hours, minutes = divmod(abs(wanted) // timedelta(minutes=1), 60)
    sign = "-" if wanted < timedelta(0) else "+"
    tail = f"{minutes:02}" if joined else f":{minutes:02}"
    typed = f"{before}{sign}{hours}" + (tail if minutes or joined else "")
    assert offset_of(typed) == wanted
    found = find_zones(typed, at)
    now = [zone for zone in found if offset(zone, at) == wanted]
    assert name in now
    assert found[: len(now)] == now, "those of another season come behind"
    zone = zone_of(typed, at)
    assert zone is not None
    assert zone.utcoffset(None) == wanted


@given(ANY)
def test_a_fixed_zone_is_shown_with_the_sign_that_people_use(name: str) -> None:
    shown = zone_name(name)
    if name.startswith("Etc/GMT") and offset(name, WINTER):
        assert offset_of(shown) == offset(name, WINTER)
    assert zone_name(name) in {name, shown}


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("est", "America/New_York"),
        ("et", "America/New_York"),
        ("cst", "America/Chicago"),
        ("pt", "America/Los_Angeles"),
        ("bst", "Europe/London"),
        ("utc", "Etc/UTC"),
        ("utc+", "Etc/UTC"),
        ("ist", "Asia/Kolkata"),
        ("msk", "Europe/Moscow"),
        ("zürich", "Europe/Zurich"),
        ("São  Paulo", "America/Sao_Paulo"),
        ("york new", "America/New_York"),
        ("", "Africa/Abidjan"),
    ],
)
def test_what_most_people_mean_comes_first(typed: str, first: str) -> None:
    assert next(zone for zone in find_zones(typed, WINTER) if typed or zone) == first


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("+2", 120),
        ("+02", 120),
        ("\u22123:30", -210),
        ("utc+5:", 300),
        ("+5:3", 330),
        ("+0545", 345),
        ("+5.75", 345),
        ("+5,5", 330),
        ("z", 0),
        ("-12", -720),
        ("+14", 840),
    ],
)
def test_offsets_in_all_their_spellings(typed: str, minutes: int) -> None:
    assert offset_of(typed) == timedelta(minutes=minutes)


@pytest.mark.parametrize("typed", ["+15", "-13", "+5:60", "2", "5:30", "+", "utc 2", "\u0662"])
def test_what_is_no_offset(typed: str) -> None:
    assert offset_of(typed) is None


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("EST", "America/New_York"),
        ("+2", "Etc/GMT-2"),
        ("-0", "Etc/UTC"),
        ("+5:30", None),
        ("berl", None),
        ("", None),
    ],
)
def test_a_zone_that_is_named_in_full(typed: str, name: str | None) -> None:
    assert zone_named(typed, WINTER) == name


def test_an_offset_without_a_zone_is_one_all_the_same() -> None:
    assert zone_of("+5:45", WINTER) == timezone(timedelta(hours=5, minutes=45))
    assert zone_of("berlin", WINTER) == ZoneInfo("Europe/Berlin")
    assert zone_of("mars", WINTER) is None


@given(st.text(max_size=20), AT)
def test_any_letters_find_zones_that_there_are(typed: str, at: datetime) -> None:
    found = find_zones(typed, at)
    assert len(found) == len(set(found))
    assert set(found) <= zones().keys()
    assert (zone := zone_named(typed, at)) is None or zone in zones()
