"""The table of the grader's diagnoses, for the page for instructors."""

import re

import links

ENTRY = re.compile(r"^\[([a-z-]+)\]\n((?:[a-z]+ = .*\n)+)", re.M)


def table(path, root):
    """A Markdown table: the word, what it means, where the book explains it."""
    rows = ["| diagnosis | what it means | section |", "|---|---|---|"]
    for word, body in ENTRY.findall(path.read_text()):
        fields = dict(re.findall(r'^([a-z]+) = "(.*)"$', body, re.M))
        rows.append(f"| `{word}` | {fields['says']} | {_section(fields, root)} |")
    return "\n".join(rows) + "\n"


def _section(fields, root):
    if "section" not in fields:
        return ""
    title = links.headings((root / fields["chapter"]).read_text())[0]
    place = f"{fields['chapter']}#{links.anchor(fields['section'])}"
    return f"[{title.split(':')[0]}, \"{fields['section']}\"]({place})"
