"""What every chapter must have, and the headings that others point at."""

import re

import links

LONGEST_PROGRAM = 60  # lines

# Every chapter ends with these, in this order.
LAST_SECTIONS = ["Try it", "Check yourself", "Where next"]


def check_chapter(chapter):
    """None, or what the chapter lacks."""
    text = chapter.read_text()
    titles = links.headings(text)
    if titles[-3:] != LAST_SECTIONS:
        return f"{chapter.name}: does not end with {', '.join(LAST_SECTIONS)}"
    if text.count("\n```c\n") != text.count("<!-- listing"):
        return f"{chapter.name}: shows code that no program contains"
    answers = text.count("<details>")
    if not 3 <= answers <= 5:
        return f"{chapter.name}: {answers} questions to check oneself, not 3 to 5"
    return None


def promised(root):
    """The sections that the grader sends students to: (root, file, heading)."""
    wanted = []
    for declared in sorted((root / "grader" / "exercises").glob("*.toml")):
        wanted += re.findall(
            r'^chapter = "(.*)"\nsection = "(.*)"$', declared.read_text(), re.M
        )
    return [(root, chapter, title) for chapter, title in sorted(set(wanted))]


def check_heading(wanted):
    """None, or the section that is missing."""
    root, name, title = wanted
    chapter = root / name
    if chapter.exists() and title in links.headings(chapter.read_text()):
        return None
    return f"the grader sends students to '{title}' in {name}: there is none"
