"""What a random question is drawn from: the events, one of them, and a zone."""

import collections
import dataclasses
import random

from . import spelling
from .days import LENGTHS, SECOND, Zone
from .events import Events, TIMES, stored

OR, AND, NOT, TERM = range(4)
ODD_DAY_TRIES = 200


class Condition(collections.namedtuple("Condition", "written strength find kinds")):
    """A part of a query: how it is written, how tightly it binds, a function that gives its rows,
    and the kinds of terms in it."""


@dataclasses.dataclass
class Draw:
    """Chance, and an event that a term shall be true for."""

    events: Events
    chance: random.Random
    zone: Zone
    now: int
    row: int = 0

    def elsewhere(self):
        """The same with another event."""
        return dataclasses.replace(self, row=self.chance.randrange(self.events.count))

    def pick(self, choices):
        return self.chance.choice(choices)

    def is_likely(self, probability):
        return self.chance.random() < probability

    def value(self, is_exact=False):
        """A path under which the event has a string or number, and the value as text.

        The path may be that of an object around it, unless it shall be exact.
        """
        paths = [
            path for path, column in self.events.columns.items()
            if path not in TIMES | {("seq",)} and self.row in column.by_row
        ]
        path = self.pick(paths)
        value = stored(self.events.columns[path].by_row[self.row])
        kept = len(path) if is_exact or self.is_likely(0.7) else self.chance.randint(1, len(path))
        return path[:kept], value

    def at(self, path):
        """The value of the event at exactly a path, or nothing."""
        return self.events.columns[path].by_row.get(self.row)

    def odd_day(self):
        """Goes to an event of a day that has not 24 hours, if the zone has such days."""
        start = self.row
        for _ in range(ODD_DAY_TRIES):
            day = self.zone.day(self.events.occurred[self.row])
            if self.zone.end(day) - self.zone.start(day) != LENGTHS["d"] * SECOND:
                return
            self.row = self.chance.randrange(self.events.count)
        self.row = start

    def path(self, keys, in_brackets=False):
        return spelling.path(self, keys, in_brackets)
