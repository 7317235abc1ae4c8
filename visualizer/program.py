"""A traced program that is somebody else's: started, bounded, ended."""

import ctypes
import os
import resource
import signal
import struct
import subprocess
import threading
import time

MEMORY_MOST = 4 << 30  # bytes; enough, and the machine survives
COMPLAINT_MOST = 2000  # bytes of standard error that are kept
POLITE = 1.0  # seconds for a program to end after Ctrl-C
FIRM = 0.5  # and after SIGTERM

PR_SET_PDEATHSIG = 1

# runtime/trace/format.h
COUNT_PLACE = struct.Struct("<Q"), 152  # record_count, in the header
CAPACITY_PLACE = struct.Struct("<Q"), 40
RECORD_OFFSET_PLACE = struct.Struct("<Q"), 32
RECORD = struct.Struct("<QIBBHIIQ")
PARK = 18
FOR_EVER = 2**64 - 1


def prepare_child():
    """In the child: bounded, and gone when we are gone, however we go."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MOST, MEMORY_MOST))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Program:
    """The program in a folder, which also gets its trace."""

    def __init__(self, folder, name, arguments, ends_by_itself):
        self.name = name
        self.ends_by_itself = ends_by_itself
        self.command = [os.path.join(folder, name), *arguments]
        self.trace = os.path.join(folder, "trace")
        self.process = None
        self.hint = ""  # a note to show while it runs
        self.was_stopped = False
        self.errors = b""
        self.reader = None

    def start(self, keep=(), **environment):
        """Starts it; keep: file descriptors that it inherits."""
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # the trace has it
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=prepare_child,
            pass_fds=keep,
            env={**os.environ, **environment, "RT_TRACE": self.trace},
        )
        self.reader = threading.Thread(target=self.read_errors, daemon=True)
        self.reader.start()

    def read_errors(self):
        """Takes all that it complains, and keeps the beginning."""
        pipe = self.process.stderr.fileno()
        while True:
            part = os.read(pipe, 4096)
            if not part:
                return
            self.errors = (self.errors + part)[:COMPLAINT_MOST]

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    # ---- what its trace says while it runs ----

    def last_record(self):
        """(how many records there are, type of the last, its argument)."""
        try:
            with open(self.trace, "rb") as file:
                header = file.read(4096)
                count = COUNT_PLACE[0].unpack_from(header, COUNT_PLACE[1])[0]
                place = RECORD_OFFSET_PLACE
                offset = place[0].unpack_from(header, place[1])[0]
                file.seek(offset + (count - 1) * RECORD.size)
                record = RECORD.unpack(file.read(RECORD.size))
        except (OSError, ValueError, struct.error):
            return 0, None, None
        return count, record[2], record[7]

    def is_asleep_for_ever(self):
        _, kind, argument = self.last_record()
        return kind == PARK and argument == FOR_EVER

    def is_sleeping(self):
        """The kernel's word: it waits, and nothing has come for it yet."""
        try:
            with open(f"/proc/{self.process.pid}/stat", "rb") as file:
                return file.read().rpartition(b")")[2].split()[0] == b"S"
        except OSError:
            return True

    def wait_until_idle(self, seen, bound):
        """
        Waits until more than seen records are there and it sleeps. Behind the
        record of a park it may still be on its way to sleep, or have been
        woken again: only the three looks together are sure.
        """
        end = time.monotonic() + bound
        while time.monotonic() < end and self.is_running():
            if self.is_trace_full():
                return False
            now = self.last_record()
            is_parked = now[0] > seen and now[1] == PARK
            if is_parked and self.is_sleeping() and self.last_record() == now:
                return True
            time.sleep(0.002)
        return False

    # ---- its end ----

    def wait_for_trace(self, bound):
        """True when it has begun a trace; an ended program won't any more."""
        end = time.monotonic() + bound
        while not os.path.exists(self.trace):
            if not self.is_running() or time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    def is_trace_full(self):
        """It goes on, and nobody will know what it does."""
        try:
            with open(self.trace, "rb") as file:
                header = file.read(4096)
            count = COUNT_PLACE[0].unpack_from(header, COUNT_PLACE[1])[0]
            place = CAPACITY_PLACE
            return count > place[0].unpack_from(header, place[1])[0] > 0
        except (OSError, struct.error):
            return False

    def wait(self, bound):
        """Waits for its end, but not for a sleep that has no end."""
        end = time.monotonic() + bound
        asleep_since = None
        while self.is_running() and time.monotonic() < end:
            time.sleep(0.005)
            if self.is_trace_full():
                return
            if not self.is_asleep_for_ever():
                asleep_since = None
            elif asleep_since is None:
                asleep_since = time.monotonic()
            elif time.monotonic() - asleep_since > 0.5:
                return

    def stop(self):
        """Asks it to end, and makes it; harmless when it has ended."""
        for number, patience in (
            (signal.SIGINT, POLITE),
            (signal.SIGTERM, FIRM),
        ):
            if self.is_running():
                self.was_stopped = True
                self.signal(number)
                self.wait_for_exit(patience)
        self.kill()

    def kill(self):
        """Ends it at once, with all that it started."""
        if self.process is None:
            return
        self.was_stopped |= self.is_running()
        self.signal(signal.SIGKILL)
        self.process.wait()
        self.reader.join(FIRM)

    def signal(self, number):
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

    def wait_for_exit(self, patience):
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            pass

    # ---- in words ----

    def complaint(self):
        """How it ended, when that was not well; else ""."""
        status = self.process.returncode if self.process else 0
        said = self.errors.decode(errors="replace").strip().splitlines()
        reason = f": {said[0]}" if said else ""
        if self.was_stopped or not status:
            return ""
        if status < 0:
            how = f"was ended by signal {-status}"
            try:
                how += f" ({signal.Signals(-status).name})"
            except ValueError:
                pass
        else:
            how = f"ended with status {status}"
        return f"{self.name} {how}{reason}"

    def note(self):
        """One line for the visualizer to show; "" for none."""
        if self.is_running():
            return self.hint
        if self.was_stopped and self.ends_by_itself:
            return f"{self.name} did not end by itself and was stopped"
        return self.complaint()
