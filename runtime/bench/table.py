"""The table that the reader sees."""

import os
import shutil
import sys

from rows import MISSED, OK, SLOWER

COLOURS = {OK: "32", MISSED: "33", SLOWER: "31"}
WIDE = 90  # columns; in less, the spread is left out


def is_terminal():
    return sys.stdout.isatty()


def paint(text, colour):
    if is_terminal() and colour and not os.environ.get("NO_COLOR"):
        return f"\033[{colour}m{text}\033[0m"
    return text


def progress(text):
    """Replaces the line above it; only on a terminal."""
    if is_terminal():
        print(f"\r\033[K{text}", end="", flush=True)


def number(value):
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}"


def ratio(value):
    return "-" if value is None else f"{value:.2f}"


def line(cells, is_wide):
    name, mode, ours, theirs, factor, spread, target = cells
    spread = f" {spread:>12}" if is_wide else ""
    return (
        f"{name:<21} {mode:<2} {ours:>7} {theirs:>7} {factor:>5}{spread} {target:>10}  "
    )


def line_of(result, is_wide):
    low_high = result.spread
    cells = (
        result.row.title,
        result.mode,
        number(result.median(result.ours)),
        number(result.median(result.theirs)),
        ratio(result.ratio),
        "[{:.2f}..{:.2f}]".format(*low_high) if low_high else "-",
        result.row.target(result.mode),
    )
    return line(cells, is_wide) + paint(result.mark, COLOURS.get(result.mark))


def summary(results):
    marks = [result.mark for result in results]
    compared = [result for result in results if result.ratio is not None]
    not_slower = len(compared) - marks.count(SLOWER)
    return (
        f"{not_slower} of {len(compared)} not slower than Tokio, "
        f"{marks.count(OK)} at their target"
    )


def floor_lines(results):
    for result in results:
        if result.floor and result.mode == "ct":
            value = number(result.median(result.floor))
            yield f"  the epoll floor of {result.row.title}: {value}"


def show(results, tokio, rounds):
    is_wide = not is_terminal() or shutil.get_terminal_size().columns >= WIDE
    progress("")
    print(f"Polliwog beside {tokio or 'nothing: Tokio is not here'}")
    print(f"medians of {rounds} rounds; ns an operation, or as the row says\n")
    heads = ("", "", "ours", "theirs", "ratio", "[rounds]", "target")
    print(line(heads, is_wide).rstrip())
    for result in results:
        print(line_of(result, is_wide))
    print()
    for text in floor_lines(results):
        print(text)
    print("  ct: one thread; mt: two workers; a ratio below 1: we are better\n")
    print(summary(results))
