"""Engines that answer texts of docs/fleet.md over one version of a table, called `events` there.

Each is a function from a text to a list of rows.
"""

import json
import os
import re
import shutil
import sys

import duckdb
import polars as pl

# How docs/fleet.md calls its questions, in its order.
QUESTIONS = ["newest", "how many", "days", "trail", "networks", "state"]
# Those whose answer has an order.
ORDERED = ("newest", "trail")


def texts():
    """For each question, the text of each engine."""
    tree = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with open(os.path.join(tree, "docs/fleet.md"), encoding="utf-8") as page:
        sections = page.read().split("## Six questions")[1].split("\n### ")[1:]
    found = [dict(re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL)) for text in sections]
    if len(found) != len(QUESTIONS):
        sys.exit(f"docs/fleet.md has {len(found)} questions, not {len(QUESTIONS)}")
    return dict(zip(QUESTIONS, found))


def duck(files):
    connection = duckdb.connect()
    connection.sql(f"CREATE VIEW events AS SELECT * FROM read_parquet({files})")
    return lambda text: connection.sql(text).fetchall()


def click(session, folder, version=None):
    """ClickHouse, by a session of desk.clickhouse()."""
    session.query("DROP VIEW IF EXISTS events")
    settings = "" if version is None else f" SETTINGS delta_lake_snapshot_version = {version}"
    session.query(f"CREATE VIEW events AS SELECT * FROM deltaLakeLocal('{folder}'){settings}")

    def ask(text):
        lines = str(session.query(text, "JSONCompactEachRow")).splitlines()
        number = lambda value: int(value) if re.fullmatch(r"\d+", str(value)) else value
        return [tuple(number(value) for value in json.loads(line)) for line in lines]

    return ask


def polars(url, version=None):
    names = {"events": pl.scan_delta(url, version=version), "pl": pl}
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
