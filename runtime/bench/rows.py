"""The rows of the table: what is measured, and how good is good enough.

The targets are those that the runtime was designed for: ours divided by
Tokio's, with the runtime of one thread (ct) and with two workers (mt).
"""

import dataclasses
import statistics

OK = "ok"
MISSED = "slower than target"
SLOWER = "SLOWER THAN TOKIO"
UNKNOWN = "not compared"


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    program: str  # what bench-polliwog and bench-tokio call it
    title: str
    unit: str = "ns"
    targets: dict = dataclasses.field(default_factory=dict)  # mode: ratio
    most: float = 0  # or: ours at most so much
    above_floor: float = 0  # or: ours at most so much above the floor
    of_floor: float = 0  # or: ours at least this part of the floor

    @property
    def is_rate(self):
        """More is better."""
        return self.of_floor > 0

    def ratio(self, ours, theirs):
        """Below 1: we are better."""
        return theirs / ours if self.is_rate else ours / theirs

    def target(self, mode):
        """In words."""
        if self.is_rate:
            return f"{self.of_floor} floor"
        if self.above_floor:
            return f"floor+{self.above_floor:.0f}"
        return f"{self.most:.0f} {self.unit}" if self.most else f"{self.targets[mode]}"

    def meets_target(self, mode, ours, theirs, floor):
        if self.is_rate:
            return floor is None or ours >= self.of_floor * floor
        if self.above_floor:
            return floor is None or ours <= floor + self.above_floor
        if self.most:
            return int(ours) <= self.most  # less than a byte is other pages
        return theirs is None or ours / theirs <= self.targets[mode]


def timed(program, title, ct, mt):
    return Row(program, program, title, targets={"ct": ct, "mt": mt})


ROWS = (
    timed("spawn_join", "spawn + join, by 1000", 0.15, 0.30),
    timed("self_wake", "self-wake", 0.25, 0.30),
    timed("yield_1000", "yield, 1000 tasks", 0.30, 0.50),
    timed("ping_pong", "ping-pong, 2 mpsc(1)", 0.25, 0.35),
    timed("mpsc_128", "mpsc(128), 1 producer", 0.20, 0.40),
    timed("mutex", "mutex, uncontended", 0.25, 0.30),
    timed("timeout", "timeout, 1e5 pending", 0.15, 0.30),
    Row("parked", "parked", "parked task", unit="bytes", most=112),
    Row("sleeping", "sleeping", "sleeping task", unit="bytes", most=176),
    Row("echo_rate", "echo", "echo x 64, kreq/s", unit="kreq/s", of_floor=0.98),
    Row("echo_cpu", "echo", "echo x 64, CPU", unit="ns", above_floor=60),
)


@dataclasses.dataclass
class Result:
    """The values of all rounds, of one row and one mode."""

    row: Row
    mode: str
    ours: list = dataclasses.field(default_factory=list)
    theirs: list = dataclasses.field(default_factory=list)
    floor: list = dataclasses.field(default_factory=list)

    @staticmethod
    def median(values):
        return statistics.median(values) if values else None

    @property
    def ratio(self):
        if not self.theirs:
            return None
        return self.row.ratio(self.median(self.ours), self.median(self.theirs))

    @property
    def spread(self):
        """The least and the greatest ratio of any round."""
        if not self.theirs:
            return None
        ratios = [self.row.ratio(*pair) for pair in zip(self.ours, self.theirs)]
        return min(ratios), max(ratios)

    @property
    def mark(self):
        if self.ratio is not None and self.ratio > 1:
            return SLOWER
        medians = map(self.median, (self.ours, self.theirs, self.floor))
        if not self.row.meets_target(self.mode, *medians):
            return MISSED
        return UNKNOWN if self.ratio is None else OK

    def as_json(self):
        return {
            "name": self.row.name,
            "mode": self.mode,
            "unit": self.row.unit,
            "ours": self.median(self.ours),
            "theirs": self.median(self.theirs),
            "floor": self.median(self.floor),
            "ratio": self.ratio,
            "spread": self.spread,
            "target": self.row.target(self.mode),
            "mark": self.mark,
            "rounds": {
                "ours": self.ours,
                "theirs": self.theirs,
                "floor": self.floor,
            },
        }
