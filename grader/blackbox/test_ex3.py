"""Exercise 3: the echo server, met over TCP."""

from grader.blackbox import echo


def test_crowd():
    echo.check_crowd()


def test_rude_clients():
    echo.check_rude_clients()


def test_port_in_use():
    echo.check_port_in_use()
