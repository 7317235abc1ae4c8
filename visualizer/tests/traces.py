"""Writes trace files, event by event, as runtime/trace/format.h describes."""

import struct

NONE, START, SPAWN, POLL_BEGIN, POLL_END, AWAIT, CLONE, DROP = range(8)
WAKE, ENQUEUE, DEQUEUE, ARM, FIRE, CANCEL, REGISTER, IO_WAIT = range(8, 16)
IO_READY, DEREGISTER, PARK, UNPARK, CLOCK, WAIT, ABORT, FINISH = range(16, 24)
MARK, OUTPUT, SIGNAL, HOSTILE, PANIC, STOP = range(24, 30)

REAL, PAUSED, CONDUCTED, SCALED = range(4)
QUEUED, COALESCED, MARKED, TOO_LATE = range(4)
FROM_TASK, FROM_TIMER, FROM_FD, FROM_SIGNAL, FROM_THREAD, FROM_YIELD = range(6)
PENDING, READY = range(2)
READABLE, WRITABLE = 1, 2
FOR_EVER = 2**64 - 1

HEADER = struct.Struct("<8sIIQQQQQQIIII64sQQ")
RECORD = struct.Struct("<QIBBHIIQ")
PAGE = 4096


def seconds(count):
    return int(count * 1_000_000_000)


class Story:
    """A trace in the making. now is the time of the next event, in ns."""

    def __init__(self, clock=PAUSED, program="story", hostile=0):
        self.clock = clock
        self.program = program
        self.hostile = hostile
        self.now = 0
        self.records = []
        self.strings = bytearray(b"\0")
        self.offsets = {b"": 0}
        self.queue = []

    def string(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        if data not in self.offsets:
            self.offsets[data] = len(self.strings)
            self.strings += data + b"\0"
        return self.offsets[data]

    def add(self, kind, task=0, other=0, detail=0, argument=0):
        sequence = len(self.records) & 0xFFFFFFFF
        self.records.append(
            RECORD.pack(self.now, sequence, kind, 0, detail, task, other, argument)
        )

    def enqueue(self, task):
        self.queue.append(task)
        self.add(ENQUEUE, task, argument=len(self.queue))

    def dequeue(self):
        task = self.queue.pop(0)
        self.add(DEQUEUE, task, argument=len(self.queue))
        return task

    def spawn(self, task, name, parent=0):
        self.add(SPAWN, task, parent, argument=self.string(name))
        self.enqueue(task)

    def begin(self):
        task = self.dequeue()
        self.add(POLL_BEGIN, task)
        return task

    def pending(self, task, *chain, real_ns=1000):
        self.add(POLL_END, task, detail=PENDING, argument=real_ns)
        for depth, name in enumerate(chain):
            self.add(AWAIT, task, detail=depth, argument=self.string(name))

    def ready(self, task, real_ns=1000):
        self.add(POLL_END, task, detail=READY, argument=real_ns)
        self.add(FINISH, task)

    def wake(self, task, source, other, outcome=QUEUED):
        self.add(WAKE, task, other, outcome | source << 8)

    def arm(self, task, timer, deadline):
        self.add(CLONE, task)
        self.add(ARM, task, timer, argument=deadline)

    def fire(self, task, timer, deadline):
        self.add(FIRE, task, timer, argument=deadline)
        self.wake(task, FROM_TIMER, timer)
        self.enqueue(task)
        self.add(DROP, task)

    def print(self, task, text):
        self.add(OUTPUT, task, detail=1, argument=self.string(text))

    def advance(self, to):
        self.now = to
        self.add(CLOCK, argument=to)

    def header(self, count=None, capacity=None, **other):
        values = {
            "magic": b"POLLIWOG",
            "version": 1,
            "record_size": RECORD.size,
            "string_capacity": len(self.strings),
            "pid": 0,
        }
        values.update(other)
        count = len(self.records) if count is None else count
        capacity = max(count, 1) if capacity is None else capacity
        return HEADER.pack(
            values["magic"],
            values["version"],
            values["record_size"],
            PAGE,
            values["string_capacity"],
            values.get("record_offset", self.record_offset()),
            capacity,
            0,
            0,
            self.hostile,
            self.clock,
            1,
            values["pid"],
            self.program.encode(),
            len(self.strings),
            count,
        )

    def record_offset(self):
        return PAGE + (len(self.strings) + 31) // 32 * 32

    def bytes(self, **header):
        start = self.header(**header).ljust(PAGE, b"\0") + self.strings
        return start.ljust(self.record_offset(), b"\0") + b"".join(self.records)

    def save(self, path, **header):
        with open(path, "wb") as file:
            file.write(self.bytes(**header))
        return str(path)


def three_sleepers():
    """Exercise 2 as its solution does it: A, B, C after 1, 2, 3 s."""
    story = Story(program="/b/exercises/ex2")
    story.add(START)
    story.spawn(1, "concurrent_tasks")
    root = story.begin()
    for child in (2, 3, 4):
        story.spawn(child, "say", parent=root)
    story.add(CLONE, root)
    story.add(WAIT, root, 2)
    story.pending(root, "concurrent_tasks", "join_handle")
    for timer in (1, 2, 3):
        task = story.begin()
        story.arm(task, timer, seconds(timer))
        story.pending(task, "say", "sleep")
    for timer, letter in ((1, "A"), (2, "B"), (3, "C")):
        finish_sleeper(story, root, timer, letter)
    story.add(STOP)
    return story


def finish_sleeper(story, root, timer, letter):
    story.add(PARK)
    story.add(UNPARK)
    story.advance(seconds(timer))
    story.fire(timer + 1, timer, seconds(timer))
    task = story.begin()
    story.print(task, letter + "\n")
    story.ready(task)
    story.wake(root, FROM_TASK, task)
    story.enqueue(root)
    story.add(DROP, root)
    story.begin()
    if timer == 3:
        story.ready(root)
        return
    story.add(CLONE, root)
    story.add(WAIT, root, timer + 2)
    story.pending(root, "concurrent_tasks", "join_handle")
