"""Add up what the test processes counted, show what none of them reached, and hold the floors."""

import json
import sys
from functools import reduce

from slipcover import merge_coverage, print_coverage

from tests.reach import FLOOR, FOLDER, WHOLLY


def main() -> int:
    """Print the files that are not wholly reached; 1 when a floor does not hold."""
    counted = [json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))]
    if not counted:
        sys.exit("Nothing was counted. Run the tests first: make test")
    total = reduce(merge_coverage, counted)
    print_coverage(total, skip_covered=True, missing_width=60)
    reached = total["summary"]["percent_covered"]
    short = [
        name
        for name, file in sorted(total["files"].items())
        if name.startswith(WHOLLY) and file["summary"]["percent_covered"] < 100
    ]
    lines = [f"{reached:.1f} % of all lines and branches are reached; the floor is {FLOOR:g} %."]
    lines += [f"{name} has to be reached wholly." for name in short]
    sys.stdout.write("\n" + "\n".join(lines) + "\n")
    return int(reached < FLOOR or bool(short))


if __name__ == "__main__":
    sys.exit(main())
