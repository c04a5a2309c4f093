"""Exports many events and reads the files back with the readers of Python; see export.sh."""

import contextlib
import csv
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml
import zipfile

CSV_ROWS = 30_000_000
XLSX_ROWS = 1_100_000
SHEET_ROWS_MAX = 1_048_576
# Whatever the number of rows, an export holds less than this, without pages of mapped files: those
# are the cache of the system, which takes them back when it needs room.
PEAK_MIB_MAX = 400
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
csv.field_size_limit(1 << 30)


class Campaign:
    """A store in a folder, and what was wrong."""

    def __init__(self, program, folder):
        self.program, self.folder = pathlib.Path(program).resolve(), pathlib.Path(folder)
        self.violations = []

    def expect(self, holds, what):
        if not holds:
            self.violations.append(what)
            print(f"violation: {what}", file=sys.stderr)

    def fill(self, count):
        """Stores so many made-up events; a store that is there already stays as it is."""
        if (self.folder / "store").exists():
            told = subprocess.run(
                [self.program, "count", "--store", self.folder / "store"],
                stdout=subprocess.PIPE, check=True,
            )
            return int(told.stdout)
        generate = subprocess.Popen(
            [self.program, "generate", "--seed", "7", "--events", str(count)],
            stdout=subprocess.PIPE,
        )
        done = subprocess.run(
            [self.program, "import", "--store", self.folder / "store", "-"],
            stdin=generate.stdout, stdout=subprocess.PIPE, check=True,
        )
        generate.stdout.close()
        generate.wait()
        return json.loads(done.stdout)["appended"]

    def export(self, name, rows):
        """Exports to a file; gives its manifest, seconds, and the peak of memory in MiB."""
        path, start = self.folder / name, time.monotonic()
        child = subprocess.Popen(
            [self.program, "export", "--store", self.folder / "store", "--order", "seq",
             "--limit", str(rows), "-o", path],
            stderr=subprocess.DEVNULL,
        )
        peak, mapped = 0.0, 0.0
        while child.poll() is None:
            peak = max(peak, resident(child.pid, "RssAnon"))
            mapped = max(mapped, resident(child.pid, "RssFile"))
            time.sleep(0.02)
        seconds = time.monotonic() - start
        self.expect(child.returncode == 0, f"{name}: status {child.returncode}")
        manifest = json.loads((self.folder / f"{name}.manifest.json").read_text())
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.expect(digest == manifest["sha256"], f"{name}: another hash")
        self.expect(path.stat().st_size == manifest["bytes"], f"{name}: another length")
        self.expect(peak < PEAK_MIB_MAX, f"{name}: {peak:.0f} MiB of memory")
        rate = manifest["bytes"] / seconds / 1e6
        print(f"{name}: rows {manifest['rows']}, {rate:.1f} MB/s, peak {peak:.0f} MiB "
              f"and {mapped:.0f} MiB of mapped files", flush=True)
        return manifest

    def check_seqs(self, name, seqs, manifest):
        """Each event once, in the order of the log."""
        count, last = 0, 0
        for seq in seqs:
            self.expect(seq > last, f"{name}: seq {seq} behind {last}")
            count, last = count + 1, seq
        self.expect(count == manifest["rows"], f"{name}: {count} rows, told {manifest['rows']}")


def resident(pid, kind):
    """Memory of a process by its kind, in MiB; 0 once it has ended."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith(kind)), "x 0 kB")
    return int(line.split()[1]) / 1024


def csv_seqs(path, columns):
    """The first cell of each row; every row has all cells."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        assert next(rows) == columns, "another header"
        for row in rows:
            assert len(row) == len(columns), row
            yield int(row[0])


def sheet_seqs(file, first_header):
    """The first cell of each row behind the header of one sheet."""
    number = 0
    for _, element in xml.iterparse(file):
        if element.tag != f"{SHEET}row":
            continue
        number += 1
        cell = element[0]
        if number == 1:
            header = "".join(cell.itertext())
            assert header == first_header, header
        else:
            yield int(float(cell.find(f"{SHEET}v").text))
        element.clear()
    assert number <= SHEET_ROWS_MAX, number


def xlsx_seqs(path, columns, sheets):
    with zipfile.ZipFile(path) as book:
        assert book.testzip() is None
        names = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        names.sort(key=lambda name: int("".join(filter(str.isdigit, name))))
        sheets.extend(names)
        for name in names:
            with book.open(name) as file:
                yield from sheet_seqs(file, columns[0])


def main():
    program, part = sys.argv[1], int(sys.argv[2])
    csv_rows, xlsx_rows = CSV_ROWS // part, XLSX_ROWS // part
    kept = os.environ.get("ANNALS_FOLDER")
    with contextlib.nullcontext(kept) if kept else tempfile.TemporaryDirectory() as folder:
        campaign = Campaign(program, folder)
        stored = campaign.fill(csv_rows)
        manifest = campaign.export("events.csv", csv_rows)
        campaign.expect(manifest["rows"] == stored, f"{stored} events stored")
        path = campaign.folder / "events.csv"
        campaign.check_seqs("events.csv", csv_seqs(path, manifest["columns"]), manifest)
        path.unlink()
        manifest, sheets = campaign.export("events.xlsx", xlsx_rows), []
        path = campaign.folder / "events.xlsx"
        seqs = xlsx_seqs(path, manifest["columns"], sheets)
        campaign.check_seqs("events.xlsx", seqs, manifest)
        expected = -(-manifest["rows"] // (SHEET_ROWS_MAX - 1))
        campaign.expect(len(sheets) == expected, f"{len(sheets)} sheets, expected {expected}")
        print(f"sheets {len(sheets)}, violations {len(campaign.violations)}")
        return 1 if campaign.violations else 0


if __name__ == "__main__":
    sys.exit(main())
