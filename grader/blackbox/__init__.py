"""Black-box checks: pytest tests with a real clock, real TCP sockets and real
signals. They know nothing of the program but what its user would see.

They run in a process of their own, which makes itself a private network: port
9999 is always free there, and checks side by side don't meet. The process is
started before the submission is built, so that pytest is loaded meanwhile.
"""

import json
import os
import signal
import traceback

from grader import sandbox
from grader.unit import Finding, JudgeError

SECONDS = 40


class Box:
    """The process that runs the black-box checks of one exercise."""

    def __init__(self, pid, commands, records):
        self.pid = pid
        self.commands = commands
        self.records = records
        self.is_going = False
        self.findings = {}  # name of a check -> Finding, or None: passed

    def go(self, program, names):
        """Run the tests of these names on the program."""
        self.is_going = True
        self.commands.write(json.dumps([str(program), names]) + "\n")
        self.commands.flush()

    def finding(self, name):
        """Waits for the end of this check; None: it passed."""
        while name not in self.findings:
            line = self.records.readline()
            if not line:
                raise JudgeError(f"the black-box check '{name}' didn't end")
            record = json.loads(line)
            if "problem" in record:
                raise JudgeError(record["problem"])
            finding = record["finding"]
            self.findings[record["check"]] = Finding(**finding) if finding else None
        return self.findings[name]

    def stop(self):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
        self.records.close()
        try:
            self.commands.close()
        except BrokenPipeError:
            pass


def _serve(exercise, folder, commands, records):
    from grader.blackbox import harness, runner

    harness.prepare(folder)
    load = runner.load()
    line = commands.readline()
    if line:
        harness.place.program, names = json.loads(line)
        load(exercise.number, names, records)


def start(exercise, folder):
    """Starts the process; None when the exercise has no such checks."""
    if not any(check.by == "blackbox" for check in exercise.checks):
        return None
    sandbox.is_available()  # found out once, for both processes
    command_in, command_out = os.pipe()
    record_in, record_out = os.pipe()
    pid = os.fork()
    # Both do it, since either may be the first to run.
    os.setpgid(pid, 0)
    if pid:
        os.close(command_in)
        os.close(record_out)
        return Box(pid, os.fdopen(command_out, "w"), os.fdopen(record_in))
    os.close(command_out)
    os.close(record_in)
    records = os.fdopen(record_out, "w")
    signal.alarm(SECONDS)
    try:
        _serve(exercise, folder, os.fdopen(command_in), records)
    except BaseException:
        records.write(json.dumps({"problem": traceback.format_exc()}) + "\n")
    records.flush()
    os._exit(0)
