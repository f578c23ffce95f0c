"""How many people an act on a whole call makes leave, said before it is done."""

from bot.calls.models import Frozen


class Departures(Frozen):
    """`people` of `present` leave; with `at_most`, some of them may stay."""

    people: int
    present: int
    at_most: bool = False
