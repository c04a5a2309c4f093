"""What the clients have in common: the records that went in, and what came out beside them."""

import json
import os
import sys

BASE = os.environ["ANNALS_BASE"]
TOKEN = os.environ["ANNALS_TOKEN"]


def records(product: str) -> list:
    with open(os.path.join(os.environ["ANNALS_RECORDS"], f"{product}.ndjson")) as lines:
        return [json.loads(line) for line in lines]


def compare(client: str, found: list, expected: list, pages: int) -> None:
    """Prints how many of the records came out; ends the program where any differs."""

    def key(record: dict) -> str:
        return json.dumps(record, sort_keys=True)

    equal = len(set(map(key, found)) & set(map(key, expected)))
    print(f"{client}: {equal} of {len(expected)} as they came in, on {pages} pages", flush=True)
    if sorted(map(key, found)) != sorted(map(key, expected)):
        sys.exit(f"{client}: {len(found)} came out, {len(expected)} went in")


def refused(client: str, status: int, expected: int) -> None:
    """Ends the program where a request is not refused as it should be."""
    if status != expected:
        sys.exit(f"{client}: refused with {status}, not {expected}")
