/*
 * Kit: what the runtime's tests share.
 *
 * A test is a few lines with a name that states a rule. Each runs in a process
 * of its own (Check forks), so that globals are fresh and a crash or a hang
 * ends one test only.
 */
#ifndef KIT_H
#define KIT_H

#include <check.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "rt.h"

/* ---- futures of a test ---- */

/* The ops of an async function name_poll; with a name_drop, or without. */
#define KIT_OPS_OF(name_, drop_)                                               \
    static enum rt_poll name_##_poll(struct rt_future *, struct rt_context *); \
    static const struct rt_future_ops name_##_ops = {                          \
        .poll = name_##_poll, .drop = drop_, .name = #name_}
#define KIT_OPS(name) KIT_OPS_OF(name, NULL)
#define KIT_OPS_WITH_DROP(name)                                                \
    static void name##_drop(struct rt_future *);                               \
    KIT_OPS_OF(name, name##_drop)

/* A frame: KIT_MAKE(echo, .stream = stream). */
#define KIT_MAKE(name, ...)                                                    \
    ((struct name){.future = RT_FUTURE(&name##_ops), ##__VA_ARGS__})

/* What became of a probe. Outlives it. */
struct kit_counts {
    int polls;
    int drops;
    struct rt_waker waker; /* owned: left by the last pending poll */
};

/* A leaf future that is pending so many times, then ready. */
struct kit_probe {
    struct rt_future future;
    struct kit_counts *counts; /* borrowed */
    int pending;               /* polls that are still to be pending */
    bool wakes_itself;
};

enum { KIT_FOR_EVER = -1 };

struct kit_probe kit_probe(struct kit_counts *counts, int pending);

/* Sleeps, then logs the text. */
struct kit_say {
    struct rt_future future;
    const char *text;
    uint64_t delay;
    struct rt_sleep nap;
};

struct kit_say kit_say(const char *text, uint64_t delay);

/* ---- polling by hand: the public kit, by the names of these tests ---- */

#define kit_waker rt_test_waker
#define kit_waker_init rt_test_waker_init
#define kit_poll rt_test_poll

/* ---- runtimes ---- */

/*
 * Reads RT_DRIVER and RT_WORKERS: call once. Ends the program with 2 if they
 * are unknown, with KIT_REFUSED if the system does not allow that driver.
 */
enum { KIT_REFUSED = 77 };
void kit_read_environment(void);

/* rt_builder_default() with that driver, and with so many workers. */
struct rt_builder kit_builder(void);

/*
 * The same with a current-thread runtime: for what polls by hand, or needs a
 * clock that stands still, one order of events for a seed, or one thread.
 */
struct rt_builder kit_lone_builder(void);

/* With a clock that is paused; the thread is inside of it. */
struct rt_runtime *kit_runtime(void);

/* Runs the future on a runtime of its own; returns what rt_block_on did. */
int kit_run(struct rt_future *future);
int kit_run_built(const struct rt_builder *builder, struct rt_future *future);
#define KIT_RUN(frame) kit_run(&(frame).future)

/* Lets the runtime (that we are inside of) run until all others had a turn. */
void kit_settle(struct rt_runtime *runtime);

/* ---- a log, to state an order ---- */

void kit_log(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *kit_logged(void);

/* ---- in a process of its own ---- */

struct kit_ending {
    int status;        /* as of waitpid */
    char output[4096]; /* standard output and error */
};

struct kit_ending kit_in_child(void (*body)(void));

/* It aborts and says "polliwog: rule: ". */
void kit_expect_panic(void (*body)(void), const char *rule);

/* It exits with the status, and its output has the text in it. */
void kit_expect_exit(void (*body)(void), int status, const char *text);

/* ---- sockets: RT_NET=local in a folder that is gone afterwards ---- */

void kit_local_net(void);
void kit_no_local_net(void);
const char *kit_folder(void);

/* Real time, ns. */
uint64_t kit_real_ns(void);

#endif
