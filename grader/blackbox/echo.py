"""Black-box checks that every echo server must pass."""

import socket

from grader.blackbox import tcp
from grader.blackbox.harness import Program, free_port

CLIENTS = 200
MIB = 1 << 20


def check_crowd():
    """200 clients at once, messages from 1 byte to 1 MiB."""
    sizes = [1 + 7 * client for client in range(CLIENTS - 1)] + [MIB]
    with tcp.server() as program:
        tcp.crowd(program, sizes)
        with tcp.connect(program) as client:
            tcp.exchange(program, client, b"still there?\n", "one more client")


def check_rude_clients():
    """Clients that reset their connection, or are gone at once."""
    with tcp.server() as program, tcp.connect(program) as polite:
        for _ in range(5):
            tcp.connect(program).close()
            rude = tcp.connect(program)
            rude.sendall(b"x" * 5000)
            tcp.reset(rude)
        tcp.exchange(program, polite, b"a\0\n\xff", "a client among rude ones")
        polite.sendall(b"last words")
        polite.shutdown(socket.SHUT_WR)
        tcp.receive(program, polite, 10, "a client that ended its half")
        tcp.expect_end(program, polite, "a client that ended its half")


def check_port_in_use():
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        with Program(port=port) as program:
            status, _ = program.wait("hang", f"with port {port} taken, after 10 s")
            if status == 0:
                program.fail(
                    "wrong-exit-status",
                    f"port {port} was taken; it ended with status 0",
                )
            program.errors.seek(0)
            if f"{port} is in use".encode() not in program.errors.read():
                program.fail(
                    "?over", f'port {port} was taken; it didn\'t say "is in use"'
                )
