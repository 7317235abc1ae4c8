the story of lost: 8 events, told under a paused clock
task 1 'main' is spawned by the runtime [0.000 s] (the rule: a spawn only queues a task; it runs later)
task 1 'main' is in the queue (1 in it now) [0.000 s]
task 1 'main' is taken out of the queue (0 left) [0.000 s] (the rule: the queue is first in, first out)
task 1 'main' is polled: its poll 1 [0.000 s] (the rule: only a task that was woken is polled)
task 1 'main' is pending: it is idle until it is woken [0.000 s] (the rule: a poll never waits: it answers ready or pending)
task 1 'main' is suspended in main [0.000 s] (the rule: what a task waits in is its frame, not a stack)
main awaits my_future [0.000 s]
nothing can run and no timer is set: the program sleeps until something comes from outside [0.000 s] (the rule: with an empty queue the program sleeps)
the end of the trace: the program did not shut its runtime down (it runs still, crashed, exited early or was ended from outside)
look at this: task 1 'main' is pending since its poll 1 and nobody holds its waker: nothing will ever wake it (it waits in main > my_future) [lost-wakeup, event 5]
