"""What an object file gives away: which functions it defines, which it calls.

A submission may not define what the runtime defines or calls: then it would
not be the runtime that ran. Nor may it run code before main, or start other
processes; no exercise has a use for that.
"""

import dataclasses
import re

from grader import sandbox
from grader.result import Failure

# Sections with code, or pointers to it, that runs before or after main.
HOOK_SECTIONS = (".init_array", ".fini_array", ".preinit_array", ".ctors", ".dtors")

# Calls that stop the thread, and every task on it.
BLOCKING_CALLS = frozenset(
    "sleep usleep nanosleep clock_nanosleep thrd_sleep poll ppoll select pselect "
    "epoll_wait pause sigwait sigsuspend sigwaitinfo pthread_cond_wait sem_wait "
    "pthread_join wait waitpid accept accept4".split()
)

FORBIDDEN_CALLS = frozenset(
    "fork vfork _Fork clone posix_spawn posix_spawnp system popen daemon execl "
    "execlp execle execv execvp execve execvpe fexecve ptrace syscall dlopen dlsym "
    "setrlimit prlimit prctl unshare setns process_vm_writev".split()
)

# Beside those that the runtime calls.
C_LIBRARY = frozenset(
    "printf fprintf vprintf puts putchar fputs fputc fwrite fflush write read close "
    "malloc calloc realloc free exit _exit abort memcpy memset memmove strlen strcmp "
    "clock_gettime gettimeofday time nanosleep sleep signal sigaction recv send "
    "accept listen bind socket epoll_wait epoll_ctl".split()
)

FORBIDDEN_WORDS = re.compile(rb"\b(asm|__asm|__asm__|__builtin_apply)\b")
INCLUDE = re.compile(rb'^\s*#\s*include\s*["<]([^">\n]*)[">]', re.MULTILINE)
COMMENT_OR_STRING = re.compile(
    rb"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL
)


@dataclasses.dataclass(frozen=True)
class Symbols:
    defines: frozenset  # functions and variables, also static ones
    exports: frozenset  # those that others see
    calls: frozenset  # what it takes from others
    has_hooks: bool


def _read_nm(output):
    defines, exports, calls, hooks = set(), set(), set(), False
    for line in output.splitlines():
        name, _, kind = line.partition(" ")
        kind = kind[:1]
        if kind in ("U", "w", "v"):
            calls.add(name)
        elif kind:
            defines.add(name)
            hooks = hooks or kind == "i"
            if kind.isupper():
                exports.add(name)
    return defines, exports, calls, hooks


def look(path, folder):
    """Looks at an object file or a library in folder."""
    # All of it: a name that is cut off is a name that may be defined.
    output = sandbox.run_tool(["nm", "-P", path.name], folder, most=None)[1]
    defines, exports, calls, hooks = _read_nm(output)
    command = ["readelf", "-SW", path.name]
    sections = sandbox.run_tool(command, folder, most=None)[1]
    hooks = hooks or any(name in sections for name in HOOK_SECTIONS)
    return Symbols(frozenset(defines), frozenset(exports), frozenset(calls), hooks)


def _forbidden(message):
    return Failure("forbidden", message)


def judge_text(text):
    """What is wrong with the source itself; None if nothing."""
    for path in INCLUDE.findall(text):
        name = path.decode("utf-8", "replace")
        if name.endswith(".c") or name.startswith("/") or ".." in name:
            return _forbidden(f'#include "{name}": headers only, and of no path')
    found = FORBIDDEN_WORDS.search(COMMENT_OR_STRING.sub(b" ", text))
    if found:
        return _forbidden(f"{found[1].decode()}: no exercise needs assembler")
    return None


def _judge_names(found, library):
    runtime = look(library, library.parent)
    owned = runtime.exports | runtime.calls | C_LIBRARY
    taken = (found.exports & owned) - {"main"}
    if taken:
        name = sorted(taken)[0]
        owner = "the runtime" if name in runtime.exports else "the C library"
        return _forbidden(f"it defines {name}, which is a function of {owner}")
    if found.has_hooks:
        return _forbidden("it has code that runs before main or after it")
    called = found.calls & FORBIDDEN_CALLS
    if called:
        return _forbidden(f"it calls {sorted(called)[0]}, which no exercise needs")
    return None


def judge(found, text, functions, library):
    """What is wrong with an object file from this source; None if nothing."""
    failure = _judge_names(found, library)
    if failure:
        return failure
    for name in functions:
        if name not in found.defines and not re.search(
            rb"\b%b\b" % name.encode(), text
        ):
            return Failure("not-implemented", f"there is no function named {name}")
    if not any(name.startswith("rt_") for name in found.calls):
        return Failure(
            "not-implemented",
            "it doesn't use the runtime: no function whose name begins with rt_ "
            "is called",
        )
    return None
