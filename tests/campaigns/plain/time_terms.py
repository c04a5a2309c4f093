"""Random terms of time: comparisons, days, ranges, `after: before: on: since:`."""

import bisect

from . import spelling
from .days import SECOND
from .draw import TERM, Condition
from .meaning import AnyOf, During
from .value_terms import condition, differs

OCCURRED = ("occurred_at",)
AUTHORED = ("details", "details", "authored_at")
# No event may be so near the end of `since:`, for the program looks at the clock later.
MARGIN = 600 * SECOND
# An instant behind one microsecond and before the next.
BETWEEN = 0.5


class When:
    """An instant or a day: how it is written, and where it begins and ends."""

    def __init__(self, written, begin, end):
        self.written, self.begin, self.end = written, begin, end


def day(draw, at):
    """The day of an instant."""
    date = draw.zone.day(at)
    return When(date.isoformat(), draw.zone.start(date), draw.zone.end(date))


def exact(draw, at):
    """An instant to the second, which the events have, or one beside it, perhaps by so little that
    no event can have it."""
    at += draw.pick([0, 0, 0, 1, -1]) * SECOND
    fraction = draw.pick(["", "", ".0", ".000000", ".000000000", ".000000999", ".00000000001"])
    written = spelling.instant(draw, at, fraction)
    if set(fraction) <= set(".0"):
        return When(written, at, at + 1)
    return When(written, at + BETWEEN, at + BETWEEN)


def when(draw, at):
    return draw.pick([day, exact])(draw, at)


SIGNS = {
    ">": lambda when: During(when.end, None),
    ">=": lambda when: During(when.begin, None),
    "<": lambda when: During(None, when.begin),
    "<=": lambda when: During(None, when.end),
    "=": lambda when: During(when.begin, when.end),
}
WORDS = {"after": ">", "before": "<", "on": "="}


def occurred_compared(draw):
    chosen, sign = when(draw, _occurred(draw)), draw.pick(list(SIGNS))
    return condition(
        draw, OCCURRED, f"{draw.path(OCCURRED)}{sign}{chosen.written}", SIGNS[sign](chosen)
    )


def relation(word):
    """The kind of terms that put the event after, before or on a time."""
    def kind(draw):
        chosen = when(draw, _occurred(draw))
        return condition(draw, OCCURRED, f"{word}:{chosen.written}", SIGNS[WORDS[word]](chosen))
    return kind


def occurred_in_range(draw):
    written, test = _range(draw, _occurred(draw), _occurred(draw.elsewhere()))
    return condition(draw, OCCURRED, f"{draw.path(OCCURRED)}={written}", test)


def occurred_one_of(draw):
    """One of several days, instants and short ranges."""
    operands = []
    for _ in range(draw.chance.randint(2, 5)):
        at = _occurred(draw)
        chosen = when(draw, at)
        operands.append(draw.pick([
            (chosen.written, SIGNS["="](chosen)), _range(draw, at, at + 9 * 86_400 * SECOND),
        ]))
        draw = draw.elsewhere()
    written, tests = zip(*operands)
    form, sign = draw.pick([(condition, "="), (condition, "="), (differs, "!=")])
    return form(draw, OCCURRED, f"{draw.path(OCCURRED)}{sign}({','.join(written)})", AnyOf(tests))


def occurred_differs(draw):
    chosen = when(draw, _occurred(draw))
    written = f"{draw.path(OCCURRED)}!={chosen.written}"
    return differs(draw, OCCURRED, written, SIGNS["="](chosen))


def authored_compared(draw):
    """An instant in a string, under its path or that of an object around it."""
    at = _authored(draw)
    if at is None:
        return None
    chosen, sign, keys = when(draw, at), draw.pick(list(SIGNS)), AUTHORED[:draw.pick([1, 2, 3, 3])]
    return condition(draw, keys, f"{draw.path(keys)}{sign}{chosen.written}", SIGNS[sign](chosen))


def authored_in_range(draw):
    at, other = _authored(draw), _authored(draw.elsewhere())
    if at is None or other is None:
        return None
    written, test = _range(draw, at, other)
    form, sign = draw.pick([(condition, "="), (condition, "="), (differs, "!=")])
    return form(draw, AUTHORED, f"{draw.path(AUTHORED)}{sign}{written}", test)


def recorded(draw):
    """When the program took the event in: today, and not in the past."""
    sign = draw.pick([">", ">=", "<", "<="])
    every = range(draw.events.count if sign[0] == ">" else 0)
    return Condition(f"recorded_at{sign}2026-01-01", TERM, lambda: set(every), ())


def since(draw):
    written, begin = ago(draw)
    return condition(draw, OCCURRED, f"since:{written}", During(begin, None))


def ago(draw):
    """A length of time, and the instant so long before now; no event is near it."""
    times = sorted(draw.events.occurred)
    while True:
        unit = draw.pick(["s", "m", "h", "d", "w", "mo", "mo", "y", "y"])
        counts = {"s": 10**8, "m": 10**7, "h": 10**5, "d": 5000, "w": 900, "mo": 250, "y": 21}
        count = draw.chance.randint(1, counts[unit])
        begin = draw.zone.ago(draw.now, count, unit)
        if bisect.bisect(times, begin - MARGIN) == bisect.bisect(times, begin + MARGIN):
            return f"{count}{unit}", begin


def _occurred(draw):
    return draw.events.occurred[draw.row]


def _authored(draw):
    column = draw.events.columns[AUTHORED]
    stored = draw.at(AUTHORED)
    return None if stored is None else column.instants[column.place[stored]]


def _range(draw, one, two):
    """A range from the earlier to the later, one end perhaps missing, and its test."""
    low, high = sorted([one, two])
    begin, end = when(draw, low), when(draw, high)
    kept = draw.pick(["both", "both", "both", "low", "high"])
    if kept == "low":
        return f"{begin.written}..", During(begin.begin, None)
    if kept == "high":
        return f"..{end.written}", During(None, end.end)
    return f"{begin.written}..{end.written}", During(begin.begin, end.end)


KINDS = {
    "time compared": occurred_compared, "after": relation("after"), "before": relation("before"),
    "on": relation("on"), "time range": occurred_in_range, "time list": occurred_one_of,
    "time !=": occurred_differs, "instant in text": authored_compared,
    "instants in text, range": authored_in_range, "recorded_at": recorded, "since": since,
}
