#!/usr/bin/env python3
"""Prints the measures of the source tree: rooms, imports, circles, lengths, names, comments.

    tests/campaigns/house.py [FOLDER] [--json]

FOLDER is a checkout, this one by default. Only text is read, so that any commit can be measured:

    git worktree add ../before COMMIT && tests/campaigns/house.py ../before

A *room* is a file or a folder right below a folder of `src` (`mod.rs` is one, tests are none), or a
file right below `src`. An *import* is a path to another file in shipped code, `use` or inline;
tests, comments and `mod name;` are left out. Two files are in a *circle* if each reaches the other
by imports. Circles are counted in two ways:

- strict: a path is an import of the last module on it, and a re-export is an import of what it
  names. This is what `tests/tidy` checks.
- re-exports followed: a path leads through re-exports to the file that defines the item, and a
  re-export is no import.

An import between folders *runs up* if it breaks the order of layers below. Within a folder it runs
up against the order of rooms that leaves the fewest such imports, as far as a search finds it.
"""

import argparse
import collections
import json
import pathlib
import re
import sys

FILE_LINES = 300
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
# From low to high, the folders of every commit that is measured.
LAYERS = [
    ["error", "limits", "planted"],
    ["io", "json", "text"],
    ["event"],
    ["profile"],
    ["log", "segment"],
    ["tail"],
    ["store"],
    ["query"],
    ["import", "export", "testing"],
    ["serve", "lake"],
    ["cli"],
    ["main", "lib"],
]
TYPES = {"struct", "enum", "trait", "type"}
TOKEN = re.compile(
    r"""
    (?P<comment>//[^\n]*|/\*)
  | (?P<text>b?c?r(?P<hashes>\#*)"(?:.|\n)*?"(?P=hashes)|[bc]?"(?:[^"\\]|\\.|\\\n)*"
      |b?'(?:[^'\\\n]|\\(?:u\{[^}]*\}|x..|.))')
  | (?P<lifetime>'\w+)
  | (?P<word>(?:r\#)?[^\W\d]\w*)
  | (?P<number>\d\w*)
  | (?P<sign>::|\S)
    """,
    re.VERBOSE,
)
Token = collections.namedtuple("Token", "kind text line end")
Path = collections.namedtuple("Path", "line inside segments gives is_use is_export")
CLOSES = {"(": ")", "[": "]", "{": "}"}


def tokens_of(text):
    """The tokens of a file, comments and the inside of literals left out."""
    tokens, at, line, counted = [], 0, 1, 0
    while match := TOKEN.search(text, at):
        line += text.count("\n", counted, match.start())
        counted, at = match.start(), match.end()
        if match.lastgroup == "comment" or match["comment"]:
            if match["comment"] == "/*":
                at = end_of_comment(text, match.start())
            continue
        kind = next(kind for kind in ("text", "lifetime", "word", "number", "sign") if match[kind])
        word = match[kind].removeprefix("r#") if kind == "word" else match[kind]
        end = line + match[0].count("\n")
        tokens.append(Token(kind, "" if kind == "text" else word, line, end))
    return tokens


def end_of_comment(text, at):
    depth = 0
    for match in re.compile(r"/\*|\*/").finditer(text, at):
        depth += 1 if match[0] == "/*" else -1
        if depth == 0:
            return match.end()
    return len(text)


class File:
    """What is measured in a file: the paths that it names, its types, functions and modules."""

    def __init__(self, name, text):
        self.name, self.text = name, text
        self.tokens = tokens_of(text)
        self.partner = self.partners()
        self.paths, self.types, self.functions = [], [], []
        self.modules, self.test_modules, self.test_lines = [], [], set()
        self.is_test = not name.startswith("src/") or "/tests/" in name or name.endswith("tests.rs")
        self.inside, self.in_test = [], False
        self.walk(0, len(self.tokens), True)

    def partners(self):
        """The index of the closing bracket of each that opens."""
        partner, open_ = {}, []
        for at, token in enumerate(self.tokens):
            if token.kind == "sign" and token.text in CLOSES:
                open_.append(at)
            elif token.kind == "sign" and token.text in CLOSES.values():
                if not open_ or CLOSES[self.tokens[open_[-1]].text] != token.text:
                    sys.exit(f"{self.name}:{token.line}: brackets do not match")
                partner[open_.pop()] = at
        if open_:
            sys.exit(f"{self.name}:{self.tokens[open_[-1]].line}: brackets do not match")
        return partner

    def sign(self, at):
        if at < len(self.tokens) and self.tokens[at].kind == "sign":
            return self.tokens[at].text
        return ""

    def word(self, at):
        if at < len(self.tokens) and self.tokens[at].kind == "word":
            return self.tokens[at].text
        return ""

    def walk(self, at, end, items):
        while at < end:
            at = self.step(at, end, items)

    def step(self, at, end, items):
        """Reads what begins at a token; returns where the next begins."""
        if inner := self.attribute_end(at):
            text = "".join(token.text for token in self.tokens[at:inner])
            if re.match(r"#\[cfg\((all\()?(test|doctest)\b", text):
                return self.test_element(at, inner, end, items)
            return inner
        if self.sign(at) in CLOSES:
            close = self.partner[at]
            self.walk(at + 1, close, False)
            return close + 1
        if self.sign(at) == "::":
            return self.path_end(at + 1)
        word, following = self.word(at), self.word(at + 1)
        if word == "use" and (following or self.sign(at + 1) == "::"):
            return self.use(at, end)
        if word == "pub" and self.sign(at + 1) == "(":
            if self.word(at + 2) in {"crate", "self", "super", "in"}:
                return self.partner[at + 1] + 1
        if word == "mod" and following:
            return self.module(at, following)
        if word == "fn" and following:
            self.function(at, end)
            return at + 2
        if word in TYPES and following and items and not self.in_test:
            self.types.append((following, self.tokens[at].line))
            return at + 2
        return self.path(at) if word else at + 1

    def attribute_end(self, at):
        brackets = at + 2 if self.sign(at + 1) == "!" else at + 1
        if self.sign(at) == "#" and self.sign(brackets) == "[":
            return self.partner[brackets] + 1
        return 0

    def test_element(self, start, at, end, items):
        stop = self.element_end(at, end)
        before, self.in_test = self.in_test, True
        self.walk(at, stop, items)
        self.in_test = before
        self.test_lines.update(range(self.tokens[start].line, self.tokens[stop - 1].line + 1))
        return stop

    def element_end(self, at, end):
        """The end of an item, a statement, a field or an arm."""
        while inner := self.attribute_end(at):
            at = inner
        if self.word(at) == "pub":
            at = self.partner[at + 1] + 1 if self.sign(at + 1) == "(" else at + 1
        functions = {"fn", "unsafe", "extern", "async"}
        head = self.word(at)
        is_value = head in {"use", "let", "static", "type"}
        is_value |= head == "const" and self.word(at + 1) not in functions
        is_item = is_value or head in functions or head in {
            "const", "impl", "struct", "enum", "trait", "mod", "macro_rules",
        }
        while at < end:
            sign = self.sign(at)
            if sign == ";" or (sign == "," and not is_item):
                return at + 1
            if sign in CLOSES:
                at = self.partner[at]
                if sign == "{" and not is_value:
                    return at + 1
            at += 1
        return end

    def module(self, at, name):
        if self.sign(at + 2) == "{":
            self.inside.append(name)
            self.walk(at + 3, self.partner[at + 2], True)
            self.inside.pop()
            return self.partner[at + 2] + 1
        (self.test_modules if self.in_test else self.modules).append(name)
        return at + 2

    def function(self, at, end):
        body = at
        while body < end and self.sign(body) not in {";", "{"}:
            body = self.partner.get(body, body) + 1
        if body < end and self.sign(body) == "{":
            line = self.tokens[at].line
            lines = self.tokens[self.partner[body]].line + 1 - line
            self.functions.append((self.word(at + 1), line, lines, self.in_test))

    def use(self, at, end):
        stop = at
        while stop < end and self.sign(stop) != ";":
            stop += 1
        is_export = at > 0 and (self.word(at - 1) == "pub" or self.sign(at - 1) == ")")
        if self.sign(at + 1) != "::":
            self.use_tree(at + 1, stop, [], is_export)
        return stop

    def use_tree(self, at, end, segments, is_export):
        """One of the paths of a `use`, which can end in a group of more."""
        if at >= end:
            return
        line, gives = self.tokens[at].line, None
        while at < end:
            word = self.word(at)
            if self.sign(at) == "{":
                start = at + 1
                while start < self.partner[at]:
                    stop = start
                    while self.sign(stop) != "," and stop < self.partner[at]:
                        stop = self.partner.get(stop, stop) + 1
                    self.use_tree(start, stop, list(segments), is_export)
                    start = stop + 1
                return
            if word == "as":
                gives = self.word(at + 1)
                break
            if word == "self" and segments:
                gives = segments[-1]
            elif word:
                segments.append(word)
                gives = word
            elif self.sign(at) == "*":
                gives = None
            at += 1
        self.name_path(Path(line, list(self.inside), segments, gives, True, is_export))

    def path_end(self, at):
        if not self.word(at):
            return at
        while self.sign(at + 1) == "::" and self.word(at + 2):
            at += 2
        return at + 1

    def path(self, at):
        end = self.path_end(at)
        if end - at > 1:
            segments = [self.word(part) for part in range(at, end, 2)]
            line = self.tokens[at].line
            self.name_path(Path(line, list(self.inside), segments, None, False, False))
        return end

    def name_path(self, path):
        if not self.in_test:
            self.paths.append(path)

    def lines(self):
        """Lines of shipped code, of its docs, and of tests."""
        code_lines = set()
        for token in self.tokens:
            code_lines.update(range(token.line, token.end + 1))
        shown = self.text.split("\n")
        docs = sum(
            number not in self.test_lines and line.lstrip().startswith(("///", "//!"))
            for number, line in enumerate(shown, 1)
        )
        blank = {number for number, line in enumerate(shown, 1) if not line.strip()}
        test = self.text.count("\n") if self.is_test else len(self.test_lines)
        return (0 if self.is_test else len(code_lines - blank - self.test_lines)), docs, test


class House:
    def __init__(self, root):
        manifest = (root / "Cargo.toml").read_text()
        self.library = re.search(r'^name = "(.*)"', manifest, re.MULTILINE)[1]
        self.files = {}
        for folder in ["src", "tests", "benches", "fuzz"]:
            for path in sorted((root / folder).rglob("*.rs")):
                name = path.relative_to(root).as_posix()
                if "target" not in path.relative_to(root).parts:
                    self.files[name] = File(name, path.read_text())
        main = self.files.get("src/main.rs")
        self.in_program = main.modules if main else []
        self.names = {name: self.module_of(name) for name in self.files if name[:4] == "src/"}
        self.modules = {module: name for name, module in self.names.items()}
        behind = {
            module + (child,)
            for module, name in self.modules.items()
            for child in self.files[name].test_modules
        }
        for module, name in self.modules.items():
            if any(module[:size] in behind for size in range(len(module) + 1)):
                self.files[name].is_test = True
        self.shipped = [name for name in self.names if not self.files[name].is_test]
        self.exports = {}
        self.exports = {module: self.exports_of(module) for module in self.modules}

    def module_of(self, name):
        name = name.removeprefix("src/").removesuffix(".rs").removesuffix("/mod")
        if name in {"lib", "main"}:
            return (name,)
        names = name.split("/")
        return ("main" if names[0] in self.in_program else "lib", *names)

    def exports_of(self, module):
        """The names that a module has from elsewhere: where each leads, `None` for other crates."""
        exports = {}
        for path in self.files[self.modules[module]].paths:
            if path.is_use and path.gives and not path.inside:
                resolved = self.resolve(module, path, {}, False)
                exports[path.gives] = resolved and (resolved[0], path.segments[resolved[1] :])
        return exports

    def resolve(self, module, path, in_scope, follow):
        """The last module on a path and the segments up to it; `None` outside of the crate."""
        at, taken, first = module + tuple(path.inside), 1, path.segments[0]
        if first == "crate":
            at = at[:1]
        elif first == "super":
            at = at[:-1]
            while path.segments[taken : taken + 1] == ["super"]:
                at, taken = at[:-1], taken + 1
        elif first == self.library and module[0] == "main":
            at = ("lib",)
        elif first in in_scope:
            at = in_scope[first]
        elif first != "self":
            at += (first,)
            if at not in self.modules:
                return None
        for segment in path.segments[taken:]:
            if at + (segment,) in self.modules:
                at, taken = at + (segment,), taken + 1
                continue
            exports = self.exports.get(at, {}) if follow or at == ("lib",) else {}
            if segment not in exports:
                break
            if exports[segment] is None:
                return None
            at, rest = self.follow(exports[segment]) if follow else exports[segment]
            if rest or at[-1] != segment:
                break
            taken += 1
        return at, taken

    def follow(self, export):
        """Goes on from a re-export while what it names is one itself."""
        at, rest = export
        for _ in range(9):
            further = self.exports.get(at, {}).get(rest[0]) if len(rest) == 1 else None
            if further is None:
                break
            at, rest = further
        return at, rest

    def imports(self, follow):
        """Who imports whom: a set of files for each file."""
        imports = {name: set() for name in self.shipped}
        for name in self.shipped:
            in_scope = {}
            paths = sorted(self.files[name].paths, key=lambda path: not path.is_use)
            for path in paths:
                resolved = self.resolve(self.names[name], path, in_scope, follow)
                if resolved is None:
                    continue
                module, taken = resolved
                if path.gives and taken == len(path.segments):
                    in_scope[path.gives] = module
                while module not in self.modules:
                    module = module[:-1]
                if follow and path.is_export:
                    continue
                if self.modules[module] in imports and self.modules[module] != name:
                    imports[name].add(self.modules[module])
        return imports


def circles_of(imports):
    """The groups of two or more that reach each other, largest first: Tarjan's algorithm."""
    number, low, stack, on_stack, groups = {}, {}, [], set(), []
    for root in imports:
        work = [(root, None)] if root not in number else []
        while work:
            at, rest = work.pop()
            if rest is None:
                number[at] = low[at] = len(number)
                stack.append(at)
                on_stack.add(at)
                rest = iter(sorted(imports.get(at, ())))
            for to in rest:
                if to not in number:
                    work += [(at, rest), (to, None)]
                    break
                if to in on_stack:
                    low[at] = min(low[at], low[to])
            else:
                if low[at] == number[at]:
                    group = set(stack[stack.index(at) :])
                    del stack[stack.index(at) :]
                    on_stack -= group
                    groups += [sorted(group)] if len(group) > 1 else []
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[at])
    return sorted(groups, key=lambda group: (-len(group), group))


def up_of(pairs):
    """The fewest of the pairs that run up in an order of all, as far as moves of one find it."""
    up = 0
    edges = collections.defaultdict(set)
    for one, other in pairs:
        edges[one].add(other)
    for group in circles_of(edges):
        inner = {(one, other) for one in group for other in edges[one] if other in group}
        order = list(group)

        def cost(order):
            place = {room: at for at, room in enumerate(order)}
            return sum(place[other] > place[one] for one, other in inner)

        best = cost(order)
        better = True
        while better:
            better = False
            for room in group:
                rest = [other for other in order if other != room]
                for at in range(len(group)):
                    tried = rest[:at] + [room] + rest[at:]
                    if cost(tried) < best:
                        order, best, better = tried, cost(tried), True
        up += best
    return up


def room_of(name):
    """The folder of `src` and the room in it."""
    parts = name.removeprefix("src/").removesuffix(".rs").split("/")
    return (parts[0], parts[1]) if len(parts) > 1 else ("", parts[0])


def layer_of(top):
    return next((at for at, layer in enumerate(LAYERS) if top in layer), len(LAYERS))


def siblings_of(house):
    """The files and folders of each folder below `src`, `mod.rs` and tests left out."""
    folders = collections.defaultdict(set)
    for name in house.names:
        parts = name.removesuffix(".rs").split("/")
        for at in range(2, len(parts)):
            if parts[at] != "mod" and not parts[at].endswith("tests"):
                folders["/".join(parts[:at])].add(parts[at])
    return {folder: len(names) for folder, names in folders.items()}


def folders_of(house, imports):
    """For each folder of `src`: its rooms, the pairs of them that import, and those that run up."""
    rooms, pairs = collections.defaultdict(set), collections.defaultdict(set)
    for name in house.shipped:
        folder, room = room_of(name)
        rooms[folder].add(room)
        for other in imports[name]:
            if room_of(other)[0] == folder and room_of(other) != (folder, room):
                pairs[folder].add((room, room_of(other)[1]))
    return {
        folder: {
            "rooms": len(rooms[folder]),
            "imports": len(pairs[folder]),
            "up": up_of(pairs[folder]),
        }
        for folder in sorted(rooms)
        if folder
    }


def homonyms_of(house, key):
    meanings = collections.defaultdict(set)
    for name in house.shipped:
        for type_, _ in house.files[name].types:
            meanings[key(name), type_].add(name)
    homonyms = {name: len(files) for name, files in sorted(meanings.items()) if len(files) > 1}
    return {"/".join(filter(None, name)): count for name, count in homonyms.items()}


def measures_of(house):
    imports = house.imports(follow=False)
    circles = circles_of(imports)
    followed = circles_of(house.imports(follow=True))
    folders = folders_of(house, imports)
    tops = {
        (room_of(name)[0] or room_of(name)[1], room_of(other)[0] or room_of(other)[1])
        for name in house.shipped
        for other in imports[name]
    }
    tops = {(one, other) for one, other in tops if one != other}
    siblings = siblings_of(house)
    crowded = max(siblings, key=lambda folder: (siblings[folder], folder))
    length = {name: file.text.count("\n") for name, file in house.files.items()}
    functions = [
        (lines, in_test or file.is_test)
        for file in house.files.values()
        for _, _, lines, in_test in file.functions
    ]
    lines = {name: file.lines() for name, file in house.files.items()}
    code = sum(lines[name][0] for name in house.shipped)
    docs = sum(lines[name][1] for name in house.shipped)
    types = {type_ for name in house.shipped for type_, _ in house.files[name].types}
    in_src = homonyms_of(house, lambda name: "")
    in_layer = homonyms_of(house, lambda name: room_of(name)[0])
    tests = [name for name in lines if name.startswith(("src/", "tests/"))]
    shipped = [lines for lines, in_test in functions if not in_test]
    return {
        "files shipped": len(house.shipped),
        "rooms": sum(folder["rooms"] for folder in folders.values())
        + len({name for name in house.shipped if not room_of(name)[0]}),
        "imports between files": sum(map(len, imports.values())),
        "imports between folders (pairs)": len(tops),
        "imports between rooms of a folder (pairs)": sum(
            folder["imports"] for folder in folders.values()
        ),
        "imports up, between folders": sum(layer_of(other) >= layer_of(one) for one, other in tops),
        "imports up, between rooms of a folder": sum(folder["up"] for folder in folders.values()),
        "files in circles, strict": sum(map(len, circles)),
        "largest circle, strict": max(map(len, circles), default=0),
        "files in circles, re-exports followed": sum(map(len, followed)),
        "largest circle, re-exports followed": max(map(len, followed), default=0),
        f"shipped files over {FILE_LINES} lines": sum(
            length[name] > FILE_LINES for name in house.shipped
        ),
        f"files over {FILE_LINES_MAX} lines, tests included": sum(
            lines > FILE_LINES_MAX for lines in length.values()
        ),
        "longest shipped file": max(length[name] for name in house.shipped),
        "most siblings in a folder": siblings[crowded],
        "folder with the most siblings": crowded,
        "type names": len(types),
        "type names of two or more meanings, in src": len(in_src),
        "type names of two or more meanings, in a layer": len(in_layer),
        "functions shipped": len(shipped),
        f"functions over {FUNCTION_LINES_MAX} lines, tests included": sum(
            lines > FUNCTION_LINES_MAX for lines, _ in functions
        ),
        "longest shipped function": max(shipped),
        "doc lines per code line": round(docs / code, 3),
        "code lines shipped": code,
        "test lines in src and tests": sum(lines[name][2] for name in tests),
        "folders": folders,
        "circles": {"strict": circles, "re-exports followed": followed},
        "homonyms": {"in src": in_src, "in a layer": in_layer},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--json", action="store_true", help="all of it, with circles and names")
    arguments = parser.parse_args()
    here = pathlib.Path(__file__).resolve().parents[2]
    measures = measures_of(House(arguments.folder or here))
    if arguments.json:
        print(json.dumps(measures, indent=2))
        return
    plain = {name: value for name, value in measures.items() if not isinstance(value, dict)}
    for name, value in plain.items():
        print(f"{name:<48} {value:>12}")
    print(f"\n{'folder':<12} {'rooms':>6} {'imports between':>16} {'up':>4}")
    for name, folder in measures["folders"].items():
        print(f"{name:<12} {folder['rooms']:>6} {folder['imports']:>16} {folder['up']:>4}")


if __name__ == "__main__":
    main()
