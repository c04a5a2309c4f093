"""Lets the n-th system call of a command fail (strace injects the error), for every n: the command must
say so or get over it, and nothing that it acknowledged may be missing afterwards.

    tests/campaigns/syscalls.py PROGRAM [EVERY]      EVERY: take each n-th n only (default 1)

Prints `syscalls N: failed commands F, lost 0, violations 0`. A cross-check of the simulated disk.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

from program import Annals, is_there

# What fails, and how.
FAULTS = [
    ("fdatasync", "EIO"), ("fsync", "EIO"), ("pwrite64", "ENOSPC"), ("pwrite64", "EIO"),
    ("pwrite64", "EINTR"), ("ftruncate", "EIO"), ("rename", "ENOSPC"), ("unlink", "EIO"),
    ("mkdir", "ENOSPC"), ("mmap", "ENOMEM"), ("flock", "EINTR"), ("getdents64", "EIO"),
]
EVENTS = 6_000
# The exit codes of a command whose disk fails: 0 if it got over it, 6 for the disk.
ALLOWED = (0, 6)
# How the standard library ends a program that has no memory for the stack of its signal handler.
RUNTIME = "failed to allocate an alternative stack"
COMMANDS = {
    "import": ["import", "events.ndjson"],
    "seal": ["seal"],
    "compact": ["compact"],
    "retain": ["retain", "--now", "2027-01-01T00:00:00Z"],
}


class Campaign:
    """Folders, figures, and the store before each command."""

    def __init__(self, program, every, folder):
        self.program, self.every = pathlib.Path(program).resolve(), every
        self.folder = pathlib.Path(folder)
        self.calls = self.failed = self.lost = 0
        self.violations = []
        annals = Annals(self.program, self.folder / "none")
        events, _ = annals.ask("generate", "--seed", "3", "--events", str(EVENTS))
        (self.folder / "events.ndjson").write_text(events)
        self.lines = events.splitlines(keepends=True)

    def before(self, name):
        """A store in the state before a command."""
        annals = Annals(self.program, self.folder / f"before-{name}")
        (self.folder / "first.ndjson").write_text("".join(self.lines[:900]))
        (self.folder / "second.ndjson").write_text("".join(self.lines[900:1800]))
        annals.ask("import", str(self.folder / "first.ndjson"))
        if name != "seal":
            annals.ask("seal")
        annals.ask("import", str(self.folder / "second.ndjson"))
        if name in ("compact", "retain"):
            annals.ask("seal")
        if name == "retain":
            annals.ask("retain", "--set", "default:kept=400d")
        return annals.store

    def run(self, name):
        """Each fault at each call of one command."""
        before = self.before(name)
        arguments = [str(self.folder / word) if word.endswith("ndjson") else word
                     for word in COMMANDS[name]]
        for call, error in FAULTS:
            number = 1
            while self.inject(name, before, arguments, call, error, number):
                number += self.every

    def inject(self, name, before, arguments, call, error, number):
        """One run with one fault; says whether the command came as far as that."""
        store = self.folder / "store"
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(before, store)
        annals = Annals(self.program, store)
        count_before = int(annals.ask("count")[0])
        trace = self.folder / "trace"
        ran = subprocess.run(
            ["strace", "-f", "-qq", "-o", trace, "-e", f"trace={call}",
             "-e", f"inject={call}:error={error}:when={number}",
             str(self.program), "--store", str(store), *arguments],
            capture_output=True, text=True,
        )
        if "(INJECTED)" not in trace.read_text():
            return False
        self.calls += 1
        self.failed += ran.returncode != 0
        place = f"{name}, {call} {number} {error}"
        # The loader, the allocator and the start of a thread in the standard library use mmap, too:
        # what it refuses them is no matter of ours.
        is_ours = call != "mmap" or ("panicked" in ran.stderr and RUNTIME not in ran.stderr)
        if ran.returncode not in ALLOWED and is_ours:
            self.violations.append(f"{place}: exit code {ran.returncode}: {ran.stderr[:300]}")
        self.check(name, place, annals, arguments, ran, count_before)
        return True

    def check(self, name, place, annals, arguments, ran, count_before):
        """What was acknowledged is there, all bytes are sound, and the command works now."""
        if name != "retain":
            told = ran.stdout.strip()
            appended = json.loads(told)["appended"] if name == "import" and told else 0
            count = int(annals.ask("count")[0])
            self.lost += max(0, count_before + appended - count)
        verified = annals.run("verify")
        again = annals.run(*arguments)
        if verified.returncode or again.returncode:
            self.violations.append(f"{place}: then {verified.stdout} {again.stderr}")
        if name == "import" and int(annals.ask("count")[0]) != EVENTS:
            self.violations.append(f"{place}: the second import does not complete it")


def main():
    every = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    if not shutil.which("strace"):
        print("SKIPPED: strace is not there")
        return
    if not is_there(sys.argv[1]):
        return
    with tempfile.TemporaryDirectory() as folder:
        campaign = Campaign(sys.argv[1], every, folder)
        for name in COMMANDS:
            campaign.run(name)
        count = len(campaign.violations)
        print(f"syscalls {campaign.calls}: failed commands {campaign.failed}, "
              f"lost {campaign.lost}, violations {count}")
        for violation in campaign.violations:
            print(violation)
        sys.exit(bool(count or campaign.lost))


if __name__ == "__main__":
    main()
