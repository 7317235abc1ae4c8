"""What an exercise asks for: grader/exercises/exN.toml."""

import dataclasses
from pathlib import Path

try:
    import tomllib
except ImportError:  # Python before 3.11
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(__file__).resolve().parent / "exercises"


@dataclasses.dataclass(frozen=True)
class Check:
    name: str
    title: str
    by: str  # build, unit, sanitizers or blackbox
    points: int
    needs: tuple = ()
    seeds: int = 1
    hostile: str | None = None


@dataclasses.dataclass(frozen=True)
class Exercise:
    number: int
    name: str
    title: str
    chapter: str
    functions: tuple  # names that a solution must have
    never_ends: bool  # a server without a shutdown
    checks: tuple
    diagnoses: dict  # diagnosis -> what it means, and where to read

    @property
    def file(self):
        return ROOT / "exercises" / f"ex{self.number}_{self.name}.c"


def read_toml(path):
    return tomllib.loads(path.read_text(encoding="utf-8"))


def load(number):
    """The exercise, or None when there is none with this number."""
    path = FOLDER / f"ex{number}.toml"
    if not path.exists():
        return None
    about = read_toml(path)
    diagnoses = read_toml(FOLDER / "diagnoses.toml")
    for name, override in about.get("diagnoses", {}).items():
        diagnoses[name] = diagnoses.get(name, {}) | override
    checks = []
    for check in about["checks"]:
        check["needs"] = tuple(check.get("needs", ()))
        checks.append(Check(**check))
    return Exercise(
        number=about["number"],
        name=about["name"],
        title=about["title"],
        chapter=about["chapter"],
        functions=tuple(about.get("functions", ())),
        never_ends=about.get("never_ends", False),
        checks=tuple(checks),
        diagnoses=diagnoses,
    )
