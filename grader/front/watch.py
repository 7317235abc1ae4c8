"""make watch: re-checks an exercise whenever its file is saved.

On a terminal one key is enough: h shows a hint, v opens the visualizer, n goes
to the next exercise, q (or Ctrl-C) quits. The terminal reads key by key while
we run, and is put back as it was whatever happens.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import termios

from grader.front import course, hint, progress

TICK_S = 0.2
CTRL_C = "\x03"
KEYS = "[h] hint  [v] visualizer  [n] next  [q] quit"


class Quit(Exception):
    pass


class Keyboard:
    """The terminal on stdin; without one there are never any keys."""

    def __init__(self):
        self.fd = sys.stdin.fileno()
        self.before = termios.tcgetattr(self.fd) if sys.stdin.isatty() else None
        self.key_by_key = None
        if self.before is not None:
            # Ctrl-C becomes a key like any other, so that we can tidy up.
            self.key_by_key = termios.tcgetattr(self.fd)
            self.key_by_key[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG)

    @contextlib.contextmanager
    def mode(self, inside, afterwards):
        """The terminal works in one way inside the block, in another after."""
        if self.before is None:
            yield
            return
        termios.tcsetattr(self.fd, termios.TCSADRAIN, inside)
        try:
            yield
        finally:
            termios.tcsetattr(self.fd, termios.TCSADRAIN, afterwards)

    def reading_keys(self):
        return self.mode(self.key_by_key, self.before)

    def lent(self):
        """For another program, that finds the terminal as it was."""
        return self.mode(self.before, self.key_by_key)

    def read(self, timeout_s):
        """The key that was pressed within this time, or ""."""
        watched = [self.fd] if self.before is not None else []
        ready, _, _ = select.select(watched, [], [], timeout_s)
        if not ready:
            return ""
        key = os.read(self.fd, 1).decode(errors="replace")
        if key in ("q", CTRL_C, ""):
            raise Quit
        return key


def stamps():
    """When each exercise's file was last written; 0 while it is not there."""

    def stamp(exercise):
        try:
            return exercise.file.stat().st_mtime_ns
        except OSError:
            return 0

    return {exercise: stamp(exercise) for exercise in course.all_exercises()}


class Watch:
    def __init__(self, keyboard):
        self.keyboard = keyboard
        self.seen = stamps()
        self.current = progress.next_exercise() or course.all_exercises()[-1]

    def check(self):
        """Runs the check; q or Ctrl-C ends it early."""
        print(f"\nChecking exercise {self.current.number} ...\n", flush=True)
        process = subprocess.Popen(
            ["grader/front/check.sh", str(self.current.number)],
            cwd=course.ROOT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            while process.poll() is None:
                self.keyboard.read(TICK_S / 4)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
        self.show_keys()

    def show_keys(self):
        if self.keyboard.before is not None:
            exercises = course.all_exercises()
            passed = sum(map(course.has_passed, exercises))
            print(f"\n{passed} of {len(exercises)} pass. This is exercise", end=" ")
            print(f"{self.current.number}.   {KEYS}", flush=True)

    def visualize(self):
        """A Ctrl-C in there is meant for the visualizer, not for us."""
        signal.signal(signal.SIGINT, lambda *_: None)
        with self.keyboard.lent():
            subprocess.run(
                ["visualizer/watch-exercise", str(self.current.number)],
                cwd=course.ROOT,
                check=False,
            )
        signal.signal(signal.SIGINT, quit_on_signal)
        self.show_keys()

    def go_on(self):
        """To the exercise after this one; after the last comes the first."""
        exercises = course.all_exercises()
        place = (exercises.index(self.current) + 1) % len(exercises)
        self.current = exercises[place]
        self.check()

    def press(self, key):
        if key == "h":
            print()
            hint.main(str(self.current.number))
            self.show_keys()
        elif key == "v":
            self.visualize()
        elif key == "n":
            self.go_on()

    def saved(self):
        """An exercise whose file was written since we last looked."""
        now = stamps()
        changed = [e for e, stamp in now.items() if stamp != self.seen[e] and stamp]
        self.seen = now
        return changed[0] if changed else None

    def run(self):
        self.check()
        while True:
            self.press(self.keyboard.read(TICK_S))
            exercise = self.saved()
            if exercise:
                self.current = exercise
                self.check()


def quit_on_signal(*_):
    raise Quit


def main():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, quit_on_signal)
    progress.main()
    print("\nI check an exercise again whenever you save it. Ctrl-C ends this.")
    try:
        keyboard = Keyboard()
        with keyboard.reading_keys():
            Watch(keyboard).run()
    except Quit:
        print("\nSee you soon. To go on: make watch")
