"""What the checks share: the program, stores of made-up events, and rows of tables."""

import itertools
import json
import os
import subprocess
import sys

import chdb
from deltalake import DeltaTable


class Desk:
    """A folder in which the program runs."""

    def __init__(self, environment=None, options=None):
        self.program, self.folder = map(os.path.abspath, sys.argv[1:3])
        self.environment = {**os.environ, **(environment or {})}
        # What delta-rs needs to reach the table.
        self.options = options or {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *arguments, code=0, given=None):
        ran = subprocess.run(
            [self.program, *arguments],
            input=given,
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=self.folder,
        )
        if ran.returncode != code:
            sys.exit(f"{arguments}: exit code {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return ran.stdout

    def report(self, *arguments, **how):
        return json.loads(self.run(*arguments, **how))

    def fill(self, store, events, seed, parts=4):
        """A store of made-up events, in several segments."""
        made = self.path(f"{store}.ndjson")
        with open(made, "w", encoding="utf-8") as file:
            generate = [self.program, "generate", "--events", str(events), "--seed", str(seed)]
            subprocess.run(generate, stdout=file, check=True)
        part = max(1, events // parts)
        with open(made, encoding="utf-8") as file:
            while text := "".join(itertools.islice(file, part)):
                self.run("import", "--store", store, "-", given=text)
                self.run("seal", "--store", store)
        os.remove(made)

    def events(self, store, *options):
        """All events of a store as it prints them."""
        printed = self.run(
            "search", "--store", store, "--limit", "0", "--with-raw", "--format", "ndjson", *options
        )
        return printed.splitlines()

    def table(self, url, version=None):
        return DeltaTable(url, version=version, storage_options=self.options)


def clickhouse():
    """A ClickHouse in this process, which reads files below the folder of the process only."""
    os.chdir(sys.argv[2])
    return chdb.connect(":memory:")


def at(event, path):
    """The value of an event at a path of keys."""
    for key in path.split("."):
        event = event.get(key) if isinstance(event, dict) else None
    return event


def check(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: {found!r} where {expected!r} was expected")
