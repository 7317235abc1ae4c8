/*
 * Scenarios: small programs of a few tasks, each about one part of the
 * runtime, whose outcome is the same whatever the order of events. So they can
 * run on any number of workers (test_stress.c), and under thousands of hostile
 * seeds (soak/soak.c).
 */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <stdbool.h>

#include "kit.h"

enum { CREW = 4, ROUNDS = 5 };

/* One task of a scenario. What lives across an await, and what it awaits. */
struct member {
    struct rt_future future;
    int index; /* 0 to CREW - 1 */
    int round;
    int value;
    uint64_t time;
    char bytes[16];
    union {
        struct rt_acquire acquire;
        struct rt_barrier_wait barrier;
        struct rt_blocking job;
        struct rt_broadcast_receive hear;
        struct rt_cancelled cancelled;
        struct rt_flush flush;
        struct rt_fs fs;
        struct rt_interval_tick tick;
        struct rt_join_handle handle;
        struct rt_join_set_next next;
        struct rt_mpsc_receive receive;
        struct rt_mpsc_send send;
        struct rt_next item;
        struct rt_notified notified;
        struct rt_once_get get;
        struct rt_oneshot_receiver oneshot;
        struct rt_read read;
        struct rt_sleep nap;
        struct rt_tcp_accept accept;
        struct rt_tcp_connect connect;
        struct rt_tracker_wait untracked;
        struct rt_udp_receive datagram;
        struct rt_udp_send post;
        struct rt_watch_changed changed;
        struct rt_write write;
        struct rt_yield turn;
    };
};

/* The poll function of the members of a scenario. */
#define MEMBER(name_)                                                          \
    static enum rt_poll name_##_poll(struct rt_future *, struct rt_context *); \
    static const struct rt_future_ops name_##_ops = {.poll = name_##_poll,     \
                                                     .name = #name_};          \
    static enum rt_poll name_##_poll(struct rt_future *future,                 \
                                     struct rt_context *cx)

struct scenario {
    const char *name;
    void (*begin)(void); /* makes what the members share; inside the runtime */
    const struct rt_future_ops *member; /* of the CREW tasks */
    void (*end)(void); /* checks what came out of it, and releases it */
    bool is_real;      /* asks the system for more than memory and local
                          sockets, or takes real time: not for the soak */
};

/* Ends with an entry of zeros. */
extern const struct scenario scenarios_of_sync[];
extern const struct scenario scenarios_of_tasks[];
extern const struct scenario scenarios_of_io[];

/* Runs it; NULL, or what was wrong: "file:line: condition". */
const char *scenario_run(struct rt_runtime *runtime,
                         const struct scenario *scenario);

/* Any thread. */
void scenario_expect(bool is_true, const char *what);

#define SCENARIO_TEXT(line) #line
#define SCENARIO_LINE(line) SCENARIO_TEXT(line)
#define EXPECT(...)                                                            \
    scenario_expect((__VA_ARGS__),                                             \
                    __FILE__ ":" SCENARIO_LINE(__LINE__) ": " #__VA_ARGS__)

#endif
