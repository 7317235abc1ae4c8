"""Diagnosis: from what a judge saw to one word, and why.

A judge that is sure says the word itself. Otherwise it gives a symptom, "?idle"
say, and this file looks closer, in this order: what the program's last words
say, what hostility it can't bear (by experiment), what the trace shows.
"""

import re

from grader import facts as trace_facts
from grader import symbols
from grader.result import Failure

BUSY_POLLS = 1000  # in one run without rest: that is busy polling
NOT_IMPLEMENTED_STATUS = 70

# One kind of hostility, and what it means not to bear it.
EXPERIMENTS = {
    "junk": "local-lost-across-await",
    "short": "short-write-ignored",
    "accept": "ignored-error",
    "again": "ignored-error",
}

SIGNAL_DIAGNOSES = {
    128 + 24: "cpu-limit",  # SIGXCPU
    128 + 25: "output-limit",  # SIGXFSZ
}

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
        freed = "use-after" in found[2] or "double-free" in found[2]
        word = "use-after-free" if freed else "crash"
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
            return rule, f"there is nothing yet: {message}"
        if known:
            return RULES.get(rule, rule), f"the runtime stopped it: {message}"
    return _from_sanitizer(finding)


def _from_status(finding):
    status = finding.status
    if status in SIGNAL_DIAGNOSES:
        return SIGNAL_DIAGNOSES[status], ""
    if status >= 128:
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


def _from_echo(finding, facts):
    """Bytes that were sent did not come back; the program is idle."""
    task = trace_facts.forgotten(facts)
    if task:
        return _from_idle(finding, facts)
    if finding.symptom == "?part":
        return "short-write-ignored", "a write that moved less was not gone on with"
    if finding.symptom == "?cut-short":
        return "closed-early", ""
    return "hang", ""


def _closer(finding, facts, build):
    symptom = finding.symptom
    if symptom == "?blocked":
        calls = sorted(build.calls & symbols.BLOCKING_CALLS)
        called = f"it calls {', '.join(calls)}" if calls else ""
        return "blocked-executor", called
    if symptom == "?busy":
        return _from_busy(facts)
    if symptom in ("?over", "?status"):
        return _from_end(finding, facts)
    if symptom == "?late":
        return "not-concurrent", "the waits come one after the other"
    if symptom == "?idle":
        return _from_idle(finding, facts)
    if symptom == "?refused":
        return "hang", ""
    if symptom.startswith("?"):
        return _from_echo(finding, facts)
    return symptom, ""


def _from_experiments(finding, try_alone):
    """Which kind of hostility alone is too much for it?"""
    for feature, diagnosis in EXPERIMENTS.items():
        if feature in finding.hostile and try_alone(feature):
            return diagnosis, f"it fails with RT_HOSTILE={finding.seed}:{feature}"
    return None


def diagnose(finding, build, try_alone):
    """The Failure for a finding. try_alone(feature) repeats the check with
    one kind of hostility and says whether it fails."""
    facts = trace_facts.read(finding.trace)
    found = _from_last_words(finding)
    if not found and finding.hostile and not finding.symptom.endswith("-limit"):
        found = _from_experiments(finding, try_alone)
    diagnosis, evidence = found or _closer(finding, facts, build)
    message = finding.message + (f". {evidence[0].upper()}{evidence[1:]}" if evidence else "")
    return Failure(diagnosis, message, finding.seed)
