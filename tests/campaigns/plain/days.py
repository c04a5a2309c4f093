"""Instants, and the days of a zone. Instants are microseconds since 1970, UTC."""

import bisect
import datetime
import functools
import re
import zoneinfo

SECOND = 1_000_000
LENGTHS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
DAY = datetime.timedelta(days=1)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)
INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


def instant(text):
    """The instant that a string is, or nothing if it is not a full RFC 3339 date-time."""
    found = INSTANT.fullmatch(text)
    if not found:
        return None
    day, time, fraction, offset = found.groups()
    fraction = ((fraction or "") + "000000")[:6]
    offset = "+00:00" if offset in "Zz" else offset
    try:
        return micros(datetime.datetime.fromisoformat(f"{day}T{time}.{fraction}{offset}"))
    except ValueError:
        return None


def date(text):
    """The date that a string is, or nothing."""
    try:
        is_date = re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII)
        return datetime.date.fromisoformat(text) if is_date else None
    except ValueError:
        return None


def micros(moment):
    """A `datetime` with a zone as an instant."""
    return (moment - EPOCH) // MICROSECOND


def moment(micros_utc, zone):
    """An instant as a `datetime` in a zone."""
    return (EPOCH + micros_utc * MICROSECOND).astimezone(zone)


class Zone:
    """A time zone, and where its days begin."""

    def __init__(self, name):
        self.name = name
        self.rules = zoneinfo.ZoneInfo(name)

    def at(self, local):
        """The instant of a local time: the first of two, the end of the gap that skips it."""
        first = micros(local.replace(tzinfo=self.rules, fold=0))
        if moment(first, self.rules).replace(tzinfo=None) == local:
            return first
        # The offset before the gap leads behind it: the gap ends at most a day earlier.
        seconds = range(first // SECOND - LENGTHS["d"] - 1, first // SECOND + 1)
        before = self._offset(seconds[0])
        behind = bisect.bisect(seconds, False, key=lambda second: self._offset(second) != before)
        return seconds[behind] * SECOND

    @functools.cache
    def start(self, day):
        """The first instant of a day."""
        return self.at(datetime.datetime.combine(day, datetime.time()))

    def end(self, day):
        """The first instant that the day no longer has."""
        return self.start(day + DAY)

    def day(self, micros_utc):
        """The day that an instant is in: the last that has begun, whatever the clock shows."""
        day = moment(micros_utc, self.rules).date()
        return day + DAY if self.end(day) <= micros_utc else day

    def ago(self, now, count, unit):
        """The instant so long before now: `s m h d w` by length, `mo` and `y` by the calendar."""
        if unit in LENGTHS:
            return now - count * LENGTHS[unit] * SECOND
        local = moment(now, self.rules).replace(tzinfo=None)
        months = local.year * 12 + local.month - 1 - count * (12 if unit == "y" else 1)
        first = local.replace(year=months // 12, month=months % 12 + 1, day=1)
        last = _next_month(first.date()) - DAY
        return self.at(first.replace(day=min(local.day, last.day)))

    def bucket(self, micros_utc, count, unit):
        """The bucket `[from, to)` of a histogram that an instant is in."""
        day = self.day(micros_utc)
        if unit in "smh":
            begin, width = self.start(day), count * LENGTHS[unit] * SECOND
            begin += (micros_utc - begin) // width * width
            return begin, min(begin + width, self.end(day))
        first, following = {
            "d": lambda: (day, day + DAY),
            "w": lambda: (day - day.weekday() * DAY, day + (7 - day.weekday()) * DAY),
            "mo": lambda: (day.replace(day=1), _next_month(day)),
            "y": lambda: (day.replace(month=1, day=1), day.replace(day.year + 1, 1, 1)),
        }[unit]()
        return self.start(first), self.start(following)

    def histogram(self, instants, count, unit):
        """The buckets from the first to the last instant: `[from, to, count]`."""
        buckets = []
        for at in sorted(instants):
            if not buckets:
                buckets.append([*self.bucket(at, count, unit), 0])
            while at >= buckets[-1][1]:
                buckets.append([*self.bucket(buckets[-1][1], count, unit), 0])
            buckets[-1][2] += 1
        return buckets

    def _offset(self, second):
        return moment(second * SECOND, self.rules).utcoffset()


def _next_month(day):
    return (day.replace(day=28) + 4 * DAY).replace(day=1)
