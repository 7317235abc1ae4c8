/*
 * Interrupt: a fd that becomes readable when another thread says so, to end a
 * wait for fds.
 */
#ifndef RT_DRIVER_INTERRUPT_H
#define RT_DRIVER_INTERRUPT_H

struct rt_interrupt {
    int read_fd;  /* owned: readable once it was raised */
    int write_fd; /* owned; may be the same */
};

/* Returns 0 or a negative errno; then nothing needs a deinit. */
int rt_interrupt_init(struct rt_interrupt *interrupt);
void rt_interrupt_deinit(struct rt_interrupt *interrupt);

/* Makes read_fd readable until it is drained. Any thread. */
void rt_interrupt_raise(const struct rt_interrupt *interrupt);
void rt_interrupt_drain(const struct rt_interrupt *interrupt);

#endif
