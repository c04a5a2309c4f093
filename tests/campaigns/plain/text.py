"""Folding and words, with the tables of Python's `unicodedata`.

Python's Unicode version is older than that of the program. `doubtful` names the characters for
which this module does not vouch: whoever compares answers makes sure that there are none.
"""

import functools
import re
import unicodedata

WORD_BYTES_MAX = 256

LETTERS = str.maketrans({
    "ø": "o", "œ": "oe", "æ": "ae", "ł": "l", "đ": "d", "ı": "i",
    "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u2212": "-",
    **{chr(dash): "-" for dash in range(0x2010, 0x2016)},
})
# Marks that stay when others are dropped and have the property Alphabetic, which `unicodedata`
# does not tell: those that real text was seen to hold.
ALPHABETIC_MARKS = {"\u093e"}
# How the names of the characters begin that are words by themselves.
SINGLE_NAMES = (
    "CJK UNIFIED IDEOGRAPH", "IDEOGRAPHIC ITERATION", "IDEOGRAPHIC NUMBER", "HIRAGANA",
    "KATAKANA", "THAI ", "LAO ", "KHMER ", "MYANMAR ",
)
ASCII_WORD = re.compile(r"[0-9a-z]+")


def fold(text):
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (letter for letter in folded if unicodedata.category(letter) != "Mn")
    return "".join(kept).translate(LETTERS)


def words(text):
    """The words of a text, folded, in order."""
    folded = fold(text)
    runs = ASCII_WORD.findall(folded) if folded.isascii() else _runs(folded)
    return [piece for run in runs for piece in _pieces(run)]


def word_line(text):
    """The words with one space around each, so that a phrase is a part of the line."""
    found = words(text)
    return f" {' '.join(found)} " if found else ""


def has_number(word):
    return any(unicodedata.category(letter)[0] == "N" for letter in word)


def distance(one, two):
    """How many insertions, deletions and substitutions of characters lead from one to the other."""
    above = list(range(len(two) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, other in enumerate(two, 1):
            changed = above[column - 1] + (letter != other)
            line.append(min(changed, above[column] + 1, line[-1] + 1))
        above = line
    return above[-1]


def doubtful(characters):
    """Those of the characters, folded, whose class may differ between versions of Unicode."""
    folded = {letter for character in characters for letter in fold(character)}
    return sorted(letter for letter in folded if _is_doubtful(letter))


def _is_doubtful(letter):
    kind = unicodedata.category(letter)
    # Letters in circles and squares are symbols with the property Alphabetic.
    enclosed = "\u24b6" <= letter <= "\u24e9" or "\U0001f130" <= letter <= "\U0001f189"
    unnamed = kind in ("Cn", "Co", "Cs", "Mc", "Me") and letter not in ALPHABETIC_MARKS
    return enclosed or unnamed


def _runs(folded):
    run = ""
    for letter in folded:
        if _is_word(letter) and not _is_single(letter):
            run += letter
            continue
        if run:
            yield run
        run = ""
        if _is_word(letter):
            yield letter
    if run:
        yield run


def _pieces(word):
    """A word cut into pieces of at most 256 bytes."""
    piece, length = "", 0
    for letter in word if len(word) * 4 > WORD_BYTES_MAX else ():
        width = len(letter.encode())
        if length + width > WORD_BYTES_MAX:
            yield piece
            piece, length = "", 0
        piece, length = piece + letter, length + width
    yield piece or word


@functools.cache
def _is_word(letter):
    kind = unicodedata.category(letter)
    return kind[0] == "L" or kind in ("Nd", "Nl", "No") or letter in ALPHABETIC_MARKS


@functools.cache
def _is_single(letter):
    return unicodedata.name(letter, "").startswith(SINGLE_NAMES)
