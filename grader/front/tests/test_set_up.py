"""set-up.sh on machines that are not this one.

PATH holds links to a few real tools, and stand-ins for package managers that
write down how they are called. The Python and the compiler are missing, or
stand-ins that have everything.
"""

import os
import shutil

import pytest

REAL_TOOLS = "sh dirname awk grep sed tr cat id env cut head find".split()
MANAGERS = "apt-get apt-cache dnf pacman brew sudo".split()
RELEASES = {
    "debian": "ID=debian\n",
    "ubuntu": 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n',
    "mint": 'ID=linuxmint\nID_LIKE="ubuntu debian"\n',
    "fedora": "ID=fedora\n",
    "rocky": 'ID="rocky"\nID_LIKE="rhel centos fedora"\n',
    "arch": "ID=arch\n",
    "alpine": "ID=alpine\n",
}
COMMANDS = {
    "debian": "apt-get -q install -y --no-install-recommends gcc libc6-dev check",
    "ubuntu": "apt-get -q install -y --no-install-recommends gcc libc6-dev check",
    "mint": "apt-get -q install -y --no-install-recommends gcc libc6-dev check",
    "fedora": "dnf install -y gcc glibc-devel check-devel ncurses-devel",
    "rocky": "dnf install -y gcc glibc-devel check-devel ncurses-devel",
    "arch": "pacman -S --needed --noconfirm gcc glibc check ncurses",
}


class Machine:
    def __init__(self, course):
        self.course = course
        self.bin = course.path("bin")
        self.log = course.path("log")
        self.bin.mkdir()
        for tool in REAL_TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.add("uname", "echo Linux")
        for manager in MANAGERS:
            self.add(manager, f'echo "{manager} $*" >>"{self.log}"; {self.then()}')
        self.add("sudo", '[ "$1" = -n ] && shift; "$@"')

    def add(self, name, text):
        (self.bin / name).unlink(missing_ok=True)
        (self.bin / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.bin / name).chmod(0o755)

    def then(self):
        """A manager that installs makes all that is missing appear."""
        return f'case "$*" in *install*|*-S*) PATH={os.environ["PATH"]};' + (
            f' cp "{self.bin}"/../full/* "{self.bin}";; esac'
        )

    def fill(self):
        """What "cp full/*" brings: a compiler, a Python, and the commands."""
        full = self.course.path("full")
        full.mkdir()
        self.bin, kept = full, self.bin
        self.add("gcc", 'case "$1" in -print*) echo /lib/x;; esac; exit 0')
        self.add("python3", "exit 0")
        for command in "pkg-config bwrap nc".split():
            self.add(command, "exit 0")
        self.bin = kept

    def settings(self, system):
        release = self.course.path("os-release")
        release.write_text(RELEASES.get(system, ""))
        if system == "macos":
            self.add("uname", "echo Darwin")
        return {
            "PATH": str(self.bin),
            "POLLIWOG_OS_RELEASE": str(release),
            "POLLIWOG_PYTHON": "no-such-python",
            "POLLIWOG_CRATES": str(self.course.path("crates")),
        }

    def set_up(self, system, role="start", **more):
        settings = {**self.settings(system), **more}
        return self.course.run("grader/front/set-up.sh", role, **settings)

    def said(self):
        return self.log.read_text() if self.log.exists() else ""


@pytest.fixture
def machine(course):
    machine = Machine(course)
    machine.fill()
    return machine


@pytest.mark.parametrize("system", COMMANDS)
def test_known_systems(machine, system):
    done = machine.set_up(system)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Polliwog will install, with: ")
    assert COMMANDS[system] in machine.said()


def test_macos(machine):
    machine.add("python3", 'echo "python3 $*" >>"$LOG"; exit 1')
    done = machine.set_up("macos", LOG=str(machine.log))
    assert "brew install gcc check ncurses pkgconf netcat" in machine.said()
    assert "into .polliwog/venv: pytest tomli" in done.stdout
    assert "bubblewrap" not in done.stdout


def test_second_run_touches_nothing(machine):
    machine.set_up("debian")
    before = machine.said()
    done = machine.set_up("debian")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.said() == before


def test_tests_need_more(machine):
    machine.set_up("debian", "test")
    for tool in "clang-tidy cppcheck pmccabe shellcheck black".split():
        assert tool in machine.said()


def test_benchmarks_need_tokio(machine):
    machine.set_up("debian")
    assert "librust-tokio-dev" not in machine.said()
    machine.set_up("debian", "bench")
    assert "cargo librust-tokio-dev" in machine.said()


def test_unknown_system(machine):
    done = machine.set_up("alpine")
    assert done.returncode == 1
    assert "header check.h" in done.stdout
    assert len(done.stderr.splitlines()) == 1
    assert machine.said() == ""


def test_reader_without_lint_tools_can_go_on(machine):
    """On a machine where nothing can be installed, make test still runs."""
    machine.set_up("debian")
    done = machine.set_up("alpine", "test")
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1] == "polliwog: going on without"
    assert machine.set_up("alpine", "test", CI="true").returncode == 1


def test_lists_are_fetched_when_they_are_missing(machine):
    machine.add("apt-cache", "exit 1")
    machine.set_up("debian")
    assert machine.said().startswith("apt-get -q update\n")


def test_stale_lists_are_fetched_again(machine):
    """Installing fails until the lists have been fetched anew."""
    works = f'echo "apt-get $*" >>"{machine.log}"; {machine.then()}'
    updated = f'grep -q update "{machine.log}"'
    machine.log.write_text("")
    machine.add(
        "apt-get", f"case $* in *install*) {updated} || exit 100;; esac; {works}"
    )
    assert machine.set_up("debian").returncode == 0


def test_install_that_fails(machine):
    machine.add("dnf", "exit 1")
    done = machine.set_up("fedora")
    assert done.returncode == 1
    assert "installing failed" in done.stderr.splitlines()[-1]


def test_without_root_and_sudo(machine):
    machine.add("id", "echo 1000")
    (machine.bin / "sudo").unlink()
    done = machine.set_up("debian")
    assert done.returncode == 1
    assert "no sudo" in done.stderr
    assert "apt-get install gcc" in done.stdout


def test_compiler_that_is_not_there(machine):
    done = machine.set_up("debian", CC="tcc")
    assert done.returncode == 1
    assert "CC is 'tcc'" in done.stderr
    assert machine.said() == ""


@pytest.mark.parametrize("answer", ["n\n", "no\n", "\x04"])
def test_refusal(machine, terminal, answer):
    session = terminal("grader/front/set-up.sh", "start", **machine.settings("debian"))
    session.wait_for("Go on? [Y/n]")
    session.type(answer)
    assert session.status() == 1
    assert "nothing was installed; still missing: gcc" in session.text
    assert machine.said() == ""


@pytest.mark.parametrize("answer", ["\n", "y\n", "Y\n"])
def test_consent(machine, terminal, answer):
    session = terminal("grader/front/set-up.sh", "start", **machine.settings("debian"))
    session.wait_for("Go on? [Y/n]")
    session.type(answer)
    assert session.status() == 0
    assert "apt-get -q install" in machine.said()
