"""Random terms that compare strings and numbers: `=`, `!=`, lists, `^= *= $= ~=`, ranges, has."""

import fractions
import operator
import re

from . import spelling
from .draw import TERM, Condition
from .events import Number, stored
from .meaning import AnyOf, Between, Folded, Matches, Present, Same, Under, bare, rows

SIZES = ("details", "details", "files_changed")
COMPARE = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
# Paths of the event that no event of the file has.
ABSENT = ["outcome", "context.ip", "ip", "targets.name", "changes.after", "attributes.no", "type"]
ODDITIES = [
    "10.0.0.0/8", "127.0.0.1", "::1", "true", "false", "null", "2015", "-1", "0.5", "2012-06-30",
    "lib..test",
]


def condition(draw, keys, written, test):
    columns = draw.events.under(keys)
    return Condition(written, TERM, lambda: rows(columns, test), ())


def differs(draw, keys, written, test):
    """`!=`: the path has a value, and no value passes the test."""
    columns = draw.events.under(keys)
    return Condition(
        written, TERM, lambda: rows(columns, Present()) - rows(columns, test), ()
    )


def has(draw):
    keys, _ = draw.value()
    spelled = draw.path(keys)
    written = draw.pick([f"has:{spelled}", f"{spelled}:*"])
    return condition(draw, keys, written, Present())


def absent(draw):
    """A path that is known, and that no event has."""
    path = draw.pick(ABSENT)
    written = draw.pick([f"has:{path}", f"{path}=10.0.0.0/8", f"{path}:rails", f"{path}!=x"])
    return Condition(written, TERM, set, ())


def equals(draw):
    keys, value = draw.value()
    written, test = _operand(draw, value)
    return condition(draw, keys, f"{draw.path(keys)}={written}", test)


def equals_oddity(draw):
    """A value that reads as an address, a boolean or a number, where there may be none."""
    keys, _ = draw.value()
    value = draw.pick(ODDITIES)
    return condition(draw, keys, f"{draw.path(keys)}={value}", bare(value, draw.zone))


def equals_number(draw):
    if draw.at(SIZES) is None:
        return None
    keys = SIZES[:draw.chance.randint(1, 3)]
    written = spelling.number(draw, draw.at(SIZES).text)
    test = bare(written, draw.zone)
    if draw.is_likely(0.2):
        # Quoted, it is a string, which no number is.
        written, test = f'"{written}"', Same(written)
    return condition(draw, keys, f"{draw.path(keys)}={written}", test)


def equals_one_of(draw):
    keys, written, test = _list(draw)
    return condition(draw, keys, f"{draw.path(keys)}={written}", test)


def differs_from(draw):
    keys, value = draw.value()
    written, test = _operand(draw, value)
    return differs(draw, keys, f"{draw.path(keys)}!={written}", test)


def differs_from_all(draw):
    keys, written, test = _list(draw)
    return differs(draw, keys, f"{draw.path(keys)}!={written}", test)


def folded(sign):
    """The kind of terms that compare the beginning, the middle or the end."""
    def kind(draw):
        keys, value = draw.value()
        length = draw.chance.randint(1, 12)
        begin = draw.chance.randint(0, max(0, len(value) - length))
        begin = {"^=": 0, "$=": max(0, len(value) - length)}.get(sign, begin)
        piece = value[begin:begin + length]
        test = Folded(sign, piece if draw.is_likely(0.5) else piece.swapcase())
        if not test.piece:
            return None
        is_bare = spelling.is_value(piece) and draw.is_likely(0.7)
        written = piece if is_bare else spelling.quoted(draw, piece)
        return condition(draw, keys, f"{draw.path(keys)}{sign}{written}", test)
    return kind


def under(draw):
    """A path that the value is or lies below, or the beginning of a name in it."""
    keys, value = draw.value()
    parts = value.split("/")
    piece = "/".join(parts[:draw.chance.randint(1, len(parts))])
    piece = draw.pick([piece, piece, piece + "/", piece[:-1]])
    if not piece:
        return None
    is_bare = spelling.is_value(piece) and draw.is_likely(0.7)
    written = piece if is_bare else spelling.quoted(draw, piece)
    return condition(draw, keys, f"{draw.path(keys)}/={written}", Under(piece))


def element(draw):
    """Conditions on one object. An event of the file has one at a path at most."""
    keys, _ = draw.value(is_exact=True)
    if len(keys) < 2:
        return None
    base = keys[:draw.chance.randint(1, len(keys) - 1)]
    parts = [_member(draw, base) for _ in range(draw.pick([1, 2, 2, 3]))]
    if not all(parts):
        return None
    has_object = rows(draw.events.under(base), Present())
    written, find = draw.pick([
        (" ".join(each for each, _ in parts), lambda: set.intersection(*_rows(parts))),
        (" OR ".join(each for each, _ in parts), lambda: set.union(*_rows(parts))),
    ])
    space = draw.pick(["", "", " "])
    written = f"{draw.path(base)}[{space}{written}{space}]"
    return Condition(written, TERM, lambda: find() & has_object, ())


def _member(draw, base):
    """A condition in the brackets behind a path, and a function that gives its rows."""
    inside = [path for path in draw.events.columns if path[:len(base)] == base != path]
    keys = draw.pick(inside)
    value = draw.at(keys)
    if value is None:
        return None
    columns = draw.events.under(keys)
    written, test = _operand(draw, stored(value)) if isinstance(value, str) else ("*", None)
    spelled = draw.path(keys[len(base):], in_brackets=True)
    if test is None:
        written, test = f"has:{spelled}", Present()
    else:
        written = f"{spelled}={written}"
    if draw.is_likely(0.25):
        every = set(range(draw.events.count))
        return f"-{written}", lambda: every - rows(columns, test)
    return written, lambda: rows(columns, test)


def _rows(parts):
    return [find() for _, find in parts]


def expression(draw):
    keys, value = draw.value()
    plain = re.findall(r"[\x20-\x7e]{1,12}", value)
    # A backslash before the closing `/` would be read as a part of it.
    if not plain or "\\" in value:
        return None
    piece = draw.pick(plain)
    rust, python = draw.pick([
        _literal, _any_case, _at_begin, _at_end, _gap, _digits, _either, _unlike, _optional,
    ])(draw, piece, value)
    test = Matches(re.compile(python))
    return condition(draw, keys, f"{draw.path(keys)}~=/{rust}/", test)


def size_compared(draw):
    if draw.at(SIZES) is None:
        return None
    keys, limit, sign = SIZES[:draw.chance.randint(1, 3)], _limit(draw), draw.pick(list(COMPARE))
    exact, compare = fractions.Fraction(limit), COMPARE[sign]
    test = Between(lambda number: compare(number, exact))
    return condition(draw, keys, f"{draw.path(keys)}{sign}{limit}", test)


def size_in_range(draw):
    if draw.at(SIZES) is None:
        return None
    written, test = _range(draw)
    term = draw.pick([(condition, "="), (condition, "="), (differs, "!=")])
    return term[0](draw, SIZES, f"{draw.path(SIZES)}{term[1]}{written}", test)


def sequence(draw):
    """`seq`, which counts the lines of the file from 1."""
    seq, sign = str(draw.row + 1), draw.pick([*COMPARE, "="])
    exact = fractions.Fraction(seq)
    compare = COMPARE.get(sign, operator.eq)
    test = Between(lambda number: compare(number, exact))
    return condition(draw, ("seq",), f"seq{sign}{spelling.number(draw, seq)}", test)


def action(draw):
    """`category` "." `activity` as one string."""
    value = draw.at(("action",))
    written, test = _operand(draw, value, stop=",")
    forms = [
        (condition, f"action={written}", test),
        (differs, f"action!={written}", test),
        (condition, f"action=(x.y, {written})", test),
        (condition, f"action^={value[:6].upper()}", Folded("^=", value[:6])),
    ]
    form, spelled, chosen = draw.pick(forms)
    return form(draw, ("action",), spelled, chosen)


def _operand(draw, value, stop=""):
    """A string as the value of `=`, bare or quoted, and its test; bare without `stop` in it."""
    is_bare = spelling.is_value(value) and not set(value) & set(stop) and draw.is_likely(0.6)
    if is_bare:
        return value, bare(value, draw.zone)
    return spelling.quoted(draw, value), Same(value)


def _list(draw):
    """A path, a list of values some of which stand under it, and the test."""
    if draw.is_likely(0.3):
        keys, operands = SIZES, [_range(draw.elsewhere()) for _ in range(2)]
        size = spelling.number(draw, draw.pick("0123456789"))
        operands.append((size, bare(size, draw.zone)))
    else:
        keys, value = draw.value(is_exact=True)
        others = draw.pick([draw.elsewhere, lambda: draw])
        values = [value, *(others().value()[1] for _ in range(draw.chance.randint(0, 4)))]
        operands = [_operand(draw, each, stop=",") for each in values]
    draw.chance.shuffle(operands)
    comma = draw.pick([",", ", ", " , "])
    written, tests = zip(*operands)
    return keys, f"({comma.join(written)})", AnyOf(tests)


def _limit(draw):
    found = draw.at(SIZES) or Number("3")
    return draw.pick([spelling.number(draw, found.text), f"{found.text}.5", "1e1", "2.5"])


def _range(draw):
    """A range of numbers, both ends in, one perhaps missing, and its test."""
    low, high = sorted([_limit(draw), _limit(draw.elsewhere())], key=fractions.Fraction)
    kept = draw.pick(["both", "both", "low", "high"])
    begin = fractions.Fraction(low) if kept != "high" else None
    end = fractions.Fraction(high) if kept != "low" else None
    written = f"{low if kept != 'high' else ''}..{high if kept != 'low' else ''}"
    return written, Between(lambda number: (begin is None or number >= begin)
                            and (end is None or number <= end))


def _escape(piece):
    """The piece as an expression, with `\\` before what has a meaning, and before `/`."""
    return re.sub(r"([.+*?()|\[\]{}^$#&~/-])", r"\\\1", piece)


def _literal(draw, piece, value):
    return _escape(piece), _escape(piece)


def _any_case(draw, piece, value):
    return (f"(?i){_escape(piece.swapcase())}",) * 2


def _at_begin(draw, piece, value):
    return (f"^{_escape(value[:6])}",) * 2


def _at_end(draw, piece, value):
    """In Python `$` is also before a last line feed."""
    tail = _escape(value[-6:])
    return f"{tail}$", rf"{tail}\Z"


def _gap(draw, piece, value):
    return (f"{_escape(piece[:2])}.*{_escape(piece[-1:])}",) * 2


def _digits(draw, piece, value):
    """Any digits in the place of digits."""
    return (re.sub(r"[0-9]+", "[0-9]{1,40}", _escape(piece)),) * 2


def _either(draw, piece, value):
    half = max(1, len(piece) // 2)
    return (f"({_escape(piece[:half])}|{_escape(piece[half:])}|qqq)[^a-m]",) * 2


def _unlike(draw, piece, value):
    """Any character in the place of one."""
    at = draw.chance.randrange(len(piece))
    return (f"{_escape(piece[:at])}.{_escape(piece[at + 1:])}",) * 2


def _optional(draw, piece, value):
    return (f"{_escape(piece[:-1])}(?:{_escape(piece[-1:])})?[a-z]+",) * 2


KINDS = {
    "has": has, "absent": absent, "=": equals, "= oddity": equals_oddity,
    "= number": equals_number, "= list": equals_one_of, "!=": differs_from,
    "!= list": differs_from_all, "^=": folded("^="), "*=": folded("*="), "$=": folded("$="),
    "/=": under, "element": element, "~=": expression, "number compared": size_compared, "number range": size_in_range,
    "seq": sequence, "action": action,
}
