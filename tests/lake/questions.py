"""The six questions of docs/fleet.md: each engine answers as annals does."""

import json
import os
import re
import shutil
import sys

import duckdb
import polars as pl

from desk import Desk, check, clickhouse

# How the page calls them, in its order.
QUESTIONS = ["newest", "how many", "days", "trail", "networks", "state"]
LOGINS = ["category=login", "activity=failed"]


def texts():
    """For each question, the text of each engine."""
    tree = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with open(os.path.join(tree, "docs/fleet.md"), encoding="utf-8") as page:
        sections = page.read().split("## Six questions")[1].split("\n### ")[1:]
    found = [dict(re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL)) for text in sections]
    check("questions of the page", len(found), len(QUESTIONS))
    return dict(zip(QUESTIONS, found))


def answers_of_annals(desk):
    """What the program says, as lists of tuples; sorted where the question has no order."""

    def seqs(*arguments):
        out = desk.run("search", "--store", "s", *arguments, "--columns", "seq", "--format", "csv")
        return [(int(line),) for line in out.split()[1:]]

    def count(*query):
        return int(desk.run("count", "--store", "s", *query))

    newest = seqs("--limit", "50")
    trail = seqs("actor.id=u-100000", "--no-alias", "--order", "oldest", "--limit", "0")
    days = []
    for bucket in desk.report("histogram", "--store", "s", "--every", "1d", "--format", "json"):
        range_ = ["--from", bucket["from"], "--to", bucket["to"]]
        facets = ["facets", "--store", "s", "--by", "category", "--top", "0", *range_]
        for facet in desk.report(*facets, "--format", "json")["category"]:
            days.append((bucket["from"][:10], facet["value"], facet["count"]))
    failed = desk.report("facets", "--store", "s", *LOGINS, "--by", "context.ip", "--top", "0",
                         "--format", "json")["context.ip"]
    whole = [re.fullmatch(r"(\d+\.\d+\.\d+)\.\d+", one["value"]) for one in failed]
    names = sorted({one[1] for one in whole if one})
    networks = [(name, count(*LOGINS, f"context.ip={name}.0/24")) for name in names]
    state = desk.report("history", "--store", "s", "--target", "ap-0", "--format", "json")
    state = [(field, json.dumps(last["value"])) for field, last in state["state"].items()]
    return {
        "newest": newest,
        "how many": [(count(*LOGINS),)],
        "days": sorted(days),
        "trail": trail,
        "networks": networks,
        "state": sorted(state),
    }


def duck(files):
    connection = duckdb.connect()
    connection.sql(f"CREATE VIEW events AS SELECT * FROM read_parquet({files})")
    return lambda text: connection.sql(text).fetchall()


def click(folder):
    session = clickhouse()
    session.query(f"CREATE VIEW events AS SELECT * FROM deltaLakeLocal('{folder}')")

    def ask(text):
        lines = str(session.query(text, "JSONCompactEachRow")).splitlines()
        number = lambda value: int(value) if re.fullmatch(r"\d+", str(value)) else value
        return [tuple(number(value) for value in json.loads(line)) for line in lines]

    return ask


def polars(url):
    names = {"events": pl.scan_delta(url), "pl": pl}
    return lambda text: eval("(" + text.strip() + ")", names).collect().rows()


def spark(files):
    """Spark, where it is installed: it is a few hundred MB and needs Java."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        SparkSession = None
    if SparkSession is None or shutil.which("java") is None:
        print("SKIPPED: Spark is not installed: its questions were not asked", file=sys.stderr)
        return None
    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    session.read.parquet(*files).createOrReplaceTempView("events")
    return lambda text: [tuple(row) for row in session.sql(text).collect()]


def main():
    desk = Desk()
    desk.fill("s", 6000, 5)
    url = "file://" + desk.path("table")
    desk.run("lake", "publish", "--store", "s", "--to", url)
    files = desk.table(url).file_uris()
    expected = answers_of_annals(desk)
    asked = texts()
    for question, answer in expected.items():
        if not answer or answer == [(0,)]:
            sys.exit(f"{question}: the store has nothing to ask about")
    engines = {
        "duckdb": duck(files),
        "clickhouse": click(desk.path("table")),
        "polars": polars(url),
        "spark": spark(files),
    }
    for engine, ask in engines.items():
        for question in QUESTIONS if ask else []:
            found = ask(asked[question][engine])
            if question not in ("newest", "trail"):
                found = sorted(found)
            check(f"{engine}: {question}", found, expected[question])
    count = sum(ask is not None for ask in engines.values())
    print(f"questions: 6 answered alike by annals and {count} engines")


if __name__ == "__main__":
    sys.exit(main())
