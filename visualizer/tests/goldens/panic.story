the story of panic: 5 events, told under a paused clock
task 1 'main' is spawned by the runtime [0.000 s] (the rule: a spawn only queues a task; it runs later)
task 1 'main' is in the queue (1 in it now) [0.000 s]
task 1 'main' is taken out of the queue (0 left) [0.000 s] (the rule: the queue is first in, first out)
task 1 'main' is polled: its poll 1 [0.000 s] (the rule: only a task that was woken is polled)
a rule is broken and the program stops: polled-after-ready: 'sleep' was polled after it was ready [0.000 s]
the end: a broken rule stopped the program
