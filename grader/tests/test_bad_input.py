"""Whatever is handed in gets one clear verdict, soon, and leaves nothing."""

import os
import socket
import subprocess

import pytest

from grader.tests.conftest import ROOT

VERDICT_SECONDS = 30  # 15 on a machine that does nothing else

MAIN = '#include "rt.h"\n#include <stdlib.h>\n#include <stdio.h>\n#include <unistd.h>\n'


def assert_not_checked(outcome, words):
    assert outcome.status == 2
    assert words in outcome.errors
    assert outcome.output == ""
    assert outcome.errors.count("\n") == 1
    assert outcome.record["checks"] == []


def assert_failed(outcome, diagnosis):
    assert outcome.status == 1, outcome.output + outcome.errors
    assert outcome.diagnosis == diagnosis, outcome.output
    assert outcome.seconds < VERDICT_SECONDS
    assert "Traceback" not in outcome.output + outcome.errors


def test_missing(check, tmp_path):
    assert_not_checked(check(1, tmp_path / "none.c"), "there is no file")


def test_folder(check, tmp_path):
    assert_not_checked(check(1, tmp_path), "is a folder")


def test_fifo(check, tmp_path):
    os.mkfifo(tmp_path / "fifo.c")
    assert_not_checked(check(1, tmp_path / "fifo.c"), "not a regular file")


def test_socket(check, tmp_path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.c"))
        assert_not_checked(check(1, tmp_path / "socket.c"), "not a regular file")


def test_device(check):
    assert_not_checked(check(1, "/dev/zero"), "not a regular file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable(check, write):
    path = write("int main(void) { return 0; }\n")
    path.chmod(0)
    assert_not_checked(check(1, path), "can't be read")


def test_no_such_exercise(check, write):
    assert check(99, write("")).status == 2


def test_empty(check, write):
    assert_failed(check(1, write("")), "not-implemented")


def test_binary(check, write):
    assert_failed(check(1, write(b"\x7fELF\0\0\0\1\2\3")), "compile-error")


def test_python(check, write):
    assert_failed(check(1, write("print('Hello')\n", "hello.py")), "compile-error")


def test_huge(check, write):
    assert_failed(check(1, write(b"/" * (40 << 20))), "compile-error")


def test_name_with_blanks_and_quotes(check, write, hello):
    assert check(1, write(hello, 'my "ex 1" $(x);\'.c')).status == 0


def test_name_like_an_option(check, write, hello, tmp_path):
    write(hello, "-o.c")
    assert check(1, tmp_path / "-o.c").status == 0


def test_endless_include(check, write):
    assert_failed(check(1, write("#include __FILE__\n")), "compile-error")


def test_endless_compile(check, write):
    text = "#define A(x) x x x x x x x x x x\n#define B(x) A(A(A(A(x))))\n"
    text += "#define C(x) B(B(B(x)))\nint a[] = {C(C(1,))};\n"
    assert_failed(check(1, write(text)), "compile-error")


def test_includes_of_the_host(check, write, hello):
    text = '#include "/etc/passwd"\n' + hello
    assert check(1, write(text)).status == 1


def test_no_such_function(check, write):
    text = MAIN + 'int main(void) { puts("Hello, async world!"); return 0; }\n'
    assert_failed(check(1, write(text)), "not-implemented")


def test_server_without_a_runtime(check, write):
    text = '#include <stdio.h>\nint main(void) { puts("all passed"); return 0; }\n'
    assert_failed(check(3, write(text)), "not-implemented")


def test_no_main(check, write):
    text = MAIN + "uint64_t delayed_hello(void);\n"
    text += "uint64_t delayed_hello(void) { return rt_now(); }\n"
    assert_failed(check(1, write(text)), "not-implemented")


def in_poll(hello, code):
    """The solution, but with this code in front of its first await."""
    return hello.replace(
        "    RT_BEGIN(self);\n", f"    {code}\n    RT_BEGIN(self);\n", 1
    )


HARM = {
    "crash": ("crash", "*(volatile int *)1 = 2;"),
    "abort": ("crash", "__builtin_trap();"),
    "loop": ("blocked-executor", "for (volatile int i = 0;; i++) { }"),
    "print": ("output-limit", 'for (;;) { printf("no end\\n"); }'),
    "print-errors": ("output-limit", 'for (;;) { fprintf(stderr, "no end\\n"); }'),
    "allocate": (
        "memory-limit",
        "for (;;) { memset(malloc(1 << 20), 1, 1 << 20); }",
    ),
    "fork": ("forbidden", "for (;;) { fork(); }"),
    "exit": ("early-exit", "exit(0);"),
    "exit-passed": ("early-exit", 'fputs("6 passed, 0 failed\\n", stderr); exit(0);'),
    "sleep": ("blocked-executor", "sleep(1000);"),
    "close": ("hang", "for (int i = 3; i < 99; i++) { close(i); }"),
}


@pytest.mark.parametrize("what", HARM)
def test_harm(check, write, hello, what):
    diagnosis, code = HARM[what]
    text = "#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n"
    outcome = check(1, write(text + in_poll(hello, code)))
    if what == "close":
        assert outcome.status == 1
    else:
        assert_failed(outcome, diagnosis)
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True)
    assert str(write("x")) not in left.stdout


def test_nothing_is_overwritten(check, write, hello):
    path = write(hello)
    before = path.read_bytes(), path.stat().st_mtime_ns, os.listdir(path.parent)
    assert check(1, path).status == 0
    os.remove(path.parent / "result.json")
    assert before == (
        path.read_bytes(),
        path.stat().st_mtime_ns,
        os.listdir(path.parent),
    )


def test_control_characters_are_shown(check, write):
    outcome = check(1, write('#error "\x1b[2J\x07 gone"\n'))
    assert_failed(outcome, "compile-error")
    assert "\x1b" not in outcome.output and "\x07" not in outcome.output


def test_json_that_cannot_be_written(check, hello, write):
    outcome = check(1, write(hello), "--json", str(ROOT / "none" / "x.json"))
    assert outcome.status == 2
    assert "can't write" in outcome.errors
