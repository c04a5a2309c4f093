"""What the operators ask of one value.

Each test has `places(column)`: the places of the distinct values of a column for which it holds.
"""

import fractions
import ipaddress

from . import days, text
from .events import NUMBER, Number, TIMES


def rows(columns, test):
    """The rows of which some value under the columns passes a test."""
    found = set()
    for column in columns:
        for place in test.places(column):
            found.update(column.rows[place])
    return found


class Present:
    """There is a value. (The files have no null.)"""

    def places(self, column):
        return range(len(column.rows))


class HasWords:
    """The words of a text stand in it, consecutively; the last may be a beginning."""

    def __init__(self, phrase, is_prefix=False):
        self.words = text.words(phrase)
        self.needle = f" {' '.join(self.words)}" + ("" if is_prefix else " ")

    def places(self, column):
        needle = self.needle
        return [place for place, line in enumerate(column.word_lines) if needle in line]


class Near:
    """It has a word without digits within a distance."""

    def __init__(self, word, distance):
        (self.word,) = text.words(word)
        self.distance = distance

    def places(self, column):
        near = {word for word in column.vocabulary if self._is_near(word)}
        lines = enumerate(column.word_lines)
        return [place for place, line in lines if not near.isdisjoint(line.split())]

    def _is_near(self, word):
        # Lengths first: they cost next to nothing.
        if abs(len(word) - len(self.word)) > self.distance or text.has_number(word):
            return False
        return text.distance(self.word, word) <= self.distance


class Folded:
    """Its folded text begins with, contains or ends with a folded text (`^= *= $=`)."""

    HOW = {"^=": str.startswith, "*=": str.__contains__, "$=": str.endswith}

    def __init__(self, operator, piece):
        self.holds = self.HOW[operator]
        self.piece = text.fold(piece)

    def places(self, column):
        holds, piece = self.holds, self.piece
        return [place for place, folded in enumerate(column.folded) if holds(folded, piece)]


class Under:
    """It is a string that is a path or lies below it, byte for byte."""

    def __init__(self, path):
        self.path = path[:-1] if path.endswith("/") else path

    def places(self, column):
        return [place for place, value in enumerate(column.values) if self._has(value)]

    def _has(self, value):
        if not isinstance(value, str):
            return False
        return value.startswith(self.path + "/") or bool(self.path) and value == self.path


class Matches:
    """A compiled regular expression matches somewhere in its stored text."""

    def __init__(self, expression):
        self.expression = expression

    def places(self, column):
        search = self.expression.search
        return [place for place, stored in enumerate(column.texts) if search(stored)]


class During:
    """It is an instant in `[begin, end)`; either may be missing."""

    def __init__(self, begin, end):
        self.begin = -(10**30) if begin is None else begin
        self.end = 10**30 if end is None else end

    def places(self, column):
        return [
            place for place, at in enumerate(column.instants)
            if at is not None and self.begin <= at < self.end
        ]


class Between:
    """It is a number of a range; `is_inside` gets exact fractions."""

    def __init__(self, is_inside):
        self.is_inside = is_inside

    def places(self, column):
        return [
            place for place, value in enumerate(column.values)
            if isinstance(value, Number) and self.is_inside(value.exact)
        ]


class Same:
    """It is this string, byte for byte (`f="v"`)."""

    def __init__(self, string):
        self.string = string

    def places(self, column):
        # A number is never equal to a string, whatever its text.
        return [column.place[self.string]] if self.string in column.place else []


class AnyOf:
    """One of several tests holds."""

    def __init__(self, tests):
        self.tests = tests

    def places(self, column):
        return {place for test in self.tests for place in test.places(column)}


class InNetwork:
    """It is a string that is an address of a network."""

    def __init__(self, network):
        self.network = network

    def places(self, column):
        return [place for place, stored in enumerate(column.values) if self._has(stored)]

    def _has(self, value):
        try:
            address = ipaddress.ip_address(value)
        except (TypeError, ValueError):
            return False
        mapped = address.ipv4_mapped if address.version == 6 else None
        return (mapped or address) in self.network


def bare(value, zone):
    """What `f=value` asks without quotes: the same string, or what the value reads as."""
    readings = [Same(value)]
    if NUMBER.fullmatch(value):
        exact = fractions.Fraction(value)
        readings.append(Between(lambda number: number == exact))
    at, day = days.instant(value), days.date(value)
    if at is not None:
        readings.append(During(at, at + 1))
    if day is not None:
        readings.append(During(zone.start(day), zone.end(day)))
    try:
        readings.append(InNetwork(ipaddress.ip_network(value, strict=False)))
    except ValueError:
        pass
    return AnyOf([_apart_from_times(reading) for reading in readings])


def _apart_from_times(test):
    """Times are compared as times only, never as strings."""
    return test if isinstance(test, During) else NotOfTimes(test)


class NotOfTimes:
    """A test that no time field of the event passes."""

    def __init__(self, test):
        self.test = test

    def places(self, column):
        return [] if column.path in TIMES else self.test.places(column)
