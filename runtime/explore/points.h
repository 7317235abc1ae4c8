/*
 * Points: what the explorer puts in the place of atomics, locks, chance, time.
 *
 * The compiler includes this before each file of the runtime and of the
 * models (-include), so that the sources need not know. An atomic operation
 * is done as usual, and then comes a point: the explorer may let another
 * thread go on. One after each operation is enough: between two operations of
 * a thread all others have had the chance to run. Outside of an exploration
 * a point does nothing.
 *
 * Not in here: the trace, and the countdown of base/memory.c. They would
 * add thousands of orders that differ in nothing.
 */
#ifndef RT_EXPLORE_POINTS_H
#define RT_EXPLORE_POINTS_H

#pragma GCC system_header /* no warnings: the macros nest */

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>

#include "base/lock.h"
#include "base/random.h"

/* ---- what the macros below call ---- */

struct explore_where {
    const char *what; /* "load", "lock", ... */
    const char *file;
    int line;
};

/* After an operation on the object, which now has this value. */
void explore_point(const volatile void *object, uint64_t value,
                   struct explore_where where);

void explore_lock(struct rt_lock *lock, struct explore_where where);
void explore_unlock(struct rt_lock *lock, struct explore_where where);
int explore_mutex_lock(pthread_mutex_t *mutex, struct explore_where where);
int explore_mutex_unlock(pthread_mutex_t *mutex, struct explore_where where);
int explore_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                      struct explore_where where);
int explore_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                           const struct timespec *end,
                           struct explore_where where);
int explore_cond_wake(pthread_cond_t *condition, bool wakes_all,
                      struct explore_where where);
int explore_yield(struct explore_where where);
int explore_epoll_wait(int fd, struct epoll_event *events, int most,
                       int timeout, struct explore_where where);
int explore_clock_gettime(clockid_t clock, struct timespec *time);
int explore_thread_create(pthread_t *thread, void *(*run)(void *), void *data);
pthread_t explore_thread_self(void);
int explore_thread_join(pthread_t thread, void **result,
                        struct explore_where where);

/* As in base/random.h; in an exploration, a choice: first 0, first false. */
uint32_t explore_random_below(struct rt_random *random, uint32_t bound);
bool explore_random_one_in(struct rt_random *random, uint32_t times);

/* As in stdlib.h. */
void *explore_calloc(size_t count, size_t size);
void explore_free(void *memory);

#define EXPLORE_WHERE(what) ((struct explore_where){(what), __FILE__, __LINE__})

#define EXPLORE_IS_QUIET                                                       \
    (__builtin_strstr(__FILE__, "trace/trace") ||                              \
     __builtin_strstr(__FILE__, "base/memory.c"))

#define EXPLORE_POINT(object, value, what)                                     \
    (EXPLORE_IS_QUIET                                                          \
         ? (void)0                                                             \
         : explore_point((object), (uint64_t)(value), EXPLORE_WHERE(what)))

/* ---- atomics: one thread runs at a time, so plain C does it ---- */

#undef atomic_init
#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_exchange_explicit
#undef atomic_compare_exchange_weak_explicit
#undef atomic_compare_exchange_strong_explicit
#undef atomic_compare_exchange_weak
#undef atomic_compare_exchange_strong
#undef atomic_fetch_add_explicit
#undef atomic_fetch_sub_explicit
#undef atomic_fetch_or_explicit
#undef atomic_fetch_and_explicit
#undef atomic_fetch_xor_explicit
#undef atomic_load
#undef atomic_store
#undef atomic_exchange
#undef atomic_fetch_add
#undef atomic_fetch_sub
#undef atomic_fetch_or
#undef atomic_fetch_and
#undef atomic_fetch_xor

#define EXPLORE_LOAD(object)                                                   \
    __extension__({                                                            \
        __auto_type explore_object = (object);                                 \
        __typeof__((void)0, *explore_object) explore_now = *explore_object;    \
        EXPLORE_POINT(explore_object, explore_now, "load");                    \
        explore_now;                                                           \
    })

#define EXPLORE_STORE(object, value)                                           \
    __extension__({                                                            \
        __auto_type explore_object = (object);                                 \
        *explore_object = (value);                                             \
        EXPLORE_POINT(explore_object, *explore_object, "store");               \
    })

/* next may use explore_now, the value before. */
#define EXPLORE_CHANGE(object, next, what)                                     \
    __extension__({                                                            \
        __auto_type explore_object = (object);                                 \
        __typeof__((void)0, *explore_object) explore_now = *explore_object;    \
        *explore_object = (next);                                              \
        EXPLORE_POINT(explore_object, *explore_object, what);                  \
        explore_now;                                                           \
    })

#define EXPLORE_COMPARE(object, expected, desired)                             \
    __extension__({                                                            \
        __auto_type explore_object = (object);                                 \
        __auto_type explore_expected = (expected);                             \
        __typeof__((void)0, *explore_object) explore_desired = (desired);      \
        __typeof__((void)0, *explore_object) explore_now = *explore_object;    \
        bool explore_same = explore_now == *explore_expected;                  \
        if (explore_same) {                                                    \
            *explore_object = explore_desired;                                 \
        } else {                                                               \
            *explore_expected = explore_now;                                   \
        }                                                                      \
        EXPLORE_POINT(explore_object, *explore_object,                         \
                      explore_same ? "exchange" : "failed exchange");          \
        explore_same;                                                          \
    })

/* Nobody else knows of the object yet. */
#define atomic_init(object, value) ((void)(*(object) = (value)))
#define atomic_load(object) EXPLORE_LOAD(object)
#define atomic_load_explicit(object, order) EXPLORE_LOAD(object)
#define atomic_store(object, value) EXPLORE_STORE(object, value)
#define atomic_store_explicit(object, value, order) EXPLORE_STORE(object, value)
#define atomic_exchange(object, value) EXPLORE_CHANGE(object, value, "exchange")
#define atomic_exchange_explicit(object, value, order)                         \
    EXPLORE_CHANGE(object, value, "exchange")

#define atomic_compare_exchange_weak(object, expected, desired)                \
    EXPLORE_COMPARE(object, expected, desired)
#define atomic_compare_exchange_strong(object, expected, desired)              \
    EXPLORE_COMPARE(object, expected, desired)
#define atomic_compare_exchange_weak_explicit(object, expected, desired, good, \
                                              bad)                             \
    EXPLORE_COMPARE(object, expected, desired)
#define atomic_compare_exchange_strong_explicit(object, expected, desired,     \
                                                good, bad)                     \
    EXPLORE_COMPARE(object, expected, desired)

#define atomic_fetch_add(object, value)                                        \
    EXPLORE_CHANGE(object, explore_now + (value), "add")
#define atomic_fetch_sub(object, value)                                        \
    EXPLORE_CHANGE(object, explore_now - (value), "sub")
#define atomic_fetch_or(object, value)                                         \
    EXPLORE_CHANGE(object, explore_now | (value), "or")
#define atomic_fetch_and(object, value)                                        \
    EXPLORE_CHANGE(object, explore_now &(value), "and")
#define atomic_fetch_xor(object, value)                                        \
    EXPLORE_CHANGE(object, explore_now ^ (value), "xor")
#define atomic_fetch_add_explicit(object, value, order)                        \
    atomic_fetch_add(object, value)
#define atomic_fetch_sub_explicit(object, value, order)                        \
    atomic_fetch_sub(object, value)
#define atomic_fetch_or_explicit(object, value, order)                         \
    atomic_fetch_or(object, value)
#define atomic_fetch_and_explicit(object, value, order)                        \
    atomic_fetch_and(object, value)
#define atomic_fetch_xor_explicit(object, value, order)                        \
    atomic_fetch_xor(object, value)

/* ---- locks and threads ---- */

#define rt_lock_acquire(lock) explore_lock((lock), EXPLORE_WHERE("lock"))
#define rt_lock_release(lock) explore_unlock((lock), EXPLORE_WHERE("unlock"))
#define pthread_mutex_lock(mutex)                                              \
    explore_mutex_lock((mutex), EXPLORE_WHERE("mutex lock"))
#define pthread_mutex_unlock(mutex)                                            \
    explore_mutex_unlock((mutex), EXPLORE_WHERE("mutex unlock"))
#define pthread_cond_wait(condition, mutex)                                    \
    explore_cond_wait((condition), (mutex), EXPLORE_WHERE("condition wait"))
#define pthread_cond_timedwait(condition, mutex, end)                          \
    explore_cond_timedwait((condition), (mutex), (end),                        \
                           EXPLORE_WHERE("condition wait"))
#define pthread_cond_signal(condition)                                         \
    explore_cond_wake((condition), false, EXPLORE_WHERE("condition signal"))
#define pthread_cond_broadcast(condition)                                      \
    explore_cond_wake((condition), true, EXPLORE_WHERE("condition broadcast"))
#define sched_yield() explore_yield(EXPLORE_WHERE("yield"))
#define epoll_wait(fd, events, most, timeout)                                  \
    explore_epoll_wait((fd), (events), (most), (timeout),                      \
                       EXPLORE_WHERE("epoll wait"))
#define clock_gettime(clock, time) explore_clock_gettime((clock), (time))
#define pthread_create(thread, attributes, run, data)                          \
    explore_thread_create((thread), (run), (data))
#define pthread_self() explore_thread_self()
#define pthread_detach(thread) ((void)(thread), 0)
#define pthread_setname_np(thread, name) ((void)(thread), (void)(name), 0)
#define pthread_join(thread, result)                                           \
    explore_thread_join((thread), (result), EXPLORE_WHERE("thread join"))

/* What each thread has of its own lies here, and is exchanged with it. */
#undef thread_local
#define _Thread_local __attribute__((section("explore_locals")))

/* ---- chance and memory ---- */

#define rt_random_below(random, bound) explore_random_below((random), (bound))
#define rt_random_one_in(random, times) explore_random_one_in((random), (times))
#define calloc explore_calloc
#define free explore_free /* also of members with that name, in all files */

#endif
