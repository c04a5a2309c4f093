"""Runs the program on a store, and finds the files of the campaigns."""

import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs/examples"
PROGRAM = ROOT / "target/release/annals"
DATA = pathlib.Path(os.environ.get("ANNALS_DATA", ROOT / "../shared/data"))


def is_there(path):
    """Whether a file of real events is there; says loudly that all is skipped if not."""
    if pathlib.Path(path).exists():
        return True
    print(f"SKIPPED: {path} is not there", file=sys.stderr)
    return False


class Annals:
    """The program with one store."""

    def __init__(self, program, store):
        self.program = str(program)
        self.store = pathlib.Path(store)

    def run(self, *arguments):
        """What a run gave: exit code, stdout and stderr."""
        return subprocess.run(
            [self.program, *arguments], env={**os.environ, "ANNALS_STORE": str(self.store)},
            capture_output=True, text=True, encoding="utf-8",
        )

    def ask(self, *arguments):
        """What a run that must succeed printed, and the seconds that it took."""
        start = time.monotonic()
        done = self.run(*arguments)
        if done.returncode:
            sys.stderr.write(done.stderr)
            done.check_returncode()
        return done.stdout, time.monotonic() - start

    def mapped_import(self, name, path):
        """Imports a file by one of the example maps; gives the receipt and the seconds."""
        text, seconds = self.ask(
            "import", "--from", "json", "--map", str(EXAMPLES / name), str(path)
        )
        return json.loads(text), seconds
