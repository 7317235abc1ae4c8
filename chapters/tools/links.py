"""Checks the links of a Markdown file, and knows its headings."""

import re


def headings(text):
    """The titles of all headings, without fenced code."""
    return re.findall(r"^#+ (.*)$", _without_code(text), re.M)


def anchor(title):
    """The anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def broken(path, text):
    """The links in text, a file at path, that lead nowhere."""
    targets = re.findall(r"\]\(([^)\s]+)\)", _without_code(text))
    return [target for target in targets if not _leads_somewhere(path, target)]


def _leads_somewhere(path, target):
    if re.match(r"[a-z]+:", target):
        return True
    name, _, place = target.partition("#")
    there = (path.parent / name) if name else path
    if not there.exists():
        return False
    if not place:
        return True
    return place in [anchor(title) for title in headings(there.read_text())]


def _without_code(text):
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", lambda match: match.group().replace("](", ""), text)
