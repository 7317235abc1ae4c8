"""Runs a program in the terminal's foreground, and ends with its exit status.

    foreground.py PROGRAM [ARGUMENT...]

Ctrl-C reaches every process in the terminal's foreground group. make is one of
them, and would report "Interrupt" although the program ended well. So the
program gets a group of its own while it runs. Where there is no terminal there
is nothing to share, and we simply become the program.
"""

import os
import signal
import sys

TERMINAL = 0


def has_terminal():
    try:
        return os.tcgetpgrp(TERMINAL) == os.getpgrp()
    except OSError:
        return False


def become(command):
    try:
        os.execv(command[0], command)
    except OSError as error:
        print(f"polliwog: {command[0]}: {error.strerror}", file=sys.stderr)
        os._exit(2)


def start_in_foreground(command):
    """The child moves itself too: whoever is first, it is done in time."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(TERMINAL, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        become(command)
    try:
        os.setpgid(child, child)
    except OSError:
        pass  # It has already become the program.
    return child


def forward_to(child):
    """Signals that somebody sends to us are meant for the program."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: os.kill(child, number))


def wait_for(child):
    """Waits for its end; lets the reader's Ctrl-Z stop us all, and wakes it."""
    while True:
        _, status = os.waitpid(child, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            return status
        os.tcsetpgrp(TERMINAL, os.getpgrp())
        os.kill(0, signal.SIGSTOP)
        os.tcsetpgrp(TERMINAL, child)
        os.killpg(child, signal.SIGCONT)


def end_as(status):
    """Ends as the program ended. After a Ctrl-C make says "Interrupt"."""
    if os.WIFEXITED(status):
        sys.exit(os.WEXITSTATUS(status))
    number = os.WTERMSIG(status)
    if number == signal.SIGINT:
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    print(f"polliwog: {signal.Signals(number).name} ended it", file=sys.stderr)
    sys.exit(128 + number)


def main():
    command = sys.argv[1:]
    if not has_terminal():
        become(command)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    child = start_in_foreground(command)
    forward_to(child)
    status = wait_for(child)
    os.tcsetpgrp(TERMINAL, os.getpgrp())
    end_as(status)


if __name__ == "__main__":
    main()
