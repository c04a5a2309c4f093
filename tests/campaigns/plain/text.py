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
# What is invisible: Default_Ignorable_Code_Point, which `unicodedata` does not tell, and U+0640.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
# How the names of the marks begin that are accents. `unicodedata` does not tell scripts.
ACCENT_NAMES = ("COMBINING ", "ARABIC ", "HEBREW ", "SYRIAC ", "CYRILLIC ")
LETTER_MARK_NAMES = ("COMBINING GLAGOLITIC", "COMBINING OLD PERMIC", "COMBINING KATAKANA")
BREVE = "\u0306"
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
    visible = INVISIBLE.sub("", folded)
    kept = (
        letter for before, letter in zip(" " + visible, visible)
        if not _is_accent(letter) or letter == BREVE and before in "иу"
    )
    return unicodedata.normalize("NFC", "".join(kept).translate(LETTERS))


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
    return enclosed or kind in ("Cn", "Co", "Cs")


@functools.cache
def _is_accent(letter):
    name = unicodedata.name(letter, "")
    is_mark = unicodedata.category(letter) == "Mn"
    return is_mark and name.startswith(ACCENT_NAMES) and not name.startswith(LETTER_MARK_NAMES)


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
    return kind[0] in "LM" or kind in ("Nd", "Nl", "No")


@functools.cache
def _is_single(letter):
    return unicodedata.name(letter, "").startswith(SINGLE_NAMES)
