"""Publishers that are killed at any moment: each row is there once all the same."""

import random
import subprocess
import sys
import time

from desk import Desk, check

ROUNDS = 12


def main():
    desk = Desk()
    chance = random.Random(7)
    url = "file://" + desk.path("table")
    killed = 0
    for number in range(ROUNDS):
        desk.fill("s", 400, 200 + number)
        if number % 3 == 2:
            desk.run("compact", "--store", "s")
        publisher = subprocess.Popen(
            [desk.program, "lake", "publish", "--store", "s", "--to", url],
            env=desk.environment,
            cwd=desk.folder,
            stdout=subprocess.DEVNULL,
        )
        time.sleep(chance.random() * 0.25)
        publisher.kill()
        killed += publisher.wait() != 0
        desk.run("lake", "publish", "--store", "s", "--to", url)
        stored = int(desk.run("count", "--store", "s"))
        seqs = desk.table(url).to_pyarrow_table(columns=["seq"])["seq"].to_pylist()
        check(f"rows after round {number}", (len(seqs), len(set(seqs))), (stored, stored))
    verified = desk.report("lake", "verify", "--store", "s", "--to", url)
    print(f"kills: {killed} of {ROUNDS} publishers killed, {verified['equal']} rows, each once")


if __name__ == "__main__":
    sys.exit(main())
