"""Diagnosis: from what a judge saw to one word, and why.

A judge that is sure says the word itself. Otherwise it gives a symptom, "?idle"
say, and this file looks closer, in this order: what the program's last words
say, what hostility it can't bear (by experiment), what the trace shows.
"""

import re
import signal

from grader import facts as trace_facts
from grader import symbols
from grader.result import Failure

# Checks with room for all that is written: no write is short in them.
ROUTINE = ("listens", "echoes", "closes", "leaves-nothing", "many-clients")

BUSY_POLLS = 1000  # in one run without rest: that is busy polling
BLOCKED_SECONDS = 0.1  # a poll of this length: the thread was asleep
SPINNING_SECONDS = 0.7  # and of this one, whatever it did, on a busy machine
NOT_IMPLEMENTED_STATUS = 70

# What may come of memory that isn't the program's own.
UNSURE = (
    "wrong-output",
    "?over",
    "?ended",
    "?status",
    "?short-output",
    "?gap",
    "?part",
)

# One kind of hostility, and what it means not to bear it.
HOSTILITIES = {
    "junk": "local-lost-across-await",
    "short": "short-write-ignored",
    "accept": "ignored-error",
    "again": "ignored-error",
}

SIGNAL_DIAGNOSES = {
    128 + 24: "cpu-limit",  # SIGXCPU
    128 + 25: "output-limit",  # SIGXFSZ
}

# Signals that a program dies of by itself. (A program may exit with 130, too.)
CRASHES = {
    signal.SIGILL,
    signal.SIGTRAP,
    signal.SIGABRT,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGKILL,
    signal.SIGSEGV,
    signal.SIGSYS,
}

LOCALS = (
    "with other junk on the stack between two polls it ends in another way: it "
    "reads a local variable that was set before an await"
)

RULE = re.compile(r"^polliwog: ([a-z-]+): (.*)$", re.MULTILINE)
UNDEFINED = re.compile(r"runtime error: (.*)$", re.MULTILINE)
ASAN = re.compile(r"ERROR: (Address|Leak)Sanitizer: ?(.*)$", re.MULTILINE)

# Rules of the runtime that have another name here.
RULES = {
    "not-a-future": "crash",
    "no-runtime": "crash",
}


def _from_sanitizer(finding):
    found = ASAN.search(finding.errors)
    if found and found[1] == "Leak":
        leak = re.search(r"(\d+) byte\(s\) leaked", finding.errors)
        size = f"{leak[1]} bytes" if leak else "memory"
        return "leaked-memory", f"{size} were never freed"
    if found:
        word = "crash"
        if "stack-use-after" in found[2]:
            word = "local-lost-across-await"
        elif "use-after" in found[2]:
            word = "use-after-free"
        return word, f"AddressSanitizer: {found[2].split(' on ')[0]}"
    found = UNDEFINED.search(finding.errors)
    return ("crash", f"undefined behaviour: {found[1]}") if found else None


def _from_last_words(finding):
    """What the runtime or a sanitizer said as it stopped the program."""
    rules = RULE.findall(finding.errors)
    if finding.is_over and rules:
        rule, message = rules[-1]
        known = finding.status in (NOT_IMPLEMENTED_STATUS, 134)
        if known and rule == "not-implemented":
            return rule, message
        if known:
            return RULES.get(rule, rule), f"the runtime stopped it: {message}"
    return _from_sanitizer(finding)


def _from_status(finding):
    status = finding.status
    if status in SIGNAL_DIAGNOSES:
        return SIGNAL_DIAGNOSES[status], ""
    if status - 128 in CRASHES:
        return "crash", ""
    return ("wrong-exit-status" if status else "early-exit"), ""


def _from_end(finding, facts):
    """It is over, and shouldn't be."""
    dropped = trace_facts.was_cut_off(facts)
    if finding.status == 0 and dropped:
        names = ", ".join(task["name"] for task in dropped)
        return (
            "not-awaited",
            f"main was ready while other tasks were not ({names}): what nobody "
            "awaits is dropped with the runtime",
        )
    if finding.symptom == "?short-output" and facts.get("complete"):
        return "wrong-output", ""
    return _from_status(finding)


def _from_busy(facts):
    polls = trace_facts.polls(facts)
    if polls > BUSY_POLLS:
        return "busy-poll", f"there were {polls} polls and no rest between them"
    return "blocked-executor", "one poll never returned, so nothing else could run"


def _from_idle(finding, facts):
    """It waits, and shouldn't."""
    task = trace_facts.forgotten(facts)
    if finding.next >= 0 and not task:
        return "too-late", f"the next timer is due at {finding.next / 1e9:.3f} s"
    if task:
        count = task.get("polls", 0)
        return (
            "lost-wakeup",
            f"task '{task.get('name')}' returned pending at poll {count} and "
            "nobody holds its waker: nobody will ever wake it",
        )
    if finding.tasks:
        return "lost-wakeup", "nothing is there that could ever wake its tasks"
    return "hang", ""


def _from_echo(finding, facts, check):
    """Bytes that were sent did not come back; the program is idle."""
    task = trace_facts.forgotten(facts)
    if task:
        return _from_idle(finding, facts)
    if finding.symptom == "?gap" and check.name in ROUTINE:
        return "message-lost", ""
    if finding.symptom in ("?part", "?gap"):
        return "short-write-ignored", "a write that moved less was not gone on with"
    if finding.symptom == "?cut-short":
        return "closed-early", ""
    return "hang", ""


def _from_symptom(finding, facts, build, check):
    symptom = finding.symptom
    if symptom == "?blocked":
        calls = sorted(build.calls & symbols.BLOCKING_CALLS)
        called = f"it calls {', '.join(calls)}" if calls else ""
        return "blocked-executor", called
    if symptom == "?busy":
        return _from_busy(facts)
    if symptom == "?ended" and 0 <= finding.status < 128:
        return "early-exit", ""
    if symptom in ("?over", "?ended", "?status", "?short-output"):
        return _from_end(finding, facts)
    if symptom == "?late":
        return "not-concurrent", "the waits come one after the other"
    if symptom == "?idle":
        return _from_idle(finding, facts)
    if symptom == "?refused":
        return "hang", ""
    if symptom.startswith("?"):
        return _from_echo(finding, facts, check)
    return symptom, ""


def _from_polls(finding, facts, build):
    """It came through, but a poll was longer than it should be, or never over."""
    calls = sorted(build.calls & symbols.BLOCKING_CALLS)
    longest = trace_facts.longest_poll(facts)
    cut = trace_facts.cut_in_a_poll(facts)
    if calls and longest > BLOCKED_SECONDS:
        return (
            "blocked-executor",
            f"one poll took {longest:.1f} s of real time, and the file calls "
            f"{', '.join(calls)}",
        )
    if finding.symptom == "too-early" and longest > SPINNING_SECONDS:
        return (
            "blocked-executor",
            f"one poll took {longest:.1f} s of real time: it waits without an "
            "await, and nothing else could run",
        )
    if finding.symptom == "too-early" and finding.status == 0 and cut:
        return (
            "early-exit",
            f"it called exit in the middle of a poll of '{cut['name']}'",
        )
    return None


def _from_hostility(finding, lab):
    """Which kind of hostility alone is too much for it?"""
    if lab.depends_on_locals(finding):
        return "local-lost-across-await", LOCALS
    for feature, diagnosis in HOSTILITIES.items():
        if feature not in finding.hostile:
            continue
        alone = lab.fails_with(feature)
        if alone:
            return diagnosis, f"it fails with RT_HOSTILE={alone.seed}:{feature}"
    return None


def _from_lab(finding, lab):
    """Memory that is not its own shows in many ways, and is the cause of all."""
    seen = lab.sanitized()
    found = _from_sanitizer(seen) if seen else None
    if found and found[0] in ("use-after-free", "local-lost-across-await"):
        return found
    if lab.depends_on_locals(finding):
        return "local-lost-across-await", LOCALS
    crashed = finding.status is not None and finding.status - 128 in CRASHES
    lost = lab.build.lost_local() if crashed else None
    if lost:
        return (
            "local-lost-across-await",
            f"the local variable '{lost}' is set before an await and used after it",
        )
    return None


def _look_closer(finding, build, lab, facts):
    found = _from_last_words(finding)
    if found or finding.symptom.endswith("-limit"):
        return found
    if lab and finding.hostile:
        found = _from_hostility(finding, lab)
    elif lab and finding.symptom in UNSURE:
        found = _from_lab(finding, lab)
    return found or _from_polls(finding, facts, build)


def diagnose(finding, check, build, lab=None):
    """The Failure for what was found in a check. lab is where to repeat the
    check, if that can be done."""
    facts = trace_facts.read(finding.trace)
    found = _look_closer(finding, build, lab, facts)
    diagnosis, evidence = found or _from_symptom(finding, facts, build, check)
    message = finding.message
    if diagnosis == "not-implemented":
        message = f"your code is still to come: {evidence}"
    elif evidence:
        message += f". {evidence[0].upper()}{evidence[1:]}"
    return Failure(diagnosis, message, finding.seed)
