"""Every version of a table of two stores, as four engines read it: the rows and answers that the
stores had when it was made, through late events, merges, drops and hidden events."""

import json
import os
import random
import sys

from desk import Desk, at, check, clickhouse
from engines import ORDERED, click, duck, polars, texts
from past import Past

PUBLICATIONS = int(os.environ.get("ANNALS_LAKE_PUBLICATIONS", 10))
# Columns that are compared beside `event`, and where their values stand in it.
COLUMNS = {
    "seq": "seq",
    "id": "id",
    "category": "category",
    "activity": "activity",
    "actor_id": "actor.id",
    "actor_email": "actor.email",
    "context_ip": "context.ip",
    "correlation_id": "correlation_id",
}


class Publishing:
    """A store beside another one on a table."""

    def __init__(self, desk, url, store, chance, seed):
        self.desk, self.url, self.store, self.chance, self.seed = desk, url, store, chance, seed
        self.past = Past(desk, store)
        self.rows, self.id = set(), None
        self.add(120)

    def add(self, events):
        self.seed += 1
        self.past.add(events, self.seed)

    def change(self, kind):
        if kind == "drop":
            self.past.keep(kept=self.past.age_of(self.chance.uniform(0.1, 0.25)))
            self.desk.run("retain", "--store", self.store)
        if kind == "outdate":
            self.past.keep(kept=self.past.age_of(self.chance.uniform(0.2, 0.3)))
        if kind == "hide":
            self.past.keep(visible=self.past.age_of(self.chance.uniform(0.3, 0.6)))
        for _ in range(self.chance.randrange(1, 3)):
            self.add(self.chance.randrange(5, 30))
        if kind == "merge":
            self.desk.run("compact", "--store", self.store)

    def publish(self, kind):
        """Publishes; gives the version before, that behind, and how many commits lie between."""
        hidden = ["--include-hidden"] if kind == "show" else []
        arguments = ["--store", self.store, "--to", self.url]
        report = self.desk.report("lake", "publish", *arguments, *hidden)
        self.id = self.desk.report("lake", "status", *arguments)["store_id"]
        fates = self.past.fates()
        check("events at the border of a time", [one for one in fates.values() if one == "near"], [])
        stays = lambda seq: seq in self.rows or kind == "show"
        self.rows = {
            seq for seq, fate in fates.items()
            if fate == "shown" or (fate == "hidden" and stays(seq))
        }
        return report["version"], report["commits"]

    def held(self):
        """What the table is to have of the store: texts by name and sequence."""
        return {(self.id, seq): self.past.texts[seq] for seq in self.rows}


def history(desk, url):
    """For each version, the rows that it must have, and those that it may have."""
    chance = random.Random(11)
    stores = [Publishing(desk, url, name, chance, 100 * (place + 1))
              for place, name in enumerate("ab")]
    kinds = ["add", "merge", "hide", "merge", "drop", "show", "outdate", "merge"]
    versions, before = {0: ({}, {})}, {}
    for number in range(PUBLICATIONS):
        # Each kind meets both stores.
        kind = kinds[number // 2 % len(kinds)]
        store = stores[number % 2]
        store.change(kind)
        last, commits = store.publish(kind)
        after = {row: text for one in stores if one.id for row, text in one.held().items()}
        both = {row: text for row, text in before.items() if row in after}
        for version in range(last - commits + 1, last):
            versions[version] = (both, {**before, **after})
        versions[last] = (after, after)
        before = after
    check("versions", sorted(versions), list(range(last + 1)))
    return versions


def answers(rows):
    """The answers to the questions of docs/fleet.md that follow from events alone."""
    events = [(row[0], json.loads(text)) for row, text in rows.items()]
    failed = [one for _, one in events
              if (one["category"], one["activity"]) == ("login", "failed")]
    days = {}
    for _, event in events:
        day = (event["occurred_at"][:10], event["category"])
        days[day] = days.get(day, 0) + 1
    placed = sorted((event["occurred_at"].removesuffix("Z"), *row)
                    for row, (_, event) in zip(rows, events))
    return {
        "newest": [row[1:] for row in reversed(placed)][:50],
        "how many": [(len(failed),)],
        "days": sorted((*day, count) for day, count in days.items()),
    }


def expected_rows(rows):
    """Name, text and the values of COLUMNS, by name and sequence."""
    told = []
    for (store, _), text in sorted(rows.items()):
        event = json.loads(text)
        told.append((store, text, *(at(event, path) for path in COLUMNS.values())))
    return told


def main():
    desk = Desk()
    folder = desk.path("table")
    url = "file://" + folder
    versions = history(desk, url)
    session, asked, total = clickhouse(), texts(), 0
    names = ["store_id", "event", *COLUMNS]
    sql = f"SELECT {', '.join(names)} FROM events"
    for version, (least, most) in sorted(versions.items()):
        table = desk.table(url, version)
        frame = table.to_pyarrow_table(columns=names).to_pydict()
        found = sorted(zip(*(frame[name] for name in names)), key=lambda row: (row[0], row[2]))
        rows = {(row[0], row[2]): row[1] for row in found}
        check(f"version {version}: rows that are there once", len(rows), len(found))
        check(f"version {version}: rows that are missing", least.keys() - rows.keys(), set())
        check(f"version {version}: rows that are too many", rows.keys() - most.keys(), set())
        expected = expected_rows({row: most[row] for row in rows})
        check(f"version {version}: delta-rs", found, expected)
        total += len(rows)
        if not rows:
            continue
        engines = {
            "duckdb": duck(table.file_uris()),
            "clickhouse": click(session, folder, version),
            "polars": polars(url, version),
        }
        plain = f'events.select({names})'
        told = answers(rows)
        for engine, ask in engines.items():
            got = ask(plain if engine == "polars" else sql)
            got.sort(key=lambda row: (row[0], row[2]))
            check(f"version {version}: {engine}", got, expected)
            for question, of_engine in asked.items():
                answer = ask(of_engine[engine])
                answer = answer if question in ORDERED else sorted(answer)
                # What does not follow from a few fields is what the first engine says.
                check(f"version {version}: {engine}: {question}", answer,
                      told.setdefault(question, answer))
    print(f"versions: {len(versions)} of two stores, {total} rows, rows and answers alike in 4 engines")


if __name__ == "__main__":
    sys.exit(main())
