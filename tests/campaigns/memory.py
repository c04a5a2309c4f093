#!/usr/bin/env python3
"""How much memory the program needs to take events in, and to merge what it has sealed.

    cargo build --release
    tests/campaigns/memory.py [EVENTS] [PROGRAM]

Prints a line for events as of one product and one for lifelike events: the peaks of anonymous
memory in MB (RssAnon, looked at every 5 ms), of an import of EVENTS (default 1,000,000) from a
file and of `compact` behind it. Exit code 1: an import is above BOUND_MB. TMPDIR says on which disk.
"""

import pathlib
import subprocess
import sys
import tempfile
import time

import program

EVENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
PROGRAM = sys.argv[2] if len(sys.argv) > 2 else str(program.PROGRAM)
BOUND_MB = 150
PAUSE_SECONDS = 0.005


def peak_mb(*arguments):
    """The peak of a run of the program, which must succeed."""
    running = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.DEVNULL)
    peak = 0
    while running.poll() is None:
        status = pathlib.Path(f"/proc/{running.pid}/status").read_text()
        found = [line for line in status.splitlines() if line.startswith("RssAnon:")]
        # A process that has ended has no memory.
        peak = max([peak] + [int(line.split()[1]) * 1024 for line in found])
        time.sleep(PAUSE_SECONDS)
    if running.returncode != 0:
        sys.exit(f"{arguments[0]}: exit code {running.returncode}")
    return round(peak / 1e6)


def figure(kind):
    """Prints the line of one kind of events; whether the import is within the bound."""
    with tempfile.TemporaryDirectory() as folder:
        events, store = f"{folder}/events.ndjson", f"{folder}/store"
        with open(events, "wb") as out:
            made = [PROGRAM, "generate", "--events", str(EVENTS), "--like", kind]
            subprocess.run(made, stdout=out, check=True)
        taken_in = peak_mb("import", "--store", store, events)
        merged = peak_mb("compact", "--store", store)
    print(f"memory of {EVENTS} events like {kind}: import {taken_in} MB, compact {merged} MB")
    return taken_in <= BOUND_MB


if __name__ == "__main__":
    outcomes = [figure(kind) for kind in ("product", "life")]
    sys.exit(not all(outcomes))
