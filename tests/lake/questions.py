"""The six questions of docs/fleet.md over three stores: each engine answers as annals does.

ANNALS_LAKE_EVENTS says how many events the stores have together, 6000 without it; from 100,000 on
the times of the answers are printed, too.
"""

import collections
import heapq
import json
import os
import re
import sys
import time

from desk import Desk, check, clickhouse
from engines import ORDERED, QUESTIONS, click, duck, polars, spark, texts

EVENTS = int(os.environ.get("ANNALS_LAKE_EVENTS", 6000))
STORES = ["s0", "s1", "s2"]
LOGINS = ["category=login", "activity=failed"]
# So many networks are also counted by annals' own condition.
NETWORKS_COUNTED = 12


class Annals:
    """What the program says of each store, merged as docs/fleet.md says."""

    def __init__(self, desk, ids):
        # The names in the table, by the folders.
        self.desk, self.ids = desk, ids

    def each(self, command, *arguments):
        for store in STORES:
            report = self.desk.report(command, "--store", store, *arguments, "--format", "json")
            yield store, report

    def listed(self, *arguments):
        """Events as (occurred_at, name of the store, seq), of each store in the order asked for."""
        for store in STORES:
            out = self.desk.run("search", "--store", store, *arguments,
                                "--columns", "occurred_at,seq", "--format", "csv")
            rows = [line.split(",") for line in out.split()[1:]]
            yield [(instant(when), self.ids[store], int(seq)) for when, seq in rows]

    def count(self, *query):
        return sum(int(self.desk.run("count", "--store", store, *query)) for store in STORES)

    def newest(self):
        merged = heapq.merge(*self.listed("--limit", "50"), reverse=True)
        return [row[1:] for row in merged][:50]

    def how_many(self):
        return [(self.count(*LOGINS),)]

    def days(self):
        days = collections.Counter()
        for store, buckets in self.each("histogram", "--every", "1d"):
            for bucket in buckets:
                facets = self.desk.report(
                    "facets", "--store", store, "--by", "category", "--top", "0",
                    "--from", bucket["from"], "--to", bucket["to"], "--format", "json")
                for facet in facets["category"]:
                    days[bucket["from"][:10], facet["value"]] += facet["count"]
        return sorted((*day, count) for day, count in days.items())

    def trail(self):
        asked = ["actor.id=u-100000", "--no-alias", "--order", "oldest", "--limit", "0"]
        return [row[1:] for row in heapq.merge(*self.listed(*asked))]

    def networks(self):
        networks = collections.Counter()
        for _, facets in self.each("facets", *LOGINS, "--by", "context.ip", "--top", "0"):
            for facet in facets["context.ip"]:
                if whole := re.fullmatch(r"(\d+\.\d+\.\d+)\.\d+", facet["value"]):
                    networks[whole[1]] += facet["count"]
        for name in sorted(networks)[:NETWORKS_COUNTED]:
            check(name, self.count(*LOGINS, f"context.ip={name}.0/24"), networks[name])
        return sorted(networks.items())

    def state(self):
        events = []
        for store, history in self.each("history", "--target", "ap-0"):
            own = [(instant(event["occurred_at"]), self.ids[store], event["seq"], event)
                   for event in history["events"]]
            told = [(field, text(last["value"])) for field, last in history["state"].items()]
            check(f"state in {store}", state_of(own, "ap-0"), sorted(told))
            events += own
        return state_of(events, "ap-0")


def instant(text):
    """An instant of UTC, so that later ones are greater."""
    return text.removesuffix("Z").ljust(len("2026-01-01T00:00:00.000000"), "\0")


def text(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def state_of(events, target):
    """The fields of a thing, by its events as (occurred_at, name of the store, seq, event)."""
    fields = {}
    for *_, event in sorted(events, key=lambda row: row[:3]):
        targets = event.get("targets") or [{}]
        primary = [one for one in targets if one.get("relation") == "primary"]
        if (primary or targets)[0].get("id") == target:
            for change in event.get("changes") or []:
                fields[change["field"]] = change.get("after", fields)
    # A change without a value takes the field out.
    return sorted((field, text(value)) for field, value in fields.items() if value is not fields)


def timed(act, *arguments):
    begin = time.monotonic()
    return act(*arguments), time.monotonic() - begin


def main():
    desk = Desk()
    url = "file://" + desk.path("table")
    ids = {}
    for number, store in enumerate(STORES):
        desk.fill(store, EVENTS // len(STORES), 5 + number)
        desk.run("lake", "publish", "--store", store, "--to", url)
        ids[store] = desk.report("lake", "status", "--store", store, "--to", url)["store_id"]
    files = desk.table(url).file_uris()
    rows = sum(int(desk.run("count", "--store", store)) for store in STORES)
    check("rows", desk.table(url).to_pyarrow_table(columns=["seq"]).num_rows, rows)
    annals = Annals(desk, ids)
    asked = [annals.newest, annals.how_many, annals.days, annals.trail, annals.networks,
             annals.state]
    expected, times = {}, {}
    for question, ask in zip(QUESTIONS, asked):
        expected[question], times["annals", question] = timed(ask)
        if not expected[question] or expected[question] == [(0,)]:
            sys.exit(f"{question}: the stores have nothing to ask about")
    engines = {
        "duckdb": duck(files),
        "clickhouse": click(clickhouse(), desk.path("table")),
        "polars": polars(url),
        "spark": spark(files),
    }
    engines = {name: ask for name, ask in engines.items() if ask}
    for engine, ask in engines.items():
        for question, of_engine in texts().items():
            found, times[engine, question] = timed(ask, of_engine[engine])
            found = found if question in ORDERED else sorted(found)
            check(f"{engine}: {question}", found, expected[question])
    for engine in ["annals", *engines] if EVENTS >= 100_000 else []:
        told = [f"{question} {times[engine, question] * 1000:.0f}" for question in QUESTIONS]
        print(f"questions: {engine}: ms: {', '.join(told)}")
    count = len(engines)
    print(f"questions: 6 over {rows} events of 3 stores answered alike by annals and {count} engines")


if __name__ == "__main__":
    sys.exit(main())
