#!/usr/bin/env python3
"""Asks random queries of all kinds about git_rails.ndjson.gz and compares with brute force.

    cargo build --release
    python3 tests/campaigns/rails_queries.py [--annals PROGRAM] [--data FILE] [--queries 200]
                                             [--seed N]

The file is imported into a store and read by Python, which looks at every event for every query,
by its own rules (`plain/`, written from docs/query.md). Each query is counted; for some the first
two pages, facets or histograms are compared, too. Takes its words and values from the file, so
that most queries have hits. Prints what differs, how often each kind of term was asked, and one
line of figures. Exit code 1: something differs. The same seed asks the same queries, apart from
those that count from now.
"""

import argparse
import collections
import json
import pathlib
import random
import re
import sys
import tempfile
import time

from plain import days, questions, text
from plain.events import Events, Number
from program import DATA, EXAMPLES, PROGRAM, Annals, is_there

LIMIT = 50
ORDERS = ["newest", "oldest", "seq"]
FACETS = ["category", "activity", "action", "who.id", "actor.display_name", "details.details.path",
          "details.details.files_changed", "details.fully_qualified_name"]
WIDTHS = ["1s", "30s", "1m", "15m", "90m", "1h", "5h", "6h", "24h", "1d", "1w", "1mo", "1y"]
BUCKETS_MAX = 4000
# Of so many questions, one is also asked for its pages, its facets, its histogram.
PAGES_EVERY, FACETS_EVERY, HISTOGRAM_EVERY = 3, 10, 10


class Comparison:
    """Asks the program, compares, and keeps the score."""

    def __init__(self, events, annals):
        self.events = events
        self.annals = annals
        self.chance = random.Random()
        self.asked = collections.Counter()
        self.equal = collections.Counter()

    def count(self, question):
        answer = self._output("count", question.arguments())
        found = int(answer) if answer is not None else None
        if not self._score("counts", question, len(question.rows), found):
            self._tell_rows(question)

    def pages(self, question):
        """The first page, and the one behind it if there are more hits."""
        order = self.chance.choice(ORDERS)
        hits = sorted(question.rows) if order == "seq" else self.events.by_time(question.rows)
        hits = [self.events.ids[row] for row in (hits[::-1] if order == "newest" else hits)]
        options = ["--order", order, "--limit", str(LIMIT)]
        answer = self._found(question, options)
        self._score("pages", question, hits[:LIMIT], _ids(answer))
        if answer.get("next"):
            answer = self._found(question, [*options, "--after", answer["next"]])
            self._score("pages", question, hits[LIMIT:2 * LIMIT], _ids(answer))

    def facets(self, question):
        path, top = self.chance.choice(FACETS), self.chance.choice([0, 10])
        keys = tuple(path.replace("who", "actor").split("."))
        expected = [
            (value.exact if isinstance(value, Number) else value, count)
            for value, count in self.events.facets(keys, question.rows)
        ]
        options = ["--by", path, "--top", str(top), "--format", "json"]
        answer = json.loads(self._output("facets", question.arguments(*options)) or "{}")
        found = [(each["value"], each["count"]) for each in answer.get(path, [])]
        self._score("facets", question, expected[:top or None], found)

    def histogram(self, question):
        """Buckets of a width of which there are not too many between the first and last hit."""
        hits = [self.events.occurred[row] for row in question.rows]
        span = max(hits, default=0) - min(hits, default=0)
        fitting = [each for each in WIDTHS if span // _width(each) < BUCKETS_MAX]
        width = self.chance.choice(fitting)
        count, unit = re.fullmatch(r"(\d+)(\D+)", width).groups()
        expected = question.zone.histogram(hits, int(count), unit)
        options = ["--every", width, "--format", "json"]
        answer = self._output("histogram", question.arguments(*options)) or "[]"
        found = [
            [days.instant(each["from"]), days.instant(each["to"]), each["count"]]
            for each in json.loads(answer)
        ]
        self._score("histograms", question, expected, found)

    def _found(self, question, options):
        """The answer of `search`."""
        arguments = question.arguments(*options, "--format", "json")
        return json.loads(self._output("search", arguments) or '{"events":[]}')

    def _output(self, command, arguments):
        """What a command printed, or nothing if it failed, which is told."""
        done = self.annals.run(command, *arguments)
        if done.returncode:
            print(f"exit code {done.returncode} of {command}: {done.stderr.strip()}")
        return None if done.returncode else done.stdout

    def _score(self, answer, question, expected, found):
        self.asked[answer] += 1
        self.equal[answer] += expected == found
        if expected != found:
            print(f"DIFFERENT {answer}: {' '.join(question.options)} {question.written!r}")
            print(f"  expected {str(expected)[:500]}\n  found    {str(found)[:500]}")
        return expected == found

    def _tell_rows(self, question):
        """Prints some events that only one side gives."""
        answer = self._found(question, ["--limit", "0"])
        found = {event["seq"] - 1 for event in answer["events"]}
        for side, rows in (("missing", question.rows - found), ("extra", found - question.rows)):
            ids = [self.events.ids[row] for row in sorted(rows)[:3]]
            print(f"  {side}: {len(rows)}, such as {ids}")


def _ids(answer):
    return [event["id"] for event in answer["events"]]


def _width(every):
    count, unit = re.fullmatch(r"(\d+)(\D+)", every).groups()
    seconds = {**days.LENGTHS, "mo": 28 * 86_400, "y": 365 * 86_400}[unit]
    return int(count) * seconds * days.SECOND


def compare(events, annals, count, seed):
    """Asks so many questions, kind after kind; gives the comparison, and each kind's questions."""
    comparison = Comparison(events, annals)
    kinds, hits = collections.Counter(), collections.Counter()
    names = list(questions.KINDS)
    for turn in range(count):
        # Its own chance for each, since one that counts from now may draw more or less.
        comparison.chance = chance = random.Random(f"{seed} {turn}")
        now = time.time_ns() // 1000
        question = questions.ask(events, chance, now, names[turn % len(names)])
        kinds.update(set(question.kinds))
        if question.rows:
            hits.update(set(question.kinds))
        hits["questions"] += bool(question.rows)
        comparison.count(question)
        # Each takes its own turns, so that all kinds come to all of them.
        if chance.random() * PAGES_EVERY < 1:
            comparison.pages(question)
        if chance.random() * FACETS_EVERY < 1:
            comparison.facets(question)
        if chance.random() * HISTOGRAM_EVERY < 1:
            comparison.histogram(question)
    told = (f"{name} {kinds[name]}/{hits[name]}" for name in names)
    print(f"kinds, queries with it/those with hits: {', '.join(told)}")
    return comparison, hits["questions"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--annals", default=PROGRAM, help="the program")
    parser.add_argument("--data", default=DATA / "git_rails.ndjson.gz", type=pathlib.Path)
    parser.add_argument("--queries", default=200, type=int)
    parser.add_argument("--seed", default=1, type=int)
    asked = parser.parse_args()
    if not is_there(asked.data):
        return 0
    start = time.monotonic()
    events = Events(asked.data, EXAMPLES / "git_rails.toml")
    doubtful = text.doubtful(events.characters())
    if doubtful:
        print(f"these characters are not known well enough to compare: {doubtful}")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        annals = Annals(asked.annals, pathlib.Path(folder, "rails"))
        receipt, _ = annals.mapped_import("git_rails.toml", asked.data)
        comparison, hits = compare(events, annals, asked.queries, asked.seed)
    equal, total = comparison.equal, comparison.asked
    others = ", ".join(
        f"{equal[name]} of {total[name]} {name}" for name in ("pages", "facets", "histograms")
    )
    print(f"rails queries: {equal['counts']} of {total['counts']} counts equal ({hits} with hits), "
          f"{others}; {time.monotonic() - start:.0f} s, seed {asked.seed}")
    return 0 if equal == total and receipt["appended"] == events.count else 1


if __name__ == "__main__":
    sys.exit(main())
