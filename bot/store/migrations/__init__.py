"""The history of the tables. `HEAD` is the revision this version of the program works with."""

HEAD = "0009"
