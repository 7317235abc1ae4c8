"""Student code sees nothing that is not its own, and can't stay behind."""

import os
import signal
import subprocess
import time

import pytest

from grader import sandbox
from grader.tests.conftest import ROOT, command

pytestmark = pytest.mark.skipif(
    not sandbox.is_available(), reason="no sandbox can be made here"
)

PROBE = """
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

extern char **environ;

static void probe(void)
{
    %s
}
"""

# Code that must end the program with status 3 when it gets through.
ATTACKS = {
    "reads a solution": 'if (open("%s/solutions/ex1_delayed_hello.c", O_RDONLY) >= 0)'
    % ROOT,
    "reads the checks": 'if (open("%s/grader/check.py", O_RDONLY) >= 0)' % ROOT,
    "reads a host file": 'if (open("/etc/passwd", O_RDONLY) >= 0)',
    "reads the environment": 'if (getenv("HOME") || getenv("SECRET_OF_HOST"))',
    "writes to the system": 'if (open("/usr/x", O_CREAT | O_WRONLY, 0600) >= 0)',
    "writes itself": 'if (open("/program", O_WRONLY) >= 0)',
    "has files of ours": "if (fcntl(9, F_GETFD) >= 0 || fcntl(10, F_GETFD) >= 0)",
    "reaches the network": """
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
    to.sin_addr.s_addr = htonl(0x08080808);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)""",
    "sees other processes": 'if (access("/proc/%d", F_OK) == 0)' % os.getppid(),
}


@pytest.mark.parametrize("what", ATTACKS)
def test_attack_fails(check, write, hello, what):
    text = PROBE % f"{ATTACKS[what]} {{ _exit(3); }}"
    body = hello.replace(
        "    RT_BEGIN(self);\n", "    probe();\n    RT_BEGIN(self);\n", 1
    )
    outcome = check(1, write(text + body), SECRET_OF_HOST="yes")
    assert outcome.status == 0, outcome.output


FORGED = {
    "defines a function of the runtime": "uint64_t rt_now(void) { return 1; }",
    "hides that behind many others": "".join(f"int a{n:040};\n" for n in range(2000))
    + "uint64_t rt_now(void) { return 1; }",
    "defines a function of libc": "int puts(const char *s) { return s[0]; }",
    "runs before main": "__attribute__((constructor)) static void f(void) { }",
    "runs after main": "__attribute__((destructor)) static void f(void) { }",
    "has assembler": 'void f(void); void f(void) { __asm__("nop"); }',
    "includes a source file": '#include "../solutions/ex1_delayed_hello.c"',
    "starts a program": "#include <stdlib.h>\nvoid f(void); void f(void) "
    '{ (void)!system("true"); }',
}


@pytest.mark.parametrize("what", FORGED)
def test_forgery_is_forbidden(check, write, hello, what):
    outcome = check(1, write(hello + FORGED[what] + "\n"))
    assert (outcome.status, outcome.diagnosis) == (1, "forbidden"), outcome.output


def test_forged_record(check, write, hello):
    """The private channel of the judge isn't there for the program."""
    forge = "for (int i = 3; i < 64; i++) { "
    forge += '(void)!write(i, "{\\"done\\": 1}\\n", 12); } _exit(0);'
    body = hello.replace(
        "    RT_BEGIN(self);\n", f"    {forge}\n    RT_BEGIN(self);\n", 1
    )
    outcome = check(1, write("#include <unistd.h>\n" + body))
    assert outcome.status == 1


def children(pid):
    listing = subprocess.run(["ps", "-eo", "ppid"], capture_output=True, text=True)
    return listing.stdout.split().count(str(pid))


def test_interrupt_leaves_nothing(write, hello):
    text = hello.replace(
        "    RT_BEGIN(self);\n", "    for (;;) { }\n    RT_BEGIN(self);\n", 1
    )
    running = subprocess.Popen(
        command(1, write(text)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    limit = time.monotonic() + 30
    while children(running.pid) < 2 and time.monotonic() < limit:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    errors = running.communicate(timeout=20)[1]
    assert running.returncode == 130
    assert b"Traceback" not in errors
    assert children(running.pid) == 0
