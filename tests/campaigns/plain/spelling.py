"""How queries are written: tokens, quotes, numbers, instants, and words in disguise."""

import re

from . import days, text

QUOTES = [("“", "”"), ("„", "“"), ("„", "”"), ("«", "»"), ("‹", "›")]
QUOTE_SIGNS = '"„“”«»‹›'
# With one of these a token that begins with no digit may be meant as a field.
FIELD_SIGNS = set(":=!^$~<>[")
OPERATOR = re.compile(r"(AND|OR|NOT)(\(|$)|(?i:IN)$")
OFFSETS = [0, 0, 0, 120, -330, 840, 345]
SHORT_NAMES = {"actor": "who", "occurred_at": "time"}


def is_value(piece):
    """Whether a bare value after `=`, `^=` and so on is read as it stands."""
    is_plain = piece and not re.search(r"[\s)\]]|\.\.", piece)
    return bool(is_plain) and piece[0] not in "(=<>" + QUOTE_SIGNS


def is_token(piece):
    """Whether a bare text is read as it stands, without `*` and `~`."""
    if not is_value(piece) or piece[0] in "-+" or set(piece) & set("*~"):
        return False
    if not ("0" <= piece[0] <= "9") and set(piece) & FIELD_SIGNS:
        return False
    return not OPERATOR.match(piece) and bool(text.words(piece))


def path(draw, keys, in_brackets=False):
    """A path, with short names and quoted keys now and then; none is short in brackets."""
    first = keys[0]
    if first in SHORT_NAMES and not in_brackets and draw.is_likely(0.5):
        first = SHORT_NAMES[first]
    rest = (f'."{key}"' if draw.is_likely(0.1) else f".{key}" for key in keys[1:])
    return first + "".join(rest)


def quoted(draw, string, is_prefix=False):
    """A string in quotes of some kind that gives it back."""
    others = [pair for pair in QUOTES if not set(string) & set(QUOTE_SIGNS)]
    opening, closing = '"', '"'
    if others and draw.is_likely(0.3):
        opening, closing = draw.pick(others)
    if opening == "«" and string.strip() != string:
        opening, closing = '"', '"'
    inside = _escaped(draw, string, closing) + ("*" if is_prefix else "")
    if opening == "«" and not is_prefix and draw.is_likely(0.5):
        space = draw.pick([" ", "\u00a0", "\u202f"])
        inside = f"{space}{inside}{space}"
    return f"{opening}{inside}{closing}"


def number(draw, digits):
    """A whole number, given as digits, in one of its spellings."""
    tenfold = f"{int(digits) * 10}e-1"
    return draw.pick([digits, digits, f"{digits}.0", f"{digits}e0", tenfold, f"{digits}.00E+0"])


def instant(draw, at, fraction=""):
    """An instant of whole seconds in one of its spellings, with fraction digits behind."""
    minutes = draw.pick(OFFSETS)
    local = days.EPOCH + (at + minutes * 60 * days.SECOND) * days.MICROSECOND
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    if not minutes:
        offset = draw.pick(["Z", "Z", "z", "+00:00"])
    return local.strftime("%Y-%m-%d") + draw.pick("TTt") + f"{local:%H:%M:%S}{fraction}{offset}"


def disguised(draw, word):
    """A word with other letters that fold to the same."""
    changes = [
        str.upper,
        str.title,
        lambda word: re.sub("[aeou]", lambda found: found[0] + "\u0301", word),
        lambda word: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word),
        lambda word: word.replace("fi", "ﬁ").replace("ss", "ß").replace("k", "\u212a"),
        lambda word: word.replace("oe", "œ").replace("o", "ø").replace("i", "ı"),
    ]
    return draw.pick(changes)(word)


def misspelled(draw, word, edits):
    """A word after so many insertions, deletions and substitutions of letters."""
    for _ in range(edits):
        at = draw.chance.randrange(len(word))
        letter = draw.pick("abcdefghijklmnopqrstuvwxyz")
        how = draw.pick(["insert", "delete", "substitute"])
        behind = word[at:] if how == "insert" else word[at + 1:]
        word = word[:at] + ("" if how == "delete" else letter) + behind
    return word


def _escaped(draw, string, closing):
    """A string with the backslashes that it needs, and some that it may have."""
    written = []
    for letter, following in zip(string, [*string[1:], ""]):
        if letter == "\\":
            needed = following in ("", closing, "\\", "*")
        else:
            needed = letter == closing or (letter == "*" and not following)
        allowed = letter in ("\\", "*") and draw.is_likely(0.5)
        written.append("\\" * (needed or allowed) + letter)
    return "".join(written)
