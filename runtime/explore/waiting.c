/*
 * Locks, conditions, threads, time and the kernel, as the explorer plays them.
 * Outside of a run they are the real ones.
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "explore/explore.h"
#include "explore/threads.h"

#undef pthread_mutex_lock
#undef pthread_mutex_unlock
#undef pthread_cond_wait
#undef pthread_cond_timedwait
#undef pthread_cond_signal
#undef pthread_cond_broadcast
#undef pthread_create
#undef pthread_self
#undef pthread_join
#undef rt_lock_acquire
#undef rt_lock_release
#undef rt_random_below
#undef rt_random_one_in
#undef sched_yield
#undef epoll_wait
#undef clock_gettime

/* ---- locks ---- */

static bool is_unlocked(void *lock)
{
    return !((struct rt_lock *)lock)->is_held;
}

void explore_lock(struct rt_lock *lock, struct explore_where where)
{
    if (!explore_is_running()) {
        rt_lock_acquire(lock);
        return;
    }
    explore_check_use(lock);
    if (lock->is_held) {
        explore_block(is_unlocked, lock, where.what, EXPLORE_NEVER);
    }
    explore_check_use(lock);
    lock->is_held = true;
    explore_point(lock, 1, where);
}

void explore_unlock(struct rt_lock *lock, struct explore_where where)
{
    if (!explore_is_running()) {
        rt_lock_release(lock);
        return;
    }
    lock->is_held = false;
    explore_point(lock, 0, where);
}

/* Of the real mutex only the memory is used; zero bytes are a free one. */
static struct rt_lock *lock_of(pthread_mutex_t *mutex)
{
    return (struct rt_lock *)(void *)mutex;
}

int explore_mutex_lock(pthread_mutex_t *mutex, struct explore_where where)
{
    if (!explore_is_running()) {
        return pthread_mutex_lock(mutex);
    }
    explore_lock(lock_of(mutex), where);
    return 0;
}

int explore_mutex_unlock(pthread_mutex_t *mutex, struct explore_where where)
{
    if (!explore_is_running()) {
        return pthread_mutex_unlock(mutex);
    }
    explore_unlock(lock_of(mutex), where);
    return 0;
}

/* ---- conditions ---- */

/* For each thread the condition that it waits for, until it is signalled. */
static pthread_cond_t *waits_for[RT_EXPLORE_MOST_THREADS];

static bool is_signalled(void *place)
{
    return *(pthread_cond_t **)place == NULL;
}

/* True: it was signalled; false: the end has come. */
static bool wait_for(pthread_cond_t *condition, pthread_mutex_t *mutex,
                     uint64_t end, struct explore_where where)
{
    pthread_cond_t **place = &waits_for[explore_number()];
    bool is_in_time;

    *place = condition;
    lock_of(mutex)->is_held = false;
    is_in_time = explore_block(is_signalled, place, where.what, end);
    *place = NULL;
    explore_mutex_lock(mutex, where);
    return is_in_time;
}

int explore_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                      struct explore_where where)
{
    if (!explore_is_running()) {
        return pthread_cond_wait(condition, mutex);
    }
    wait_for(condition, mutex, EXPLORE_NEVER, where);
    return 0;
}

static uint64_t time_of(const struct timespec *time)
{
    return (uint64_t)time->tv_sec * 1000000000 + (uint64_t)time->tv_nsec;
}

int explore_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                           const struct timespec *end,
                           struct explore_where where)
{
    if (!explore_is_running()) {
        return pthread_cond_timedwait(condition, mutex, end);
    }
    return wait_for(condition, mutex, time_of(end), where) ? 0 : ETIMEDOUT;
}

int explore_cond_wake(pthread_cond_t *condition, bool wakes_all,
                      struct explore_where where)
{
    if (!explore_is_running()) {
        return wakes_all ? pthread_cond_broadcast(condition)
                         : pthread_cond_signal(condition);
    }
    for (uint32_t i = 0; i < RT_EXPLORE_MOST_THREADS; i++) {
        if (waits_for[i] == condition) {
            waits_for[i] = NULL;
            if (!wakes_all) {
                break;
            }
        }
    }
    explore_point(condition, wakes_all, where);
    return 0;
}

/* ---- yields, the kernel ---- */

int explore_yield(struct explore_where where)
{
    if (!explore_is_running()) {
        return sched_yield();
    }
    explore_note(NULL, 0, where);
    explore_let_others();
    return 0;
}

/* An epoll is itself a file that can be polled. */
static bool has_event(void *place)
{
    struct pollfd poll_fd = {.fd = *(int *)place, .events = POLLIN};

    return poll(&poll_fd, 1, 0) > 0;
}

/* Of a wait that begins now; ms, or less than 0: never. */
static uint64_t end_of(int timeout)
{
    return timeout < 0 ? EXPLORE_NEVER
                       : explore_time() + (uint64_t)timeout * 1000000;
}

int explore_epoll_wait(int fd, struct epoll_event *events, int most,
                       int timeout, struct explore_where where)
{
    if (!explore_is_running()) {
        return epoll_wait(fd, events, most, timeout);
    }
    if (timeout != 0 && !has_event(&fd)) {
        explore_block(has_event, &fd, where.what, end_of(timeout));
    }
    explore_point(NULL, 0, where);
    return epoll_wait(fd, events, most, 0);
}

/* ---- time ---- */

int explore_clock_gettime(clockid_t clock, struct timespec *time)
{
    uint64_t now;

    if (!explore_is_running()) {
        return clock_gettime(clock, time);
    }
    now = explore_look_at_clock();
    *time = (struct timespec){
        .tv_sec = (time_t)(now / 1000000000),
        .tv_nsec = (long)(now % 1000000000),
    };
    return 0;
}

/* ---- threads ---- */

struct start {
    void *(*run)(void *data);
    void *data;
};

static struct start starts[RT_EXPLORE_MOST_THREADS];

static void run_start(void *data)
{
    const struct start *start = data;

    start->run(start->data);
}

int explore_thread_create(pthread_t *thread, void *(*run)(void *), void *data)
{
    static uint32_t next;
    struct start *start = &starts[next++ % RT_EXPLORE_MOST_THREADS];

    if (!explore_is_running()) {
        return pthread_create(thread, NULL, run, data);
    }
    *start = (struct start){run, data};
    *thread = (pthread_t)explore_start(run_start, start);
    return 0;
}

pthread_t explore_thread_self(void)
{
    return explore_is_running() ? (pthread_t)explore_number() : pthread_self();
}

static bool is_thread_over(void *data)
{
    return explore_is_over((uint32_t) * (pthread_t *)data);
}

int explore_thread_join(pthread_t thread, void **result,
                        struct explore_where where)
{
    if (!explore_is_running()) {
        return pthread_join(thread, result);
    }
    explore_block(is_thread_over, &thread, where.what, EXPLORE_NEVER);
    return 0;
}

/* ---- chance ---- */

uint32_t explore_random_below(struct rt_random *random, uint32_t bound)
{
    return explore_is_running() ? rt_explore_choose(bound)
                                : rt_random_below(random, bound);
}

bool explore_random_one_in(struct rt_random *random, uint32_t times)
{
    return explore_is_running() && times > 1 ? rt_explore_choose(2) == 1
                                             : rt_random_one_in(random, times);
}
