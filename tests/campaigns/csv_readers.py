"""Whether three spreadsheet readers see the same cells in an exported CSV.

    python3 tests/campaigns/csv_readers.py PROGRAM [EVENTS]

Stores EVENTS events (2,000 without the argument) with all that CSV is broken by in their texts,
exports them as CSV, and reads the file with the csv module of Python, DuckDB and LibreOffice Calc.
Prints the rows, cells and differences of each pair; a reader that is not installed is skipped
loudly (`pip install duckdb`, Debian's `libreoffice-calc-nogui`).
"""

import csv
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

PIECES = [
    "a", "Müller", "日本", "\U0001f600", " ", "  ", ",", ";", "\t", '"', '""', "'", "\n", "\r\n", "\\",
    "=1+1", "+49 30", "-5", "@sum", "0012", "1e5", "12.50", "2026-01-02", "TRUE", "null", "NULL", "#N/A",
    "|", "\u00a0", "\u200b", "x" * 300,
]


def text(dice):
    return "".join(dice.choices(PIECES, k=dice.randrange(1, 5)))


def events(count):
    dice = random.Random(5)
    for number in range(count):
        yield {
            "id": f"{number:05}", "occurred_at": f"2026-03-{number % 28 + 1:02}T10:00:00.5Z",
            "category": "c", "activity": dice.choice(["created", "updated"]),
            "actor": {"email": "a@example.com", "display_name": text(dice)},
            "targets": [{"name": text(dice)} for _ in range(dice.randrange(3))],
            "details": {"note": text(dice), "n": dice.choice([0, -1.50, 1e3, 12345678901234567890])},
        }


def export(program, folder, count):
    lines = "\n".join(json.dumps(event, ensure_ascii=False) for event in events(count))
    store, path = folder / "store", folder / "events.csv"
    run = lambda *arguments, **options: subprocess.run(
        [program, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        **options)
    run("import", "--store", store, "-", input=lines.encode())
    columns = "seq,id,occurred_at,activity,actor.display_name,targets.name,details.note,details.n"
    run("export", "--store", store, "--order", "seq", "--columns", columns, "-o", path)
    return path


def by_python(path, _folder):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def by_duckdb(path, _folder):
    import duckdb

    told = duckdb.sql(
        f"select * from read_csv('{path}', all_varchar=true, header=false, delim=',', quote='\"', "
        "escape='\"', nullstr='\u0001', strict_mode=true)")
    return [["" if cell is None else cell for cell in row] for row in told.fetchall()]


def by_libreoffice(path, folder):
    columns = len(by_python(path, folder)[0])
    # All columns as text; printed again with tabs, all cells in quotes.
    as_text = "/".join(f"{number}/2" for number in range(1, columns + 1))
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile",
         f"--infilter=CSV:44,34,76,1,{as_text}", "--convert-to",
         "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,true,true,false", "--outdir", folder / "out", path],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with (folder / "out" / path.name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t"))


def lines_of_one_kind(rows):
    """A cell of a spreadsheet has one kind of line end."""
    return [[cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row] for row in rows]


def readers():
    yield "Python", by_python
    try:
        import duckdb
        yield f"DuckDB {duckdb.__version__}", by_duckdb
    except ImportError:
        print("SKIPPED: DuckDB is not installed", file=sys.stderr)
    if shutil.which("soffice"):
        yield "LibreOffice", by_libreoffice
    else:
        print("SKIPPED: LibreOffice is not installed", file=sys.stderr)


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        path = export(program, folder, count)
        expected = by_python(path, folder)
        assert len(expected) == count + 1, len(expected)
        for name, read in readers():
            rows, same = read(path, folder), expected
            if name == "LibreOffice":
                rows, same = lines_of_one_kind(rows), lines_of_one_kind(expected)
            pairs = [pair for row, other in zip(rows, same) for pair in zip(row, other)]
            different = [pair for pair in pairs if pair[0] != pair[1]]
            lengths = [len(row) for row in rows] != [len(row) for row in same]
            for pair in different[:5]:
                print(f"{name}: {pair[0]!r} where Python reads {pair[1]!r}", file=sys.stderr)
            failed += len(different) + lengths
            print(f"{name}: rows {len(rows)}, cells {len(pairs)}, differences {len(different)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
