"""A table on S3 (moto): publishing, 32 stores at once, nobody there, and back."""

import subprocess
import sys
import time

from desk import check
from objects import desk_at, moto

STORES = 32


def main():
    server = moto()
    desk = desk_at(*server.get_host_and_port())
    try:
        one_store(desk)
        many_stores(desk)
    finally:
        server.stop()
    nobody_there(desk)


def one_store(desk):
    url = "s3://lake/one"
    desk.fill("s", 3000, 1)
    check("rows", desk.report("lake", "publish", "--store", "s", "--to", url)["rows_added"], 3000)
    check("idle", desk.report("lake", "publish", "--store", "s", "--to", url)["commits"], 0)
    check("verified", desk.report("lake", "verify", "--store", "s", "--to", url)["equal"], 3000)
    desk.run("compact", "--store", "s")
    desk.run("lake", "publish", "--store", "s", "--to", url)
    check("delta-rs", desk.table(url).to_pyarrow_table(columns=["seq"]).num_rows, 3000)
    desk.run("lake", "restore", "--from", url, "--store", "new")
    check("restored", desk.events("new"), desk.events("s"))
    deleted = desk.report("lake", "vacuum", "--to", url, "--older", "0s")["files"]
    check("verified", desk.report("lake", "verify", "--store", "s", "--to", url)["equal"], 3000)
    print(f"s3: 3000 rows published, merged, restored; {deleted} files deleted")


def many_stores(desk):
    url = "s3://lake/many"
    events = 40
    for number in range(STORES):
        desk.fill(f"m{number}", events, 100 + number)
    begin = time.monotonic()
    publishers = [
        subprocess.Popen(
            [desk.program, "lake", "publish", "--store", f"m{number}", "--to", url],
            env=desk.environment,
            cwd=desk.folder,
            stdout=subprocess.DEVNULL,
        )
        for number in range(STORES)
    ]
    check("exit codes", [publisher.wait() for publisher in publishers], [0] * STORES)
    seconds = time.monotonic() - begin
    rows = desk.table(url).to_pyarrow_table(columns=["store_id", "seq"]).to_pylist()
    check("rows", len({(row["store_id"], row["seq"]) for row in rows}), STORES * events)
    check("rows", len(rows), STORES * events)
    check("ambiguous", desk.run("lake", "restore", "--from", url, "--store", "x", code=2), "")
    print(f"s3: {STORES} stores on one table at once, {len(rows)} rows, {seconds:.0f} s")


def nobody_there(desk):
    begin = time.monotonic()
    desk.run("lake", "publish", "--store", "s", "--to", "s3://lake/one", code=6)
    seconds = time.monotonic() - begin
    if seconds > 150:
        sys.exit(f"nobody there was told after {seconds:.0f} s")
    print(f"s3: nobody there is exit code 6 after {seconds:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
