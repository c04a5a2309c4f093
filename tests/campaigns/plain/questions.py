"""Random questions: terms of every kind, joined and nested, with a zone and limits of time."""

import dataclasses

from . import text_terms, time_terms, value_terms
from .days import Zone
from .draw import AND, NOT, OR, TERM, Condition, Draw
from .meaning import During, rows

ZONES = [
    "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe",
    "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Cairo", "Pacific/Apia", "Asia/Beirut",
    "Atlantic/Azores",
]
SPACES = [" ", " ", " ", " ", " ", " ", "  ", "\t", "\n", "\u3000"]
TERM_TRIES = 200


@dataclasses.dataclass
class Question:
    """A query, the options that it is asked with, and the rows that it must give."""

    written: str
    options: list
    zone: Zone
    rows: set
    kinds: tuple

    def arguments(self, *more):
        """The arguments of a command; `--` is needed before what looks like an option."""
        dashes = ["--"] if self.written.startswith("--") else []
        return [*self.options, *more, *dashes, self.written]


def group(draw):
    """`f:(a -b OR c)`: the field before each of the texts."""
    keys, value = draw.value()
    texts = [text_terms.text_leaf(draw, keys, value)]
    for _ in range(draw.chance.randint(1, 3)):
        other = draw.elsewhere()
        text = text_terms.text_leaf(other, keys, other.value()[1])
        texts.append(negated(draw, text) if text and draw.is_likely(0.3) else text)
    if not all(texts):
        return None
    joined = draw.pick([all_of, any_of])(draw, texts)
    written = f"{draw.path(keys)}:({joined.written})"
    return Condition(written, TERM, joined.find, ())


KINDS = {
    **{f"text: {shape.__name__}": text_terms.in_any_value(shape) for shape in text_terms.SHAPES},
    **{f"field: {shape.__name__}": text_terms.in_field(shape) for shape in text_terms.SHAPES},
    "*": text_terms.everything, "field: group": group, **value_terms.KINDS, **time_terms.KINDS,
}
# What looks at each word of every value is asked in its turn only.
SLOW = {f"{where}: near_{distance}" for where in ("text", "field") for distance in (1, 2)}
OTHERS = [name for name in KINDS if name not in SLOW | {"*", "absent"}]


def ask(events, chance, now, name):
    """A question with a term of a kind in it."""
    zone = Zone(chance.choice(ZONES) if chance.random() < 0.6 else "UTC")
    draw = Draw(events, chance, zone, now).elsewhere()
    if draw.is_likely(0.25):
        draw.odd_day()
    draw, term = _term(draw, name)
    condition = _nested(draw, term)
    options = ["--tz", zone.name] if zone.name != "UTC" or draw.is_likely(0.2) else []
    found = condition.find()
    if draw.is_likely(0.2):
        limits, test = _limits(draw)
        options += limits
        found &= rows(events.under(("occurred_at",)), test)
    return Question(condition.written, options, zone, found, condition.kinds)


def negated(draw, condition):
    """`NOT` or `-` before a condition."""
    every = set(range(draw.events.count))
    sign = draw.pick(["-", "-", "NOT ", "NOT"])
    inside = _wrapped(draw, condition, NOT)
    if sign == "NOT" and not inside.startswith("("):
        inside = f"({condition.written})"
    return Condition(sign + inside, NOT, lambda: every - condition.find(), condition.kinds)


def all_of(draw, conditions):
    written = _wrapped(draw, conditions[0], AND)
    for condition in conditions[1:]:
        space, other = draw.pick(SPACES), draw.pick(SPACES)
        join = draw.pick([space, space, f"{space}AND{other}"])
        written += join + _wrapped(draw, condition, AND)
    kinds = _kinds(conditions)
    return Condition(written, AND, lambda: set.intersection(*_found(conditions)), kinds)


def any_of(draw, conditions):
    joins = f"{draw.pick(SPACES)}OR{draw.pick(SPACES)}"
    written = joins.join(_wrapped(draw, condition, OR) for condition in conditions)
    return Condition(written, OR, lambda: set.union(*_found(conditions)), _kinds(conditions))


def _term(draw, name=None):
    """A term of a kind that holds for the event, if the kind can; and the draw of that event."""
    chosen = name
    for _ in range(TERM_TRIES):
        chosen = name or draw.pick(OTHERS)
        term = KINDS[chosen](draw)
        if term:
            return draw, term._replace(kinds=(chosen,))
        # Some kinds do not suit every event.
        draw = draw.elsewhere() if name else draw
    raise AssertionError(f"no event suits {chosen}")


def _nested(draw, condition):
    """A term alone, or joined with others, up to three times around each other."""
    for _ in range(draw.pick([0, 0, 0, 1, 1, 1, 2, 2, 3])):
        condition = draw.pick([_narrowed, _narrowed, _widened, _reduced, _turned])(draw, condition)
    return condition


def _narrowed(draw, condition):
    """And what holds for the same event, so that there are hits."""
    conditions = [condition, *(_term(draw)[1] for _ in range(draw.pick([1, 1, 2])))]
    draw.chance.shuffle(conditions)
    return all_of(draw, conditions)


def _widened(draw, condition):
    conditions = [condition, *(_term(draw.elsewhere())[1] for _ in range(draw.pick([1, 1, 2])))]
    draw.chance.shuffle(conditions)
    return any_of(draw, conditions)


def _reduced(draw, condition):
    """And not what holds for some other event."""
    conditions = [condition, negated(draw, _term(draw.elsewhere())[1])]
    draw.chance.shuffle(conditions)
    return all_of(draw, conditions)


def _turned(draw, condition):
    condition = negated(draw, condition)
    return negated(draw, condition) if draw.is_likely(0.2) else condition


def _wrapped(draw, condition, strength):
    """A condition in parentheses if it binds less tightly, or for no reason."""
    if condition.strength < strength or draw.is_likely(0.1):
        return f"({condition.written})"
    return condition.written


def _found(conditions):
    return [condition.find() for condition in conditions]


def _kinds(conditions):
    return tuple(kind for condition in conditions for kind in condition.kinds)


def _limits(draw):
    """`--from` and `--to`, half-open, a date being its first instant; or `--since`."""
    if draw.is_likely(0.3):
        written, begin = time_terms.ago(draw)
        return ["--since", written], During(begin, None)
    at = draw.events.occurred[draw.row]
    early, late = sorted([at, draw.events.occurred[draw.elsewhere().row]])
    begin, end = time_terms.when(draw, early), time_terms.when(draw, late)
    sides = draw.pick([(True, True), (True, False), (False, True)])
    options = ["--from", begin.written] * sides[0] + ["--to", end.written] * sides[1]
    return options, During(begin.begin if sides[0] else None, end.begin if sides[1] else None)
