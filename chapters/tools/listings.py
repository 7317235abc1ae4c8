"""Cuts listings out of C files.

A listing is named either by a pair of markers in the file,

    // listing: serve
    ...
    // end

or by what it defines: a function, a macro, a struct or an enum.
"""

import re


class NoSuchListing(Exception):
    """The file has no such listing."""


def cut(path, name):
    """The lines of the listing, without markers and outer blank lines."""
    lines = path.read_text().splitlines()
    for find in (_by_marker, _by_definition):
        found = find(lines, name)
        if found:
            return "\n".join(found).strip("\n")
    raise NoSuchListing(f"{path}: no listing '{name}'")


def _by_marker(lines, name):
    begin = f"// listing: {name}"
    if begin not in lines:
        return None
    start = lines.index(begin) + 1
    stop = lines.index("// end", start)
    return lines[start:stop]


def _by_definition(lines, name):
    word = re.escape(name)
    starts = [
        rf"#define {word}\b",
        rf"(struct|enum) {word} {{",
        rf"([a-z].*\b)?{word}\([^;]*$",
    ]
    for number, line in enumerate(lines):
        if any(re.match(start, line) for start in starts):
            definition = _rest_of_definition(lines, number)
            if definition:
                return definition
    return None


def _rest_of_definition(lines, start):
    """A macro ends where no backslash goes on, all else at a brace."""
    is_macro = lines[start].startswith("#define")
    first = _return_type(lines, start)
    for stop, line in enumerate(lines[start:], start + 1):
        if is_macro and not line.endswith("\\"):
            return lines[start:stop]
        if line.startswith("}"):
            return lines[first:stop]
        if line.endswith(");") and "{" not in "".join(lines[start:stop]):
            return None  # a prototype
    return None


def _return_type(lines, start):
    """A return type on a line of its own belongs to the function."""
    before = lines[start - 1] if start else ""
    is_type = re.match(r"[a-z][\w *]*$|__attribute__.*[^;]$", before)
    return start - 1 if is_type else start
