"""Reads the public headers: rt.h, and all that it includes.

A header is a comment, and then groups. A group is a comment with the lines
right below it, up to the next empty line or comment: declarations that share
one contract. It needs no parser of C, since the headers have one style.
"""

import dataclasses
import re
from pathlib import Path

RUNTIME = Path(__file__).resolve().parents[1]
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
SECTION = re.compile(r"/\* -{4} (.*) -{4} \*/")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
NAME = re.compile(r"\b(rt_\w+)\(")
TYPE = re.compile(r"(struct|enum) (\w+) \{")


@dataclasses.dataclass
class Item:
    kind: str  # function, macro or type
    name: str
    code: str  # as a reader is to see it: of functions no body


@dataclasses.dataclass
class Group:
    section: str  # the heading that it stands under; empty: none
    comment: str
    items: list


@dataclasses.dataclass
class Header:
    path: str  # in runtime/
    opening: str
    groups: list


def public_headers(start="rt.h"):
    """Their paths, each behind those that it includes."""
    found = []

    def visit(path):
        if path not in found and (RUNTIME / path).is_file():
            for name in INCLUDE.findall((RUNTIME / path).read_text()):
                visit(name)
            found.append(path)

    visit(start)
    return found


def text_of(comment):
    """A comment without its stars."""
    lines = comment[2:-2].rstrip().splitlines()
    return "\n".join(re.sub(r"^( \*)? ?", "", line).rstrip() for line in lines).strip()


def is_whole(code):
    """True when the lines taken so far are a comment, a macro, a declaration."""
    if code.startswith("/*"):
        return code.rstrip().endswith("*/")
    if code.startswith("#"):
        return not code.rstrip().endswith("\\")
    plain = COMMENT.sub("", code).rstrip()
    return plain.count("{") == plain.count("}") and plain[-1:] in (";", "}")


def chunks(text):
    """The top level of a header, piece by piece; empty lines as ""."""
    taken = ""
    for line in text.splitlines():
        taken = f"{taken}\n{line}" if taken else line
        if not taken.strip():
            yield ""
            taken = ""
        elif is_whole(taken):
            yield taken
            taken = ""


def item_of(code):
    """What is declared; None for what a reader needn't see."""
    if match := re.match(r"#define (RT_\w+)(\([^)]*\))?(.*)", code):
        name, arguments, rest = match[1], match[2] or "", match[3]
        is_guard = name.endswith("_H") and not arguments
        value = "" if arguments or rest.endswith("\\") else rest
        return (
            None
            if is_guard
            else Item("macro", name, match[0][:8] + name + arguments + value)
        )
    plain = COMMENT.sub("", code)
    if code.startswith("#") or plain.startswith("static_assert"):
        return None
    if match := TYPE.match(plain):
        return Item("type", match[2], code)
    if plain.startswith(("typedef", "enum {")):
        names = re.findall(r"\b(?:rt_|RT_)\w+", plain)
        return Item("type", names[0], code)
    if match := NAME.search(plain):
        prototype = re.sub(r"\s*\{.*", ";", plain, flags=re.DOTALL)
        return Item("function", match[1], prototype)
    return None


def read(path):
    header = Header(path, "", [])
    section, comment, group = "", "", None
    for code in chunks((RUNTIME / path).read_text()):
        if match := SECTION.match(code):
            section, comment, group = match[1], "", None
        elif code.startswith("/*"):
            header.opening = header.opening or text_of(code)
            comment, group = text_of(code), None
        elif not code:
            comment, group = "", None
        elif item := item_of(code):
            if group is None:
                group = Group(section, comment, [])
                header.groups.append(group)
            group.items.append(item)
    return header


def without_contract(header):
    """The functions that no comment stands above."""
    return [
        item.name
        for group in header.groups
        for item in group.items
        if item.kind == "function" and not group.comment
    ]
