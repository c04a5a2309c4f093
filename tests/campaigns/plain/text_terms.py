"""Random terms of words: in any value, in a field, and in a group of a field.

A *shape* is a function of a draw and a text that gives what is written and its test, or nothing
where the text does not lend itself.
"""

from . import spelling, text
from .draw import TERM, Condition
from .meaning import HasWords, Near, rows

WORD_LETTERS_MAX = 32


def word(draw, value):
    chosen = draw.pick(text.words(value) or [""])
    return (chosen, HasWords(chosen)) if spelling.is_token(chosen) else None


def disguised_word(draw, value):
    chosen = spelling.disguised(draw, draw.pick(text.words(value) or [""]))
    return (chosen, HasWords(chosen)) if spelling.is_token(chosen) else None


def token(draw, value):
    """What stands between white space, which is a phrase if it has several words."""
    tokens = [each for each in value.split() if spelling.is_token(each)]
    several = [each for each in tokens if len(text.words(each)) > 1]
    chosen = draw.pick(several or tokens or [""])
    return (chosen, HasWords(chosen)) if chosen else None


def phrase(draw, value):
    chosen = _stretch(draw, value)
    return (spelling.quoted(draw, chosen), HasWords(chosen)) if chosen else None


def prefix(draw, value):
    """A token that ends within a word, or behind a separator, and `*`."""
    tokens = [each for each in value.split() if spelling.is_token(each)]
    chosen = draw.pick(tokens or [""])
    chosen = chosen[:draw.chance.randint(2, max(2, len(chosen)))]
    if not spelling.is_token(chosen):
        return None
    return f"{chosen}*", HasWords(chosen, is_prefix=True)


def phrase_prefix(draw, value):
    chosen = _stretch(draw, value)
    chosen = chosen and chosen[:-draw.chance.randint(1, 3)]
    if not chosen or not text.words(chosen):
        return None
    return spelling.quoted(draw, chosen, is_prefix=True), HasWords(chosen, is_prefix=True)


def near_1(draw, value):
    return _near(draw, value, 1)


def near_2(draw, value):
    return _near(draw, value, 2)


SHAPES = [word, disguised_word, token, phrase, prefix, phrase_prefix, near_1, near_2]
CHEAP_SHAPES = SHAPES[:-2]


def in_any_value(shape):
    """The kind of terms that look for a shape everywhere."""
    def kind(draw):
        shaped = shape(draw, draw.value()[1])
        return shaped and _condition(draw, None, *shaped)
    return kind


def in_field(shape):
    """The kind of terms that look for a shape under a path."""
    def kind(draw):
        keys, value = draw.value()
        shaped = shape(draw, value)
        return shaped and _condition(draw, keys, draw.path(keys) + ":" + shaped[0], shaped[1])
    return kind


def everything(draw):
    every = range(draw.events.count)
    return Condition("*", TERM, lambda: set(every), ("*",))


def text_leaf(draw, keys, value):
    """A text without its field, to stand in a group of the field."""
    shaped = draw.pick(CHEAP_SHAPES)(draw, value)
    return shaped and _condition(draw, keys, *shaped)


def _condition(draw, keys, written, test):
    columns = draw.events.under(keys)
    return Condition(written, TERM, lambda: rows(columns, test), ())


def _stretch(draw, value):
    """Some characters of a value from the beginning of a piece to the end of one."""
    pieces = value.split(" ")
    first = draw.chance.randrange(len(pieces))
    chosen = " ".join(pieces[first:first + draw.chance.randint(2, 5)])
    return chosen if text.words(chosen) else None


def _near(draw, value, distance):
    letters = [
        each for each in text.words(value)
        if 4 <= len(each) < WORD_LETTERS_MAX - 2 and each.isascii() and not text.has_number(each)
    ]
    if not letters:
        return None
    edits = draw.chance.randint(0, distance + 1)
    chosen = spelling.misspelled(draw, draw.pick(letters), edits)
    return f"{chosen}~{distance}", Near(chosen, distance)
