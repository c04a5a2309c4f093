#!/usr/bin/env python3
"""Imports git_rails.ndjson.gz and compares counts with those of a plain reading of the file.

    cargo build --release
    tests/campaigns/git_rails.py [PROGRAM] [FOLDER OF THE FILES]

Python reads every line, takes every value apart by its own rules (good for ASCII, which is all
that is asked for) and counts; the program must give the same numbers. Prints a table of counts and
a table of times and sizes. Needs the program `zstd` for the size beside it. Exit code 1: a number
differs.
"""

import collections
import gzip
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import program

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else program.PROGRAM
DATA = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else program.DATA

PHRASES = ["merge pull request", "active record", "fix typo in"]
PREFIXES = ["migrat*", "deprecat*"]
ACTORS = 5
# The values that text does not look at.
SILENT = {"occurred_at"}
WORD = re.compile(r"[^\W_]+")


def leaves(value):
    """Every scalar of a record as text."""
    if isinstance(value, dict):
        for key, member in value.items():
            if key not in SILENT:
                yield from leaves(member)
    elif isinstance(value, list):
        for member in value:
            yield from leaves(member)
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif value is not None:
        yield str(value)


class Expected:
    """What the file says, read line by line."""

    def __init__(self, path):
        self.ids = []
        self.bytes = 0
        self.actors = collections.Counter()
        self.texts = collections.Counter()
        with gzip.open(path, "rb") as file:
            for line in file:
                self.bytes += len(line)
                self.add(json.loads(line))

    def add(self, record):
        self.ids.append(record["id"])
        self.actors[record["actor"]["id"]] += 1
        # One space around every word, so that a phrase is a part of the string.
        values = [" " + " ".join(WORD.findall(text.lower())) + " " for text in leaves(record)]
        for phrase in PHRASES:
            self.texts[phrase] += any(f" {phrase} " in value for value in values)
        for prefix in PREFIXES:
            self.texts[prefix] += any(f" {prefix[:-1]}" in value for value in values)


def size(store):
    return sum(file.stat().st_size for file in store.rglob("*") if file.is_file())


def zstd_size(path):
    """The length under `zstd -3`, unpacked before."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        packed = subprocess.run(
            ["zstd", "-3", "-c"], input=file.read(), check=True, capture_output=True
        )
    return len(packed.stdout)


def compare_counts(annals, expected):
    """Prints the counts of both sides; gives how many differ."""
    actors = expected.actors.most_common()
    chosen = actors[:2] + actors[len(actors) // 100:][:2] + actors[-1:]
    questions = [(f'actor.id="{actor}"', count) for actor, count in chosen[:ACTORS]]
    questions += [(f'"{phrase}"', expected.texts[phrase]) for phrase in PHRASES]
    questions += [(prefix, expected.texts[prefix]) for prefix in PREFIXES]
    questions.append(("", len(expected.ids)))
    wrong = 0
    print("| query | Python | annals | ms, process and all |\n|---|---|---|---|")
    for query, count in questions:
        text, seconds = annals.ask("count", query)
        wrong += int(text) != count
        print(f"| `{query}` | {count} | {text.strip()} | {1000 * seconds:.0f} |")
    return wrong


def check_order(annals, expected):
    text, _ = annals.ask("search", "--order", "seq", "--limit", "0")
    events = [json.loads(line) for line in text.splitlines()]
    in_order = [event["id"] for event in events] == expected.ids
    gapless = [event["seq"] for event in events] == list(range(1, len(events) + 1))
    print(f"| `--order seq` is the order of the file, without gaps | {in_order and gapless} |")
    return not (in_order and gapless)


def main():
    path = DATA / "git_rails.ndjson.gz"
    panther = DATA / "google_workspace_panther_tests.ndjson"
    if not (program.is_there(path) and program.is_there(panther)):
        return 0
    expected = Expected(path)
    lines = len(expected.ids)
    with tempfile.TemporaryDirectory() as folder:
        rails = program.Annals(PROGRAM, f"{folder}/rails")
        other = program.Annals(PROGRAM, f"{folder}/panther")
        first, first_seconds = rails.mapped_import("git_rails.toml", path)
        again, again_seconds = rails.mapped_import("git_rails.toml", path)
        wrong = int(first["appended"] != lines or again["duplicates"] != lines)
        wrong += compare_counts(rails, expected)
        segments = json.loads(rails.ask("segments", "--format", "json")[0])
        print("\n| figure | value |\n|---|---|")
        print(f"| first import | {first['appended']} appended in {first_seconds:.1f} s |")
        print(f"| second import | {again['duplicates']} duplicates in {again_seconds:.1f} s |")
        print(f"| segments | {len(segments)} |")
        wrong += check_order(rails, expected)
        packed = zstd_size(path)
        print_sizes("git_rails", size(rails.store), packed, expected.bytes, lines)
        mapped, _ = other.mapped_import("panther.toml", panther)
        other.ask("seal")
        packed, plain = zstd_size(panther), panther.stat().st_size
        print_sizes("panther", size(other.store), packed, plain, mapped["appended"])
    return 1 if wrong else 0


def print_sizes(name, stored, packed, plain, events):
    ratio = stored / packed
    each = [f"{length / events:.1f}" for length in (stored, packed, plain)]
    print(f"| {name}, bytes/event: store, zstd -3, NDJSON | {', '.join(each)} ({ratio:.2f}) |")


if __name__ == "__main__":
    sys.exit(main())
