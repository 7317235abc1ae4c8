the story of everything: 71 events, told under a conducted clock
the runtime starts, with a conducted clock [0.000 s]
task 1 'block_on' is spawned by the runtime [0.000 s] (the rule: a spawn only queues a task; it runs later)
task 1 'block_on' is in the queue (1 in it now) [0.000 s]
task 1 'block_on' is taken out of the queue (0 left) [0.000 s] (the rule: the queue is first in, first out)
task 1 'block_on' is polled: its poll 1 [0.000 s] (the rule: only a task that was woken is polled)
tcp listener 1 is open: the runtime watches it for task 1 'block_on' [0.000 s]
task 1 'block_on' waits until tcp listener 1 is readable [0.000 s] (the rule: not ready yet: leave a waker and return)
a waker of task 1 'block_on' is kept for later (1 kept now) [0.000 s] (the rule: who makes a task wait keeps its waker, to call it later)
task 1 'block_on' is pending: it is idle until it is woken [0.000 s] (the rule: a poll never waits: it answers ready or pending)
task 1 'block_on' is suspended in block_on [0.000 s] (the rule: what a task waits in is its frame, not a stack)
block_on awaits accept [0.000 s]
nothing can run and no timer is set: the program sleeps until something comes from outside [0.000 s] (the rule: with an empty queue the program sleeps)
tcp listener 1 is readable, says the kernel [0.000 s] (the rule: the kernel reports, the runtime wakes)
task 1 'block_on' is woken by tcp listener 1: it goes to the back of the queue [0.000 s] (the rule: a wake queues a task, it does not run it)
task 1 'block_on' is in the queue (1 in it now) [0.000 s]
a waker of task 1 'block_on' is given up (0 kept now) [0.000 s] (the rule: each kept waker is used or given up once)
the program goes on [0.000 s]
task 1 'block_on' is taken out of the queue (0 left) [0.000 s]
task 1 'block_on' is polled: its poll 2 [0.000 s]
tcp stream 2 is open: the runtime watches it for task 1 'block_on' [0.000 s]
task 2 'echo' is spawned by task 1 'block_on' [0.000 s]
task 2 'echo' is in the queue (1 in it now) [0.000 s]
mark: the first client is in [0.000 s]
task 2 'echo' is woken by task 1 'block_on': it is in the queue already, so one poll will do for both [0.000 s]
task 1 'block_on' wakes itself: it is running, so it is queued again after this poll [0.000 s]
task 1 'block_on' is pending, but it was woken during this poll: it will be polled again [0.000 s]
task 1 'block_on' is suspended in block_on [0.000 s]
task 1 'block_on' is in the queue (2 in it now) [0.000 s]
task 2 'echo' is taken out of the queue (1 left) [0.000 s]
task 2 'echo' is polled: its poll 1 [0.000 s]
a waker of task 2 'echo' is kept for later (1 kept now) [0.000 s]
timer 1 is set to 10.000 s for task 2 'echo' [0.000 s] (the rule: a sleep is a timer that holds a waker)
task 2 'echo' is pending: it is idle until it is woken [0.000 s]
task 2 'echo' is suspended in echo [0.000 s]
echo awaits timeout [0.000 s]
timeout awaits read [0.000 s]
task 1 'block_on' is taken out of the queue (0 left) [0.000 s]
task 1 'block_on' is polled: its poll 3 [0.000 s]
task 1 'block_on' waits for the end of task 2 'echo' [0.000 s] (the rule: the end of a task wakes who waits for it)
task 1 'block_on' waits for something of another task [0.000 s]
a waker of task 1 'block_on' is kept for later (1 kept now) [0.000 s]
task 1 'block_on' is pending: it is idle until it is woken [0.000 s]
task 1 'block_on' is suspended in block_on [0.000 s]
block_on awaits join_handle [0.000 s]
nothing can run: the program sleeps until the next timer, or i/o before it [0.000 s]
the program goes on [0.000 s]
the runtime looks for i/o, without waiting [0.000 s]
the clock is set to 2.500 s [2.500 s]
signal 2 (Ctrl-C) comes in [2.500 s]
task 1 'block_on' is woken by signal 2 (Ctrl-C): it goes to the back of the queue [2.500 s]
task 1 'block_on' is in the queue (1 in it now) [2.500 s]
hostile mode: a task is polled without a wake, for task 2 'echo' [2.500 s]
hostile mode: the queue is shuffled [2.500 s]
task 1 'block_on' is taken out of the queue (0 left) [2.500 s]
task 1 'block_on' is polled: its poll 4 [2.500 s]
task 1 'block_on' prints: Shutting down... [2.500 s]
task 1 'block_on' prints an error: an error [2.500 s]
task 2 'echo' is asked to stop by task 1 'block_on' [2.500 s] (the rule: an abort takes effect when the task would run)
task 2 'echo' is woken by task 1 'block_on': it goes to the back of the queue [2.500 s]
task 2 'echo' is in the queue (1 in it now) [2.500 s]
task 1 'block_on' is ready: it will not be polled again [2.500 s]
task 1 'block_on' is over: it ran to its end [2.500 s] (the rule: a task is dropped once, whatever ended it)
task 2 'echo' is taken out of the queue (0 left) [2.500 s]
timer 1 of task 2 'echo' is cancelled: nobody waits for it any more [2.500 s] (the rule: dropping a future takes back its timer)
a waker of task 2 'echo' is given up (0 kept now) [2.500 s]
tcp stream 2 is closed: the runtime watches it no more [2.500 s]
task 2 'echo' is over: it was aborted, its future is dropped [2.500 s]
task 2 'echo' is woken by something outside of the tasks: it is finished, so nothing happens [2.500 s]
task 2 'echo' is woken by the runtime, since it had yielded: it is finished, so nothing happens [2.500 s]
an event that was begun and never written [2.500 s]
the runtime is shut down [2.500 s]
the end: 5 polls of 2 tasks
look at this: tcp listener 1 was still registered when the runtime was shut down; it was opened by task 1 'block_on' [fd-left-open, event 6]
