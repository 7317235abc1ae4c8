"""Which files there are to lint and to format, and how the C is compiled."""

from pathlib import Path

from grader.front.course import ROOT

# Each folder's own flags. The students' answers in grader/corpus/ are not
# here: many of them are wrong on purpose. The stubs are those of exercises/.
C_FOLDERS = {
    "runtime": ["-Iruntime"],
    "visualizer": ["-D_GNU_SOURCE", "-Iruntime", "-Ivisualizer"],
    "grader/unit": ["-D_GNU_SOURCE", "-Iruntime", "-Igrader"],
    "exercises": ["-Iruntime"],
    "solutions": ["-Iruntime"],
    "chapters/code": ["-Iruntime", "-Wno-maybe-uninitialized"],
}
# Here code may be unfinished or wrong, because that is what it shows.
LENIENT = ("exercises", "chapters/code")
SCRIPT_FOLDERS = ("grader", "visualizer", "chapters", ".ci", "runtime")
PROSE = ("*.md", "chapters/*.md", "*/README.md", "grader/exercises/*.toml")


def c_files(*suffixes, lenient=True):
    """(file, flags) of every C file with one of these suffixes."""
    found = []
    for folder, flags in C_FOLDERS.items():
        if folder in LENIENT and not lenient:
            continue
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes:
                found.append((str(path.relative_to(ROOT)), flags))
    return found


def scripts(suffix):
    found = []
    for folder in SCRIPT_FOLDERS:
        for path in sorted((ROOT / folder).rglob(f"*{suffix}")):
            if "corpus" not in path.parts:
                found.append(str(path.relative_to(ROOT)))
    return found


def is_shell(path):
    try:
        with open(path, "rb") as file:
            first = file.readline(80)
    except OSError:
        return False
    return first.startswith(b"#!") and first.rstrip().endswith((b"/sh", b"bash"))


def shell_scripts():
    """All files that begin as a shell script does, whatever their name."""
    return [
        path
        for path in scripts("")
        if (ROOT / path).is_file() and is_shell(ROOT / path)
    ]


def prose():
    return [str(p.relative_to(ROOT)) for glob in PROSE for p in ROOT.glob(glob)]


def read(path):
    return Path(ROOT / path).read_text(errors="replace")
