"""Exit status 0 if every module named can be found; "a|b" means a or else b."""

import importlib.util
import sys


def is_there(names):
    return any(importlib.util.find_spec(name) for name in names.split("|"))


sys.exit(0 if all(map(is_there, sys.argv[1:])) else 1)
