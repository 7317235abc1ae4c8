"""The examples, tried with the clients of the real world.

A client that is not installed is named and its tests are skipped; with CI=true
it counts as failed, because there everything is installed.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

BIN = Path(os.environ.get("BUILD") or "build").resolve() / "examples"
LONGEST_S = 20
THREADS = [{}, {"RT_WORKERS": "2"}]


def client(name):
    """The path of a program that a test needs."""
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if not path and os.environ.get("CI") == "true":
        pytest.fail(f"no {name} here")
    return path or pytest.skip(f"no {name} here")


def run(*command, **settings):
    return subprocess.run(
        [str(word) for word in command],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )


@contextlib.contextmanager
def serving(name, *arguments, **settings):
    """The port of a server, which Ctrl-C must end with status 0."""
    server = subprocess.Popen(
        [BIN / name, *map(str, arguments)],
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield int(server.stdout.readline().rpartition(":")[2])
        server.send_signal(signal.SIGINT)
        assert server.wait(LONGEST_S) == 0
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def connect(port):
    return socket.create_connection(("127.0.0.1", port), LONGEST_S)


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait_for(port):
    """Until somebody listens there."""
    deadline = time.monotonic() + LONGEST_S
    while True:
        try:
            return connect(port).close()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, f"nobody listens on {port}"
            time.sleep(0.02)


# ---- http_hello ----


@pytest.mark.parametrize("threads", THREADS)
def test_hello_to_curl_on_one_connection(threads):
    curl = client("curl")
    with serving("http_hello", 0, **threads) as port:
        url = f"http://127.0.0.1:{port}/"
        form = "%{http_code} %{num_connects}\n"
        done = run(curl, "-sS", "-w", form, url, url)
    assert done.stdout == "Hello, world!\n200 1\nHello, world!\n200 0\n"


def test_hello_closes_when_curl_asks():
    curl = client("curl")
    with serving("http_hello", 0) as port:
        url = f"http://127.0.0.1:{port}/"
        done = run(curl, "-sSi", "-H", "Connection: close", url)
    assert "Connection: close" in done.stdout


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("keep", [["-k"], []])
def test_hello_to_ab(threads, keep):
    ab = client("ab")
    with serving("http_hello", 0, **threads) as port:
        url = f"http://127.0.0.1:{port}/"
        done = run(ab, "-q", *keep, "-n", 2000, "-c", 50, url)
    said = dict(re.findall(r"^([\w -]+): +(\d+)", done.stdout, re.MULTILINE))
    assert said["Complete requests"] == "2000", done.stdout + done.stderr
    assert said["Failed requests"] == "0"
    assert "Non-2xx responses" not in said
    assert said.get("Keep-Alive requests", "0") == ("2000" if keep else "0")


def test_hello_answers_requests_in_any_pieces():
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    with serving("http_hello", 0) as port, connect(port) as http:
        http.sendall(request + request + request[:5])
        http.sendall(request[5:])
        http.shutdown(socket.SHUT_WR)
        assert http.makefile("rb").read().count(b"Hello, world!\n") == 3


# ---- chat ----


@contextlib.contextmanager
def chatting(port, here):
    """nc, once the room has heard its first line."""
    nc = subprocess.Popen(
        [client("nc"), "127.0.0.1", str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        say(nc, here)
        assert hears(nc).endswith(f": {here}")
        yield nc
    finally:
        nc.kill()
        nc.communicate()


def say(nc, line):
    nc.stdin.write(line + "\n")
    nc.stdin.flush()


def hears(nc):
    return nc.stdout.readline().rstrip("\n")


@pytest.mark.parametrize("threads", THREADS)
def test_chat_clients_read_each_other(threads):
    with serving("chat", 0, **threads) as port:
        with chatting(port, "I am Ann") as ann, chatting(port, "I am Bob") as bob:
            assert hears(ann).endswith(": I am Bob")
            say(ann, "hello Bob")
            assert hears(bob).endswith(": hello Bob")
            assert hears(ann).endswith(": hello Bob")
            say(bob, "hello Ann")
            assert hears(ann).endswith(": hello Ann")


def test_chat_goes_on_when_a_client_leaves():
    with serving("chat", 0) as port:
        with chatting(port, "I am Ann") as ann:
            with chatting(port, "I am Bob"):
                assert hears(ann).endswith(": I am Bob")
            say(ann, "still here")
            assert hears(ann).endswith(": still here")


# ---- proxy ----

NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log stderr;
events {{}}
http {{
    access_log off; default_type text/plain; keepalive_timeout 5;
    client_body_temp_path {folder}/1; proxy_temp_path {folder}/2;
    fastcgi_temp_path {folder}/3; uwsgi_temp_path {folder}/4;
    scgi_temp_path {folder}/5;
    server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""


@pytest.fixture
def nginx(tmp_path):
    """The port of a real server, which has a file of 1 MB."""
    program, port = client("nginx"), free_port()
    (tmp_path / "files").mkdir()
    (tmp_path / "files/big").write_bytes(os.urandom(1_000_000))
    (tmp_path / "nginx.conf").write_text(NGINX.format(folder=tmp_path, port=port))
    command = [program, "-p", tmp_path, "-c", tmp_path / "nginx.conf"]
    server = subprocess.Popen([*command, "-e", "stderr"], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(LONGEST_S)


@pytest.mark.parametrize("threads", THREADS)
def test_proxy_in_front_of_nginx(nginx, tmp_path, threads):
    curl, ab = client("curl"), client("ab")
    with serving("proxy", 0, f"127.0.0.1:{nginx}", **threads) as port:
        url = f"http://127.0.0.1:{port}/big"
        done = run(curl, "-sS", "-o", tmp_path / "got", "-w", "%{http_code}", url)
        assert done.stdout == "200"
        assert (tmp_path / "got").read_bytes() == (tmp_path / "files/big").read_bytes()
        many = run(ab, "-q", "-k", "-n", 100, "-c", 10, url).stdout
    assert re.search(r"Failed requests: +0\n", many)
    assert "Non-2xx" not in many


def test_proxy_passes_the_end_of_each_way_on():
    with socket.create_server(("127.0.0.1", 0)) as target:
        address = f"127.0.0.1:{target.getsockname()[1]}"
        with serving("proxy", 0, address) as port, connect(port) as user:
            server, _ = target.accept()
            user.sendall(b"question")
            user.shutdown(socket.SHUT_WR)
            with server, server.makefile("rb") as heard:
                assert heard.read() == b"question"
                server.sendall(b"answer")
            assert user.makefile("rb").read() == b"answer"


def test_proxy_without_target_goes_on():
    with serving("proxy", 0, f"127.0.0.1:{free_port()}") as port:
        for _ in range(2):
            with connect(port) as user:
                assert user.recv(1) == b""


# ---- udp_echo ----


def test_udp_echo_sends_each_datagram_back():
    with serving("udp_echo", 0) as port:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as user:
            user.settimeout(LONGEST_S)
            user.connect(("127.0.0.1", port))
            for datagram in (b"one", b"", os.urandom(65507)):
                user.send(datagram)
                assert user.recv(65536) == datagram


# ---- file_copy ----


@pytest.mark.parametrize("size", [0, 1, 3_000_001])
def test_copy_is_the_same_to_cmp(tmp_path, size):
    source, copy = tmp_path / "from", tmp_path / "to"
    source.write_bytes(os.urandom(size))
    assert run(BIN / "file_copy", source, copy).stdout == f"{size} bytes\n"
    assert run(client("cmp"), source, copy).returncode == 0


def test_copy_never_overwrites(tmp_path):
    source, copy = tmp_path / "from", tmp_path / "to"
    source.write_text("new")
    copy.write_text("old")
    done = run(BIN / "file_copy", source, copy)
    assert (done.returncode, done.stderr) == (1, f"file_copy: {copy}: File exists\n")
    assert copy.read_text() == "old"


# ---- the others ----


@pytest.mark.parametrize("threads", THREADS)
def test_pipeline_prints_the_primes(threads):
    primes = [n for n in range(2, 101) if all(n % k for k in range(2, n))]
    assert list(map(int, run(BIN / "pipeline", **threads).stdout.split())) == primes


@pytest.mark.parametrize("threads", THREADS)
def test_port_scan_finds_the_open_port(threads):
    for port in range(3000, 4000):
        with contextlib.suppress(OSError):
            listener = socket.create_server(("127.0.0.1", port))
            break
    with listener:
        done = run(BIN / "port_scan", 4000, **threads)
    assert f"{port} is open\n" in done.stdout
    assert done.returncode == 0


def test_rate_limiter_lets_a_bucket_pass_and_then_one_each_tick():
    said = run(BIN / "rate_limiter", RT_CLOCK="paused").stdout.splitlines()
    times = [0.0, 0.0, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
    assert [float(line.split()[0]) for line in said] == times


@pytest.mark.parametrize("name", ["chat", "http_hello", "proxy", "udp_echo"])
def test_port_in_use_is_one_line_and_status_1(name):
    kind = socket.SOCK_DGRAM if name == "udp_echo" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        more = ["127.0.0.1:1"] if name == "proxy" else []
        done = run(BIN / name, port, *more)
    assert done.returncode == 1
    assert re.fullmatch(r".*: Address already in use\n", done.stderr)


@pytest.mark.parametrize("command", [["proxy", 0], ["proxy", 0, "x"], ["file_copy"]])
def test_wrong_use_is_one_line_and_status_2(command):
    done = run(BIN / command[0], *command[1:])
    assert done.returncode == 2
    assert re.fullmatch(r"usage: .*\n", done.stderr)
