"""Figures for docs/fleet.md; run by hand, with a release build: ANNALS_PROGRAM=... tests/lake/run figures."""

import os
import sys
import threading
import time

from faults import Proxy
from objects import desk_at, moto

EVENTS = 400_000


def size(folder, ending):
    return sum(
        os.path.getsize(os.path.join(at, name))
        for at, _, names in os.walk(folder)
        for name in names
        if name.endswith(ending)
    )


def timed(act):
    begin = time.monotonic()
    act()
    return time.monotonic() - begin


def rates(desk):
    made = desk.run("generate", "--events", str(EVENTS), "--seed", "1")
    ingest = timed(lambda: desk.run("import", "--store", "s", "-", given=made))
    desk.run("seal", "--store", "s")
    url = "file://" + desk.path("table")
    publish = timed(lambda: desk.run("lake", "publish", "--store", "s", "--to", url))
    verify = timed(lambda: desk.run("lake", "verify", "--store", "s", "--to", url))
    restore = timed(lambda: desk.run("lake", "restore", "--from", url, "--store", "new"))
    segments, files = size(desk.path("s"), ".seg"), size(desk.path("table"), ".parquet")
    print(f"{EVENTS} events of {len(made) // EVENTS} bytes")
    print(f"segments {segments / EVENTS:.0f} bytes/event, Parquet {files / EVENTS:.0f} bytes/event")
    for name, seconds in (("import", ingest), ("publish", publish), ("verify", verify),
                          ("restore", restore)):
        print(f"{name} {EVENTS / seconds:,.0f} events/s")


def requests(desk, proxy):
    """How many requests a publication takes, by what is new and what is there."""
    url = "s3://lake/table"

    def count(act):
        proxy.begin(0, "")
        act()
        return proxy.count

    def publish():
        desk.run("lake", "publish", "--store", "r", "--to", url)

    for segments in (1, 2, 4, 8):
        for _ in range(segments):
            made = desk.run("generate", "--events", "50", "--seed", str(time.time_ns() % 1_000_000))
            desk.run("import", "--store", "r", "-", given=made)
            desk.run("seal", "--store", "r")
        new = count(publish)
        print(f"{segments} new segments: {new} requests; nothing new: {count(publish)}")


def main():
    server = moto()
    proxy = Proxy(server.get_host_and_port())
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    desk = desk_at(*proxy.server_address)
    requests(desk, proxy)
    rates(desk)
    proxy.shutdown()
    server.stop()


if __name__ == "__main__":
    sys.exit(main())
