"""What every chapter must have, and the headings that others point at."""

import re

import links

LONGEST_PROGRAM = 60  # lines

# Every chapter ends with these, in this order.
LAST_SECTIONS = ["Try it", "Check yourself", "Where next"]

# The grader's diagnoses name these sections: (chapter, heading).
STABLE = [
    (1, "A thread stops at a read"),
    (3, "The contract"),
    (3, "A lost wakeup"),
    (3, "Busy polling"),
    (3, "After ready"),
    (4, "Locals do not survive"),
    (4, "A future does nothing until it is polled"),
    (5, "Never block"),
    (6, "Spawn is not join"),
    (6, "Spawn for concurrency"),
    (7, "Short writes"),
    (7, "One client at a time"),
    (7, "End of stream"),
    (7, "Close what you own"),
    (7, "Errors are results"),
    (8, "Each read starts anew"),
    (8, "Dropping is cancelling"),
    (9, "Stop accepting, then drain"),
    (9, "A bound on the drain"),
]


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
    """The headings that must exist: the stable ones, and those of the grader."""
    wanted = [(root, number, title) for number, title in STABLE]
    for declared in sorted((root / "grader").glob("exercises/*.toml")):
        pairs = re.findall(r"[Cc]hapter (\d+), '([^']+)'", declared.read_text())
        wanted += [(root, int(number), title) for number, title in pairs]
    return sorted(set(wanted))


def check_heading(wanted):
    """None, or the heading that is missing."""
    root, number, title = wanted
    for chapter in (root / "chapters").glob(f"{number:02}_*.md"):
        if title in links.headings(chapter.read_text()):
            return None
    return f"chapter {number} has no section '{title}', which others point at"
