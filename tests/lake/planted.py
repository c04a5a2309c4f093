"""Differences planted in a table, each in a copy of its own: `lake verify` finds every one and says
what it is. Sizes, checksums and counts in the log are set right behind each change of a file, so
that the difference itself has to be found."""

import glob
import json
import os
import random
import re
import shutil
import sys
import zlib

import pyarrow as pa
import pyarrow.parquet as pq

from desk import Desk, check
from past import now, seconds

RAW = ('{{"id":"raw-{0}","occurred_at":"2026-02-0{0}T10:00:00Z","category":"raw","activity":"kept",'
       '"raw":{{"n":{0}}}}}\n')


class Planted:
    """A copy of the table, its log in memory."""

    def __init__(self, source, folder, merged):
        self.folder, self.merged, self.chance = folder, merged, random.Random(5)
        self.commits = []
        shutil.copytree(source, folder)
        for path in sorted(glob.glob(f"{folder}/_delta_log/*.json")):
            with open(path, encoding="utf-8") as file:
                self.commits.append([json.loads(line) for line in file])

    def write_log(self):
        for version, actions in enumerate(self.commits):
            with open(f"{self.folder}/_delta_log/{version:020}.json", "w", encoding="utf-8") as file:
                file.writelines(json.dumps(action) + "\n" for action in actions)

    def adds(self, is_live=True):
        """The files of the table, or those that have left, with what the log says of them."""
        files = {}
        for action in (action for actions in self.commits for action in actions):
            if "add" in action:
                files[action["add"]["path"]] = [action["add"], True]
            if "remove" in action:
                files[action["remove"]["path"]][1] = False
        return [add for add, is_there in files.values() if is_there == is_live]

    def largest(self, count=1):
        return sorted(self.adds(), key=lambda add: -add["size"])[:count]

    def path(self, add):
        return os.path.join(self.folder, add["path"])

    def settle(self, add, rows=None):
        """Sets right what the log says of the bytes of a file, and of its number of rows."""
        with open(self.path(add), "rb") as file:
            data = file.read()
        add["size"] = len(data)
        if "annals.crc32" in add["tags"]:
            add["tags"]["annals.crc32"] = f"{zlib.crc32(data):08x}"
        if rows is not None:
            self.stats(add, lambda stats: stats.update(numRecords=rows))

    def stats(self, add, change):
        stats = json.loads(add["stats"])
        change(stats)
        add["stats"] = json.dumps(stats)

    def rows(self, change, is_fit=lambda row: True):
        """Changes the rows of the largest file: all of them, and the place of one that fits."""
        add = self.largest()[0]
        table = pq.ParquetFile(self.path(add)).read()
        rows = table.to_pylist()
        fit = [place for place in range(1, len(rows) - 1) if is_fit(rows[place])]
        place = self.chance.choice(fit)
        seq = rows[place]["seq"]
        change(rows, place)
        pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), self.path(add))
        self.settle(add, len(rows))
        return seq

    def column(self, name, value, is_fit=lambda row: True):
        """Changes a column of one row."""
        def change(rows, place):
            rows[place][name] = value(rows[place][name])

        return self.rows(change, is_fit)


def has(name):
    return lambda row: bool(row[name])


def row_missing(table):
    return f"seq {table.rows(lambda rows, place: rows.pop(place))} is missing"


def column_changed(table):
    return f"seq {table.column('category', lambda _: 'other')}: category differs"


def event_changed(table):
    change = lambda text: text.replace('"activity":"', '"activity":"x', 1)
    return f"seq {table.column('event', change)}: event differs"


def row_twice(table):
    seq = table.rows(lambda rows, place: rows.insert(place, rows[place]))
    return f"seq {seq} is there twice"


def row_of_nobody(table):
    def change(rows, place):
        event = json.loads(rows[place]["event"])
        event["seq"] = 1_000_000
        text = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
        rows.insert(place, {**rows[place], "seq": event["seq"], "event": text})

    table.rows(change)
    return "seq 1000000: not in the store"


def old_row_of_nobody(table):
    """One that would be past its time: no store has dropped it, as its segment is there."""
    def change(rows, place):
        event = json.loads(rows[place]["event"])
        event.update(seq=1_000_000, occurred_at="2019-01-01T00:00:00Z")
        text = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
        rows.insert(0, {**rows[place], "seq": event["seq"], "event": text})

    table.rows(change)
    return "seq 1000000: not in the store"


def file_missing(table):
    os.remove(table.path(table.largest()[0]))
    return "no file of this name"


def file_cut(table):
    add = table.largest()[0]
    os.truncate(table.path(add), add["size"] - 100)
    return "bytes where the log says"


def file_cut_and_noted(table):
    add = table.largest()[0]
    os.truncate(table.path(add), add["size"] - 100)
    table.settle(add)
    return "Parquet"


def files_swapped(table):
    one, other = table.largest(2)
    aside = table.path(one) + ".aside"
    os.rename(table.path(one), aside)
    os.rename(table.path(other), table.path(one))
    os.rename(aside, table.path(other))
    return "bytes where the log says"


def files_swapped_and_noted(table):
    files_swapped(table)
    one, other = table.largest(2)
    counts = [json.loads(add["stats"])["numRecords"] for add in (other, one)]
    for add, count in zip((one, other), counts):
        table.settle(add, count)
    return "statistics: m..Values.seq is"


def byte_flipped(table):
    add = table.largest()[0]
    with open(table.path(add), "r+b") as file:
        place = table.chance.randrange(4, add["size"] - 8)
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1 << table.chance.randrange(8)]))
    return "checksum"


def bound_wrong(table):
    wrong = {"occurred_at": "2026-02-01T00:00:00.000000Z"}
    table.stats(table.largest()[0], lambda stats: stats["maxValues"].update(wrong))
    return "statistics: maxValues.occurred_at is"


def bound_wide(table):
    table.stats(table.largest()[0], lambda stats: stats["minValues"].update(seq=0))
    return "statistics: minValues.seq is"


def count_wrong(table):
    table.stats(table.largest()[0], lambda stats: stats.update(numRecords=7))
    return "statistics: numRecords is"


def nulls_wrong(table):
    table.stats(table.largest()[0], lambda stats: stats["nullCount"].update(seq=3))
    return "statistics: nullCount.seq is"


def number_wrong(table):
    txns = [action["txn"] for actions in table.commits for action in actions if "txn" in action]
    txns[-1]["version"] += 1
    return "log: txn of"


def number_missing(table):
    table.commits = [[action for action in actions if "txn" not in action]
                     for actions in table.commits]
    return "log: txn of"


def partition_wrong(table):
    table.largest()[0]["partitionValues"]["class"] = "other"
    return "partition: class is default where the log says other"


def value_null(table):
    return f"seq {table.column('actor_id', lambda _: None, has('actor_id'))}: actor_id differs"


def null_filled(table):
    seq = table.column("error_code", lambda _: "x", lambda row: row["error_code"] is None)
    return f"seq {seq}: error_code differs"


def list_short(table):
    seq = table.column("targets", lambda targets: targets[:-1], has("targets"))
    return f"seq {seq}: targets differs"


def list_null(table):
    seq = table.column("targets", lambda _: None, has("targets"))
    return f"seq {seq}: targets differs"


def label_changed(table):
    def change(changes):
        return [{**changes[0], "after": '"other"'}, *changes[1:]]

    return f"seq {table.column('changes', change, has('changes'))}: changes differs"


def order_changed(table):
    def change(rows, place):
        rows[place], rows[place + 1] = rows[place + 1], rows[place]

    table.rows(change)
    return "is not in the order of time"


def raw_missing(table):
    change = lambda text: re.sub(r',"raw":\{[^}]*\}', "", text)
    seq = table.column("event", change, lambda row: '"raw":' in row["event"])
    return f"seq {seq}: event differs"


def epoch_changed(table):
    return f"epoch 2, seq {table.column('epoch', lambda epoch: epoch + 1)}: not in the store"


def recorded_changed(table):
    later = lambda at: at.replace(microsecond=(at.microsecond + 1) % 1_000_000)
    return f"seq {table.column('recorded_at', later)}: recorded_at differs"


def occurred_changed(table):
    later = lambda at: at.replace(microsecond=(at.microsecond + 1) % 1_000_000)
    return f"seq {table.column('occurred_at', later)}: occurred_at differs"


def store_changed(table):
    return f"seq {table.column('store_id', lambda _: 'a' * 16)} is missing"


def merged_file_back(table):
    """A file whose rows have come into another one."""
    add = next(add for add in table.adds(is_live=False) if add["path"] in table.merged)
    table.commits.append([{"add": add}])
    return "is there twice"


def dropped_file_back(table):
    """A file whose rows a sweep has dropped."""
    add = next(add for add in table.adds(is_live=False) if add["path"] not in table.merged)
    table.commits.append([{"add": add}])
    return "in a file that had left the table"


def dropped_file_never_left(table):
    add = next(add for add in table.adds(is_live=False) if add["path"] not in table.merged)
    is_it = lambda action: action.get("remove", {}).get("path") == add["path"]
    table.commits = [[action for action in actions if not is_it(action)]
                     for actions in table.commits]
    return "not in the store"


def file_extra(table):
    add = table.largest()[0]
    extra = {**add, "path": "class=default/extra.parquet", "tags": None, "stats": None}
    shutil.copy(table.path(add), table.path(extra))
    table.commits.append([{"add": extra}])
    return "extra.parquet: seq .* is there twice"


def file_named_twice(table):
    add = table.largest()[0]
    table.commits.append([{"add": {**add, "path": add["path"].replace("=", "%3D")}}])
    return "is there twice"


KINDS = [
    row_missing, column_changed, event_changed, row_twice, row_of_nobody, old_row_of_nobody,
    file_missing, file_cut, file_cut_and_noted, files_swapped, files_swapped_and_noted,
    byte_flipped, bound_wrong, bound_wide, count_wrong, nulls_wrong, number_wrong, number_missing,
    partition_wrong, value_null, null_filled, list_short, list_null, label_changed, order_changed,
    raw_missing, epoch_changed, recorded_changed, occurred_changed, store_changed,
    merged_file_back, dropped_file_back, dropped_file_never_left, file_extra, file_named_twice,
]


def unchanged(table):
    """Written anew by another program, with the same rows."""
    table.rows(lambda rows, place: None)


def published(desk, url):
    """A store with a table that has seen a drop and a merge; the paths of what was merged."""
    def add(events, seed, start):
        made = desk.run("generate", "--events", str(events), "--seed", str(seed), "--start", start)
        desk.run("import", "--store", "s", "-", given=made)
        desk.run("seal", "--store", "s")

    def publish():
        desk.run("lake", "publish", "--store", "s", "--to", url)
        return {uri[uri.index("class=") :] for uri in desk.table(url).file_uris()}

    add(60, 1, "2025-01-01T00:00:00Z")
    publish()
    border = seconds("2025-10-01T00:00:00Z")
    desk.run("retain", "--store", "s", "--set", f"default:kept={int(now() - border)}s")
    desk.run("retain", "--store", "s")
    check("files behind the drop", publish(), set())
    desk.run("import", "--store", "s", "-", given="".join(RAW.format(n) for n in range(1, 9)))
    desk.run("seal", "--store", "s")
    add(150, 2, "2026-01-01T00:00:00Z")
    before = publish()
    desk.run("compact", "--store", "s")
    merged = before - publish()
    check("files that were merged", len(merged), 2)
    for seed in (3, 4):
        add(40, seed, "2026-03-01T00:00:00Z")
    publish()
    return merged


def problems(desk, plant, merged, code):
    """What `lake verify` says of a copy of the table in which something is planted."""
    folder = desk.path(plant.__name__)
    table = Planted(desk.path("table"), folder, merged)
    expected = plant(table)
    table.write_log()
    report = desk.report("lake", "verify", "--store", "s", "--to", "file://" + folder, code=code)
    shutil.rmtree(folder)
    return expected, report["problems"]


def main():
    desk = Desk()
    merged = published(desk, "file://" + desk.path("table"))
    check("problems of a sound table", problems(desk, unchanged, merged, 0)[1], [])
    for plant in KINDS:
        expected, found = problems(desk, plant, merged, 3)
        if not re.search(expected, "\n".join(found)):
            sys.exit(f"{plant.__name__}: {expected!r} is not in {found}")
    print(f"planted: {len(KINDS)} of {len(KINDS)} differences found and named")


if __name__ == "__main__":
    sys.exit(main())
