"""Publishers that are killed at any moment: what can be read right then is a consistent version.

ANNALS_KILLS says how many are killed, 12 without it.
"""

import collections
import os
import random
import statistics
import subprocess
import sys
import time

from desk import Desk, check
from past import Past

KILLS = int(os.environ.get("ANNALS_KILLS", 12))
# So many kills with one store and one table, then with new ones: that keeps them small.
KILLS_OF_LIFE = 12
EVENTS = 250


class Life:
    """A store and its table."""

    def __init__(self, desk, chance, number):
        self.desk, self.chance, self.seed = desk, chance, 1000 * number
        self.store, self.table = f"s{number}", desk.path(f"t{number}")
        self.url = f"file://{self.table}"
        self.past = Past(desk, self.store)
        # Rows that could be read at the last look.
        self.rows, self.include_hidden = set(), False
        # How long publications took that nobody ended, in seconds.
        self.took = collections.deque(maxlen=9)
        self.add(EVENTS)
        self.finish()

    def add(self, events):
        self.seed += 1
        self.past.add(events, self.seed)

    def change(self):
        """What there is to publish: new events, and now and then what moves old ones."""
        kind = self.chance.randrange(8)
        if kind == 0:
            self.past.keep(kept=self.past.age_of(self.chance.uniform(0, 0.4)))
        if kind == 1:
            self.past.keep(visible=self.past.age_of(self.chance.uniform(0, 0.6)))
        for _ in range(self.chance.randrange(1, 3)):
            self.add(self.chance.randrange(5, 40))
        if kind in (2, 3, 4):
            self.desk.run("compact", "--store", self.store)
        if kind in (0, 5):
            self.desk.run("retain", "--store", self.store)
        self.include_hidden = kind == 6

    def publisher(self):
        hidden = ["--include-hidden"] if self.include_hidden else []
        return subprocess.Popen(
            [self.desk.program, "lake", "publish", "--store", self.store, "--to", self.url, *hidden],
            cwd=self.desk.folder,
            stdout=subprocess.DEVNULL,
        )

    def finish(self):
        begin = time.monotonic()
        check("exit code of a publication", self.publisher().wait(), 0)
        self.took.append(time.monotonic() - begin)
        self.look(is_finished=True)

    def kill(self):
        """Kills a publication somewhere; tells how far it was."""
        before = self.trace()
        publisher = self.publisher()
        time.sleep(self.chance.uniform(0, 1.2) * statistics.median(self.took))
        publisher.kill()
        code = publisher.wait()
        if code not in (0, -9):
            sys.exit(f"a publication ended with exit code {code}")
        self.look(is_finished=code == 0)
        if code == 0:
            return "ended before"
        versions, files = (after - then for after, then in zip(self.trace(), before))
        return "with a commit" if versions else "with files" if files else "with nothing"

    def trace(self):
        """Commits, and all files of the table."""
        names = [name for _, _, names in os.walk(self.table) for name in names]
        return sum(name.endswith(".json") for name in names), len(names)

    def look(self, is_finished):
        """Reads the table, and compares it with what was there and what the store has."""
        table = self.desk.table(self.url).to_pyarrow_table(columns=["store_id", "seq", "event"])
        seqs = table["seq"].to_pylist()
        rows = set(seqs)
        check("rows that are there once", len(rows), len(seqs))
        check("names of the store", len(set(table["store_id"].to_pylist())), 1)
        texts = self.past.texts
        for seq, text in zip(seqs, table["event"].to_pylist()):
            check(f"event {seq}", text, texts.get(seq))
        fates = self.past.fates()
        lost = {seq for seq in self.rows - rows if fates[seq] not in ("expired", "near")}
        check("rows that were lost", lost, set())
        told = ("shown", "near", "hidden" if self.include_hidden else "near")
        early = {seq for seq in rows - self.rows if fates[seq] not in told}
        check("rows that should not have come", early, set())
        if is_finished:
            all_of = ("shown", "hidden") if self.include_hidden else ("shown",)
            missing = {seq for seq, fate in fates.items() if fate in all_of} - rows
            check("rows that are missing", missing, set())
            late = {seq for seq in rows if fates[seq] == "expired"}
            check("rows that should have left", late, set())
        verified = self.desk.report("lake", "verify", "--store", self.store, "--to", self.url)
        check("rows verified", verified["rows"], len(rows))
        self.rows = rows


def main():
    desk = Desk()
    chance = random.Random(7)
    tally = collections.Counter()
    kills, lives, rows = 0, 0, 0
    while kills < KILLS:
        lives += 1
        life = Life(desk, chance, lives)
        last = min(KILLS, lives * KILLS_OF_LIFE)
        while kills < last:
            life.change()
            stage = life.kill()
            tally[stage] += 1
            kills += stage != "ended before"
            # Half of the time the next one is killed, too, before any has come to its end.
            if chance.random() < 0.5:
                life.finish()
        life.finish()
        rows += len(life.rows)
    stages = ", ".join(f"{count} {stage}" for stage, count in sorted(tally.items()))
    print(f"kills: {kills} publishers killed in {lives} tables ({stages}); {rows} rows, each once")


if __name__ == "__main__":
    sys.exit(main())
