"""Each engine reads every row, with the values that the store prints."""

import json
import sys

import duckdb
import polars

from desk import Desk, at, check, clickhouse

# Columns, and where their values stand in an event.
COLUMNS = {
    "id": "id",
    "tenant": "tenant",
    "category": "category",
    "actor_id": "actor.id",
    "actor_email": "actor.email",
    "context_ip": "context.ip",
    "caused_by_id": "caused_by.id",
    "correlation_id": "correlation_id",
}


def expected_rows(events):
    """Sequence, event as text, and the values of COLUMNS, by sequence."""
    rows = []
    for text in events:
        event = json.loads(text)
        rows.append((event["seq"], text, *(at(event, path) for path in COLUMNS.values())))
    return sorted(rows)


def main():
    desk = Desk()
    desk.fill("s", 8000, 3)
    url = "file://" + desk.path("table")
    report = desk.report("lake", "publish", "--store", "s", "--to", url, "--once")
    events = desk.events("s")
    check("rows published", report["rows_added"], len(events))
    expected = expected_rows(events)
    names = ["seq", "event", *COLUMNS]
    listed = ", ".join(names)

    table = desk.table(url)
    frame = table.to_pyarrow_table(columns=names).to_pydict()
    check("delta-rs", sorted(zip(*(frame[name] for name in names))), expected)

    lazy = polars.scan_delta(url)
    check("Polars", sorted(lazy.select(names).collect().rows()), expected)

    files = table.file_uris()
    duck = duckdb.sql(f"SELECT {listed} FROM read_parquet({files})").fetchall()
    check("DuckDB", sorted(duck), expected)

    sql = f"SELECT {listed} FROM deltaLakeLocal('{desk.path('table')}') ORDER BY seq"
    lines = str(clickhouse().query(sql, "JSONCompactEachRow")).splitlines()
    click = [tuple([int(row[0]), *row[1:]]) for row in map(json.loads, lines)]
    check("ClickHouse", click, expected)

    # Targets and changes are lists of structures, times are instants of UTC.
    first = json.loads(expected[0][1])
    row = lazy.filter(polars.col("seq") == expected[0][0]).collect().row(0, named=True)
    check("targets", [one["id"] for one in row["targets"]], [one.get("id") for one in first["targets"]])
    check("zone", str(lazy.collect_schema()["occurred_at"]), "Datetime(time_unit='us', time_zone='UTC')")
    check("class", set(lazy.select("class").collect()["class"]), {"default"})
    print(f"readers: {len(expected)} rows in {len(files)} files, read alike by 4 engines")


if __name__ == "__main__":
    sys.exit(main())
