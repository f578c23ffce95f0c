"""Which digest the command line means."""

from datetime import date

import pytest

from bot.digests.picking import by_number, chosen_subscription, sending_day
from bot.errors import BadInput, UnknownSubscription
from tests.digest_delivery.delivery import SATURDAY, utc
from tests.fakes.digests import subscription

ONE, TWO = subscription(1), subscription(2, zone="Australia/Lord_Howe")
NOW = utc(21, 20)


def test_a_number_is_that_one_and_an_unknown_one_names_those_there_are() -> None:
    assert by_number([ONE, TWO], 2) == TWO
    with pytest.raises(UnknownSubscription) as error:
        by_number([ONE, TWO], 3)
    assert error.value.next_step == "There are: 1 (C-1), 2 (C-2)."


def test_a_channel_is_its_first_one() -> None:
    assert chosen_subscription([ONE, TWO], None, "C-2", None, NOW) == TWO
    with pytest.raises(UnknownSubscription, match="No digest goes to the channel C-9"):
        chosen_subscription([], None, "C-9", None, NOW)


def test_nothing_is_a_daily_one_of_everything_in_the_zone_that_is_named() -> None:
    found = chosen_subscription([ONE], None, None, "Europe/London", NOW)
    assert (found.wish.zone, found.wish.vendors) == ("Europe/London", frozenset())
    assert chosen_subscription([ONE], 1, None, None, NOW) == ONE


def test_the_day_is_today_where_the_subscription_is() -> None:
    assert sending_day(ONE, None, NOW) == SATURDAY
    assert sending_day(TWO, None, NOW) == date(2026, 11, 22)
    assert sending_day(ONE, date(2026, 1, 1), NOW) == date(2026, 1, 1)
    with pytest.raises(BadInput, match="2026-11-22 is still to come in UTC"):
        sending_day(ONE, date(2026, 11, 22), NOW)
