"""The history of the tables. `HEAD` is the revision this version of the program works with."""

HEAD = "0018"

OLDEST = "0009"
"""The oldest release, named by its HEAD, that can still work beside these tables.

It stays as it is while migrations only add. One that takes something away, or asks more of a row
than an older release writes, raises it to the revision before which nobody may go on.
"""
