"""A real terminal, 80x24 unless told otherwise, with a shell in it (tmux)."""

import os
import subprocess
import tempfile
import time

PATIENCE = 20  # seconds until something must be on the screen
PROMPT = "ready$"


class Terminal:
    def __init__(self, columns=80, rows=24, **environment):
        self.folder = tempfile.TemporaryDirectory(prefix="polliwog-tmux.")
        self.socket = os.path.join(self.folder.name, "socket")
        settings = {"LC_ALL": "C.UTF-8", "PS1": PROMPT + " ", **environment}
        words = [f"{name}={value}" for name, value in settings.items()]
        self.tmux("new-session", "-d", "-x", str(columns), "-y", str(rows), "cat")
        self.tmux("set-option", "-g", "status", "off")
        self.tmux("set-option", "-g", "remain-on-exit", "on")
        self.resize(columns, rows)
        shell = ["env", "-u", "NO_COLOR", *words, "bash", "--norc", "--noprofile"]
        self.tmux("respawn-pane", "-k", *shell)
        self.wait_for(PROMPT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tmux("kill-server")
        self.folder.cleanup()

    def tmux(self, *arguments):
        done = subprocess.run(
            ["tmux", "-S", self.socket, "-f", "/dev/null", *arguments],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return done.stdout

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def press(self, *keys):
        for key in keys:
            self.tmux("send-keys", key)

    def type(self, line):
        self.tmux("send-keys", "-l", line)
        self.press("Enter")

    def screen(self, colours=False):
        return self.tmux("capture-pane", "-p", *(["-e"] if colours else []))

    def wait_for(self, text):
        """Waits until the text is on the screen; gives the screen."""
        return self.wait_until(lambda screen: text in screen, text)

    def wait_until(self, holds, what="what it waits for"):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            screen = self.screen()
            if holds(screen):
                return screen
            time.sleep(0.02)
        raise AssertionError(f"no {what!r} on the screen:\n{screen}")

    def settings(self):
        """What stty -g says of the terminal."""
        self.type("clear; stty -g; echo done-$((1+1))")
        screen = self.wait_for("done-2")
        return [line for line in screen.splitlines() if line.count(":") > 10]
