/*
 * Script: an io whose other side does what is written down for it.
 *
 *     struct rt_script script = RT_SCRIPT(
 *         RT_EXPECT("PING\r\n"),
 *         rt_script_wait(RT_SECONDS(5)),
 *         RT_GIVE("PONG\r\n"),
 *         rt_script_fail_read(-ECONNRESET));
 *     ... run what talks to &script.io ...
 *     rt_script_close(&script);
 *
 * The steps come in order, with one freedom: a write may meet its expected
 * bytes before the bytes given ahead of them are read. A read or a write
 * waits for the steps that stand before its own. When no step is left, a read
 * gets the end of the stream. A write that no step expects, one that differs
 * from what is expected, and steps left over at the close, stop the program.
 *
 * Waits go by the runtime's clock, which a test has paused. One thread at a
 * time; one task reads and one writes.
 */
#ifndef RT_TESTING_SCRIPT_H
#define RT_TESTING_SCRIPT_H

#include "io/io.h"
#include "time/sleep.h"

enum { RT_SCRIPT_STEPS_MOST = 32 };

enum rt_script_kind {
    RT_SCRIPT_NO_STEP, /* after the last one */
    RT_SCRIPT_READ,    /* reads get these bytes; none: the error, or the end */
    RT_SCRIPT_WRITE,   /* these bytes are to be written; none: the error */
    RT_SCRIPT_WAIT,    /* nothing happens for a while */
};

struct rt_script_step {
    enum rt_script_kind kind;
    bool is_done;
    const char *bytes; /* borrowed: what is left to give or to expect */
    size_t size;
    int error;         /* a negative errno; or 0 */
    uint64_t duration; /* of a wait, ns */
    uint64_t deadline; /* of a wait that was come to, ns */
};

/* Who reads the script, or who writes to it. */
struct rt_script_side {
    struct rt_waker waker;             /* owned: waits for the other side */
    struct rt_sleep nap;               /* waits for the clock */
    const struct rt_script_step *wait; /* borrowed: what the nap is for */
};

/* May be moved until it is first used, and not after. */
struct rt_script {
    struct rt_io io;
    struct rt_script_step steps[RT_SCRIPT_STEPS_MOST];
    struct rt_script_side reader;
    struct rt_script_side writer;
};

extern const struct rt_io_ops rt_script_ops;

/* A script of these steps, by value. */
#define RT_SCRIPT(...)                                                         \
    ((struct rt_script){.io = {&rt_script_ops}, .steps = {__VA_ARGS__}})

/* Steps: bytes to be given to reads; bytes that writes must write. */
struct rt_script_step rt_script_give(const void *bytes, size_t size);
struct rt_script_step rt_script_expect(const void *bytes, size_t size);

/* The same for a string literal. */
#define RT_GIVE(literal) rt_script_give("" literal, sizeof(literal) - 1)
#define RT_EXPECT(literal) rt_script_expect("" literal, sizeof(literal) - 1)

/* A read gets the end of the stream here, with steps still to come. */
struct rt_script_step rt_script_end(void);

/* The next read, the next write, fails with this negative errno. */
struct rt_script_step rt_script_fail_read(int error);
struct rt_script_step rt_script_fail_write(int error);

/* Nothing is given or taken for so many ns, from when somebody asks for it. */
struct rt_script_step rt_script_wait(uint64_t duration);

/*
 * Checks that all steps were used, and releases what the script holds; so
 * does rt_io_close(&script.io).
 */
void rt_script_close(struct rt_script *script);

#endif
