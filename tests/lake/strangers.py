"""A table that somebody else writes to: OPTIMIZE, checkpoints, a log that is cleaned up, features."""

import datetime
import os
import sys

from deltalake import TableFeatures

from desk import Desk, check


def rows(desk, url):
    table = desk.table(url).to_pyarrow_table(columns=["store_id", "seq"]).to_pylist()
    keys = {(row["store_id"], row["seq"]) for row in table}
    check("rows that are there once", len(keys), len(table))
    return len(keys)


def publish(desk, store, url):
    report = desk.report("lake", "publish", "--store", store, "--to", url)
    verified = desk.report("lake", "verify", "--store", store, "--to", url)
    check(f"rows of {store}", verified["equal"], int(desk.run("count", "--store", store)))
    return report


def main():
    desk = Desk()
    url = "file://" + desk.path("table")
    for store, seed in (("a", 1), ("b", 2)):
        desk.fill(store, 2000, seed)
        publish(desk, store, url)
    merged = desk.table(url).optimize.compact()
    check("files that OPTIMIZE took", merged["numFilesRemoved"], 8)
    check("idle", publish(desk, "a", url)["commits"], 0)
    # Segments are merged, with events that are new.
    desk.fill("a", 300, 3)
    desk.run("compact", "--store", "a")
    publish(desk, "a", url)
    check("rows", rows(desk, url), 4300)
    # A sweep drops rows that stand in a file with those of the other store.
    middle = datetime.datetime(2026, 2, 15, tzinfo=datetime.timezone.utc)
    days = (datetime.datetime.now(datetime.timezone.utc) - middle).days
    desk.run("retain", "--store", "b", "--set", f"default:kept={days}d")
    desk.run("retain", "--store", "b")
    publish(desk, "b", url)
    left = int(desk.run("count", "--store", "b"))
    check("rows", rows(desk, url), 2300 + left)
    # A checkpoint, and a log that begins with it.
    desk.table(url).create_checkpoint()
    log = desk.path("table/_delta_log")
    for name in sorted(os.listdir(log)):
        if name.endswith(".json") and int(name[:20]) < desk.table(url).version():
            os.remove(os.path.join(log, name))
    desk.fill("a", 100, 4)
    publish(desk, "a", url)
    check("rows", rows(desk, url), 2400 + left)
    desk.run("lake", "restore", "--from", url, "--store", "new", "--store-id",
             desk.report("lake", "status", "--store", "a", "--to", url)["store_id"])
    check("restored", desk.events("new"), desk.events("a"))
    # A feature that is not known here.
    desk.table(url).alter.add_feature(TableFeatures.DeletionVectors, allow_protocol_versions_increase=True)
    before = desk.table(url).version()
    desk.fill("a", 100, 5)
    desk.run("lake", "publish", "--store", "a", "--to", url, code=2)
    check("version", desk.table(url).version(), before)
    print(f"strangers: OPTIMIZE, a drop, a checkpoint, a cleaned log; {2400 + left} rows, each once")


if __name__ == "__main__":
    sys.exit(main())
