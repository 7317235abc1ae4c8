"""The sandbox: what a compiler, or a submission, may see and do.

A command in the sandbox has its own user, process, network, ipc and mount
namespace. It sees /usr, the few paths that it is given, and an empty /tmp of
bounded size. When its first process ends, all end: nothing is left behind.
"""

import ctypes
import functools
import os
import resource
import shutil
import signal
import subprocess
import time

TMP_BYTES = 64 << 20
MEMORY = 1 << 30  # address space of a submission
COMPILE_SECONDS = 10
COMPILE_MEMORY = 2 << 30
OUTPUT_MOST = 1 << 16
REAP_SECONDS = 2

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h

RUN_INSIDE = "/run/judge"  # where a program finds the folder of its run
WORK_INSIDE = "/run/work"  # where a compiler works


def _system_folders():
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = f"/{name}"
        if os.path.islink(path):
            arguments += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            arguments += ["--ro-bind", path, path]
    for path in ("/etc/alternatives", "/etc/ld.so.cache"):
        arguments += ["--ro-bind-try", path, path]
    return arguments


@functools.lru_cache(maxsize=None)
def _base(shares_network):
    arguments = [
        shutil.which("bwrap") or "/usr/bin/bwrap",
        "--unshare-user",
        "--unshare-pid",
        "--unshare-ipc",
        "--unshare-uts",
        "--unshare-cgroup-try",
        "--die-with-parent",
        "--new-session",
        *_system_folders(),
        "--proc",
        "/proc",
        "--dev-bind",
        "/dev/null",
        "/dev/null",
        "--dev-bind",
        "/dev/urandom",
        "/dev/urandom",
        "--size",
        str(TMP_BYTES),
        "--tmpfs",
        "/tmp",
    ]
    return arguments + ([] if shares_network else ["--unshare-net"])


@functools.lru_cache(maxsize=None)
def is_available():
    """True if a sandbox can be made here; in some containers it can't."""
    try:
        done = subprocess.run(
            [*_base(False), "--", "/usr/bin/true"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def program_command(program, shares_network=False):
    """How to start a submission. "{run}" stands for the folder of the run."""
    if not is_available():
        return [str(program)]
    return [
        *_base(shares_network),
        *("--ro-bind", str(program), "/program"),
        *("--bind", "{run}", RUN_INSIDE),
        *("--chdir", RUN_INSIDE),
        *("--", "/program"),
    ]


def inside():
    """The folder of a run as the program sees it."""
    return RUN_INSIDE if is_available() else "{run}"


def _limit_tool():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for what, value in (
        (resource.RLIMIT_CPU, COMPILE_SECONDS),
        (resource.RLIMIT_AS, COMPILE_MEMORY),
        (resource.RLIMIT_FSIZE, TMP_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (value, value))


def run_tool(command, folder, readable=(), most=OUTPUT_MOST):
    """Runs a compiler or the like on untrusted files in folder, which is all
    that it can write to. Returns (status, output), of at most so many bytes
    (None: all); status is None when its time was over. Paths in the command are
    relative to the folder."""
    if is_available():
        command = [
            *_base(False),
            *(part for path in readable for part in ("--ro-bind", path, path)),
            *("--bind", str(folder), WORK_INSIDE),
            *("--chdir", WORK_INSIDE),
            "--",
            *command,
        ]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=_limit_tool,
        start_new_session=True,
    )
    try:
        output = process.communicate(timeout=COMPILE_SECONDS)[0]
    except subprocess.TimeoutExpired:
        kill(process)
        return None, ""
    except BaseException:
        kill(process)
        raise
    return process.returncode, output[:most].decode("utf-8", "replace")


def kill(process):
    """Ends a sandbox, or a session, with all that is in it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def adopt_orphans():
    """From now on the orphans of our children become our children, and not
    those of process 1, which in a container may never look after them."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _kill_children():
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        for pid in file.read().split():
            os.kill(int(pid), signal.SIGKILL)


def reap_orphans():
    """Ends what is left of our children, so that not even a zombie stays."""
    limit = time.monotonic() + REAP_SECONDS
    try:
        while time.monotonic() < limit:
            _kill_children()
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.002)
    except OSError:
        pass  # there is none left
