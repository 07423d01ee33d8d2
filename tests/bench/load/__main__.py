"""`python -m tests.bench.load`: the whole program under load, and beside it what a team would build instead; JSON, and a table in a file.

Same machine, same run, one after the other; the load generator has its share of the same cores. A run that was broken off goes on where
it was. `--seconds 10` is for a first look; `--only peer_most` for one part.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from tests.bench.load.parts import PARTS
from tests.bench.load.running import SECONDS, measure


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.bench.load", description=__doc__)
    asked.add_argument("--seconds", type=float, default=SECONDS, help="how long one measurement takes (default: %(default)s)")
    asked.add_argument(
        "--only", action="append", choices=[part.name for part in PARTS], default=[], help="this part alone; may be repeated"
    )
    asked.add_argument("--again", action="store_true", help="measure everything anew, also what is there")
    given = asked.parse_args()
    json.dump(asyncio.run(measure(given.seconds, tuple(given.only), given.again)), sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
