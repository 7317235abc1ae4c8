"""make reference: writes what the headers say as one page of Markdown."""

import sys
from pathlib import Path

import headers

TITLE = """# Reference

What `#include <polliwog/rt.h>` brings, header by header, in the order in which
they build on each other. Made from the headers by `make reference`.
"""


def anchor(title):
    """As GitHub makes them."""
    return "".join(c for c in title.lower() if c.isalnum() or c in "_- ").replace(
        " ", "-"
    )


def prose(comment):
    """The text of a comment; indented lines are code."""
    for mark in "<*":
        comment = comment.replace(mark, "\\" + mark)
    lines, in_code = [], False
    for line in comment.splitlines():
        is_code = line.startswith("    ") or (in_code and not line)
        if is_code and not in_code:
            lines += ["", "```c"]
        elif in_code and not is_code:
            lines += ["```", ""]
        in_code = is_code
        if is_code:
            line = line[4:].replace("\\<", "<").replace("\\*", "*")
        lines.append(line)
    return "\n".join(lines + ["```"] * in_code)


def names_of(group):
    """In their order, each once: a struct and a function may share a name."""
    return ", ".join(f"`{name}`" for name in dict.fromkeys(i.name for i in group.items))


def write_group(group):
    code = "\n".join(item.code for item in group.items)
    yield f"#### {names_of(group)}\n"
    yield f"```c\n{code}\n```\n"
    if group.comment:
        yield prose(group.comment) + "\n"


def write_header(header):
    yield f"## {header.path}\n"
    yield prose(header.opening) + "\n"
    section = ""
    for group in header.groups:
        if group.section != section:
            section = group.section
            yield f"### {section.capitalize()}\n"
        yield from write_group(group)


def write(opening, found):
    """opening: of the header that includes them all."""
    yield TITLE
    yield prose(opening) + "\n"
    yield "\n".join(f"- [{h.path}](#{anchor(h.path)})" for h in found) + "\n"
    for header in found:
        yield from write_header(header)


def main(path):
    found = [headers.read(name) for name in headers.public_headers()]
    opening = found[-1].opening
    found = [header for header in found if header.groups]
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text("\n".join(write(opening, found)))
    count = sum(i.kind == "function" for h in found for g in h.groups for i in g.items)
    print(f"{path}: {count} functions in {len(found)} headers")


if __name__ == "__main__":
    main(*sys.argv[1:])
