"""The events of a mapped file, as columns: for each path its distinct values and their rows.

A row is the place of an event in the file, from 0. The file may hold strings and numbers only, and
no lists: other kinds are refused, so that nothing is compared by rules that are not here.
"""

import collections
import fractions
import functools
import gzip
import json
import re
import tomllib

from . import days, text

NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
# Values that text without a field does not look at.
SILENT = {("occurred_at",), ("recorded_at",), ("seq",), ("action",)}
TIMES = {("occurred_at",), ("recorded_at",)}


class Number:
    """A number, with the characters that it came with."""

    __slots__ = ("text", "exact")

    def __init__(self, characters):
        self.text = characters
        self.exact = fractions.Fraction(characters)

    def __eq__(self, other):
        return isinstance(other, Number) and self.text == other.text

    def __hash__(self):
        return hash(("number", self.text))


class Column:
    """The values at one path. Each list has one element for each distinct value."""

    def __init__(self, path):
        self.path = path
        self.place = {}
        self.rows = []

    def add(self, row, value):
        place = self.place.setdefault(value, len(self.rows))
        if place == len(self.rows):
            self.rows.append([])
        self.rows[place].append(row)

    @functools.cached_property
    def values(self):
        return list(self.place)

    @functools.cached_property
    def texts(self):
        """The stored text."""
        return [stored(value) for value in self.values]

    @functools.cached_property
    def folded(self):
        return [text.fold(each) for each in self.texts]

    @functools.cached_property
    def word_lines(self):
        return [text.word_line(each) for each in self.texts]

    @functools.cached_property
    def vocabulary(self):
        return {word for line in self.word_lines for word in line.split()}

    @functools.cached_property
    def instants(self):
        """The instant, if the value is a string that is one."""
        return [days.instant(v) if isinstance(v, str) else None for v in self.values]

    @functools.cached_property
    def by_row(self):
        """The value of each row that has one."""
        pairs = zip(self.values, self.rows)
        return {row: value for value, rows in pairs for row in rows}


class Events:
    """All events, in the order of the file, which is that of `seq`."""

    def __init__(self, path, map_file):
        fields = tomllib.loads(map_file.read_text())["fields"]
        self.targets = {
            tuple(source.split(".")): tuple(target.split(".")) for target, source in fields.items()
        }
        self.columns = {}
        self.count = 0
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                self._add(json.loads(line, parse_int=Number, parse_float=Number))
        self.ids = self.columns[("id",)].by_row
        occurred = self.columns[("occurred_at",)]
        at = dict(zip(occurred.values, occurred.instants))
        self.occurred = [at[occurred.by_row[row]] for row in range(self.count)]

    def under(self, path):
        """The columns under a path; those that text without a field looks at without one."""
        if path is None:
            return [column for key, column in self.columns.items() if key not in SILENT]
        return [column for key, column in self.columns.items() if key[:len(path)] == path]

    def characters(self):
        """Every character that occurs."""
        columns = self.under(None)
        return {letter for column in columns for letter in set().union(*column.texts)}

    def by_time(self, rows):
        """Rows in the order of time, oldest first."""
        return sorted(rows, key=lambda row: (self.occurred[row], row))

    def facets(self, path, rows):
        """The values at a path with their counts, in the order of facets."""
        by_row = self.columns[path].by_row
        counts = collections.Counter(by_row[row] for row in rows if row in by_row)
        return sorted(counts.items(), key=_facet_order)

    def _add(self, record):
        row, self.count = self.count, self.count + 1
        event = {}
        for source, value in _leaves(record, ()):
            event[self.targets.get(source, ("details", *source))] = value
        event["action",] = f"{event['category',]}.{event['activity',]}"
        event["seq",] = Number(str(row + 1))
        for path, value in event.items():
            if path not in self.columns:
                self.columns[path] = Column(path)
            self.columns[path].add(row, value)


def stored(value):
    """A value as text."""
    return value.text if isinstance(value, Number) else value


def _leaves(value, path):
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _leaves(member, (*path, key))
    elif isinstance(value, (str, Number)):
        yield path, value
    else:
        raise ValueError(f"no rule for {value!r} at {'.'.join(path)}")


def _facet_order(pair):
    value, count = pair
    if isinstance(value, Number):
        return -count, 0, value.exact, b""
    return -count, 1, 0, value.encode()
