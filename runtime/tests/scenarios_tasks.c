/* Scenarios of tasks: groups, aborts, races between futures, time. */
#include <errno.h>
#include <unistd.h>

#include "scenario.h"

static atomic_int begun, ended; /* works that were spawned, and dropped */
static struct rt_semaphore semaphore;
static struct rt_mpsc_sender senders[CREW];
static struct rt_mpsc_receiver receiver;
static int received;
static atomic_int sent;

/* ---- what can be cancelled at any point ---- */

/* Takes a permit, rests, sends a value if there is a channel. */
struct work {
    struct rt_future future;
    int rests;
    struct rt_mpsc_sender *sender; /* borrowed; or NULL */
    bool has_permit;
    struct rt_acquire acquire;
    struct rt_yield turn;
    struct rt_mpsc_send send;
};

KIT_OPS_WITH_DROP(work);

static enum rt_poll work_poll(struct rt_future *future, struct rt_context *cx)
{
    struct work *self = RT_SELF(future, struct work);

    RT_BEGIN(self);
    self->acquire = rt_semaphore_acquire(&semaphore, 1);
    RT_AWAIT(self->acquire);
    self->has_permit = true;
    while (self->rests-- > 0) {
        self->turn = rt_yield();
        RT_AWAIT(self->turn);
    }
    if (self->sender) {
        self->send = rt_mpsc_send(self->sender, &self->rests);
        RT_AWAIT(self->send);
        atomic_fetch_add(&sent, 1);
    }
    RT_END(self);
}

static void work_drop(struct rt_future *future)
{
    struct work *self = RT_SELF(future, struct work);

    if (self->has_permit) {
        rt_semaphore_release(&semaphore, 1);
    }
    atomic_fetch_add(&ended, 1);
}

static struct work make_work(int rests)
{
    atomic_fetch_add(&begun, 1);
    return KIT_MAKE(work, .rests = rests);
}

static void works_begin(void)
{
    begun = ended = 0;
    rt_semaphore_init(&semaphore, 2);
}

static void works_end(void)
{
    EXPECT(begun == ended);
    EXPECT(rt_semaphore_available(&semaphore) == 2);
}

/* ---- groups ---- */

MEMBER(spawn_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    for (; self->round < ROUNDS; self->round++) {
        self->handle = RT_SPAWN(make_work(self->round % 3));
        RT_AWAIT(self->handle);
        EXPECT(self->handle.result == 0);
    }
    RT_END(self);
}

MEMBER(abort_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    for (; self->round < ROUNDS; self->round++) {
        self->handle = RT_SPAWN(make_work(self->round % 3));
        if (self->round > 0) {
            rt_join_abort(&self->handle);
        }
        RT_AWAIT(self->handle);
        EXPECT(self->handle.result == 0 ||
               (self->round > 0 && self->handle.result == -ECANCELED));
    }
    RT_END(self);
}

static struct rt_join_set sets[CREW];

/* Hears of each of its tasks; the odd ones abort what is left then. */
MEMBER(join_set_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    rt_join_set_init(&sets[self->index]);
    for (self->round = 0; self->round < ROUNDS; self->round++) {
        EXPECT(RT_JOIN_SET_SPAWN(&sets[self->index], make_work(self->round)) ==
               0);
    }
    for (self->round = 0;; self->round++) {
        self->next = rt_join_set_next(&sets[self->index], NULL, 0);
        RT_AWAIT(self->next);
        if (self->next.result == -ECHILD) {
            break;
        }
        if (self->index % 2 && self->round == 1) {
            rt_join_set_abort_all(&sets[self->index]);
        }
    }
    EXPECT(self->round == ROUNDS);
    rt_join_set_deinit(&sets[self->index]);
    RT_END(self);
}

static struct rt_tracker tracker;

static void tracker_begin(void)
{
    works_begin();
    rt_tracker_init(&tracker);
}

MEMBER(tracker_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    for (self->round = 0; self->round < ROUNDS; self->round++) {
        EXPECT(RT_TRACK(&tracker, make_work(self->round)) == 0);
    }
    self->untracked = rt_tracker_wait(&tracker);
    RT_AWAIT(self->untracked);
    RT_END(self);
}

static void tracker_end(void)
{
    EXPECT(rt_tracker_count(&tracker) == 0);
    rt_tracker_deinit(&tracker);
    works_end();
}

/* ---- races ---- */

/* Is ready after so many yields. */
struct rest {
    struct rt_future future;
    int times;
    struct rt_yield turn;
};

KIT_OPS(rest);

static enum rt_poll rest_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rest *self = RT_SELF(future, struct rest);

    RT_BEGIN(self);
    while (self->times-- > 0) {
        self->turn = rt_yield();
        RT_AWAIT(self->turn);
    }
    RT_END(self);
}

static struct work works[CREW];
static struct rest rests[CREW];
static struct rt_select selects[CREW];
static struct rt_join joins[CREW];
static struct rt_timeout limits[CREW];
static struct rt_sleep naps[CREW];

static void select_begin(void)
{
    works_begin();
    atomic_store(&sent, 0);
    received = 0;
    EXPECT(rt_mpsc_create(sizeof(int), 1, &senders[1], &receiver) == 0);
    for (int i = 2; i < CREW; i++) {
        senders[i] = rt_mpsc_sender_clone(&senders[1]);
    }
}

/* Works are dropped at any point; what was sent arrives, and no more. */
MEMBER(select_member)
{
    struct member *self = RT_SELF(future, struct member);
    int i = self->index; /* set anew in each poll */

    RT_BEGIN(self);
    for (; i > 0 && self->round < ROUNDS; self->round++) {
        works[i] = make_work(self->round % 2);
        works[i].sender = &senders[i];
        rests[i] = KIT_MAKE(rest, .times = self->round);
        selects[i] = RT_SELECT(works[i], rests[i]);
        RT_AWAIT(selects[i]);
    }
    rt_mpsc_sender_drop(&senders[i]);
    while (self->index == 0) {
        self->receive = rt_mpsc_receive(&receiver, &self->value);
        RT_AWAIT(self->receive);
        if (self->receive.result == -EPIPE) {
            break;
        }
        received++;
    }
    RT_END(self);
}

static void select_end(void)
{
    EXPECT(received == sent);
    rt_mpsc_receiver_drop(&receiver);
    works_end();
}

MEMBER(join_member)
{
    struct member *self = RT_SELF(future, struct member);
    int i = self->index; /* set anew in each poll */

    RT_BEGIN(self);
    for (; self->round < ROUNDS; self->round++) {
        works[i] = make_work(self->round % 2);
        rests[i] = KIT_MAKE(rest, .times = self->round);
        joins[i] = RT_JOIN(works[i], rests[i]);
        RT_AWAIT(joins[i]);
    }
    RT_END(self);
}

/* ---- time ---- */

MEMBER(sleep_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    for (; self->round < ROUNDS; self->round++) {
        self->time = rt_now() + RT_MICROSECONDS(300 * (uint64_t)self->round);
        self->nap = rt_sleep_until(self->time);
        RT_AWAIT(self->nap);
        EXPECT(rt_now() >= self->time);
    }
    RT_END(self);
}

/* The even ones come in time. */
MEMBER(timeout_member)
{
    struct member *self = RT_SELF(future, struct member);
    uint64_t inner, limit;

    RT_BEGIN(self);
    for (; self->round < ROUNDS; self->round++) {
        inner = self->index % 2 ? RT_SECONDS(3600) : RT_MILLISECONDS(1);
        limit = self->index % 2 ? RT_MILLISECONDS(1) : RT_SECONDS(3600);
        naps[self->index] = rt_sleep(inner);
        limits[self->index] = RT_TIMEOUT(naps[self->index], limit);
        RT_AWAIT(limits[self->index]);
        EXPECT(limits[self->index].is_expired == (self->index % 2 == 1));
    }
    RT_END(self);
}

static struct rt_interval intervals[CREW];

MEMBER(interval_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    self->time = rt_now();
    intervals[self->index] = rt_interval_at(self->time, RT_MILLISECONDS(1));
    for (; self->round < ROUNDS; self->round++) {
        self->tick = rt_interval_tick(&intervals[self->index]);
        RT_AWAIT(self->tick);
        EXPECT(self->tick.scheduled ==
               self->time + RT_MILLISECONDS((uint64_t)self->round));
        EXPECT(rt_now() >= self->tick.scheduled);
    }
    RT_END(self);
}

/* ---- threads for blocking work ---- */

static intptr_t square(void *argument)
{
    return (intptr_t)argument * (intptr_t)argument;
}

MEMBER(blocking_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    for (; self->round < ROUNDS; self->round++) {
        self->job = rt_spawn_blocking(square, (void *)(intptr_t)self->round);
        RT_AWAIT(self->job);
        EXPECT(self->job.error == 0 &&
               self->job.result == self->round * self->round);
    }
    RT_END(self);
}

const struct scenario scenarios_of_tasks[] = {
    {"spawn", works_begin, &spawn_member_ops, works_end, false},
    {"abort", works_begin, &abort_member_ops, works_end, false},
    {"join_set", works_begin, &join_set_member_ops, works_end, false},
    {"tracker", tracker_begin, &tracker_member_ops, tracker_end, false},
    {"select", select_begin, &select_member_ops, select_end, false},
    {"join", works_begin, &join_member_ops, works_end, false},
    {"sleep", NULL, &sleep_member_ops, NULL, false},
    {"timeout", NULL, &timeout_member_ops, NULL, false},
    {"interval", NULL, &interval_member_ops, NULL, false},
    {"blocking", NULL, &blocking_member_ops, NULL, true},
    {0},
};
