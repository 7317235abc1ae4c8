"""Exercise 5 over TCP, with a real Ctrl-C."""

import socket
import time

from grader.blackbox import echo, tcp
from grader.blackbox.harness import place


def _expect_refused(program):
    """New clients are turned away, at the latest after a moment."""
    limit = time.monotonic() + place.patience / 2
    while time.monotonic() < limit:
        try:
            tcp.connect(program).close()
        except OSError:
            return
        time.sleep(0.02)
    program.fail(
        "still-accepting-after-shutdown",
        "after Ctrl-C new clients could still connect",
    )


def _expect_good_end(program, when):
    status, _ = program.wait("hangs-on-shutdown", f"{when}, after 10 s")
    if status != 0:
        symptom = "wrong-exit-status" if 0 < status < 128 else "?over"
        program.fail(symptom, f"{when} it ended with status {status}")


def test_ctrl_c():
    with tcp.server() as program:
        with tcp.connect(program) as client:
            tcp.exchange(program, client, b"hello", "a client")
            client.sendall(b"first half, ")
            program.interrupt()
            program.read_until("Shutting down...")
            _expect_refused(program)
            try:
                client.sendall(b"second half")
            except OSError:
                program.fail(
                    "drops-client-on-shutdown",
                    "a client in mid-message at Ctrl-C was cut off",
                )
            tcp.receive(program, client, 23, "a client in mid-message at Ctrl-C")
            client.shutdown(socket.SHUT_WR)
            tcp.expect_end(program, client, "a client in mid-message at Ctrl-C")
        _expect_good_end(program, "when its last client had hung up")


def test_ctrl_c_alone():
    with tcp.server() as program:
        program.interrupt()
        _expect_good_end(program, "Ctrl-C with no client")


def test_crowd():
    echo.check_crowd()


def test_port_in_use():
    echo.check_port_in_use()
