/* Scenarios of what tasks share: locks, notifications, channels. */
#include <errno.h>

#include "scenario.h"

static int total, left, right; /* guarded by what the scenario is about */
static atomic_int count, most;

static void start_counting(void)
{
    total = left = right = 0;
    count = most = 0;
}

/* ---- locks ---- */

static struct rt_mutex mutex;

static void mutex_begin(void)
{
    start_counting();
    rt_mutex_init(&mutex);
}

MEMBER(mutex_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    for (; self->round < ROUNDS; self->round++) {
        self->acquire = rt_mutex_lock(&mutex);
        RT_AWAIT(self->acquire);
        self->value = total;
        self->turn = rt_yield();
        RT_AWAIT(self->turn);
        total = self->value + 1;
        rt_mutex_unlock(&mutex);
    }
    RT_END(self);
}

static void mutex_end(void)
{
    EXPECT(total == CREW * ROUNDS);
    EXPECT(rt_mutex_try_lock(&mutex));
}

static struct rt_rwlock rwlock;

static void rwlock_begin(void)
{
    start_counting();
    rt_rwlock_init(&rwlock);
}

/* The even ones write. */
MEMBER(rwlock_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    for (; self->round < ROUNDS; self->round++) {
        self->acquire = self->index % 2 ? rt_rwlock_read(&rwlock)
                                        : rt_rwlock_write(&rwlock);
        RT_AWAIT(self->acquire);
        if (self->index % 2) {
            EXPECT(left == right);
            rt_rwlock_unlock_read(&rwlock);
            continue;
        }
        left++;
        self->turn = rt_yield();
        RT_AWAIT(self->turn);
        right++;
        rt_rwlock_unlock_write(&rwlock);
    }
    RT_END(self);
}

static void rwlock_end(void)
{
    EXPECT(left == CREW / 2 * ROUNDS && right == left);
    EXPECT(rt_rwlock_try_write(&rwlock));
}

static struct rt_semaphore semaphore;

static void semaphore_begin(void)
{
    start_counting();
    rt_semaphore_init(&semaphore, 3);
}

MEMBER(semaphore_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    for (; self->round < ROUNDS; self->round++) {
        self->acquire = rt_semaphore_acquire(&semaphore, 2);
        RT_AWAIT(self->acquire);
        EXPECT(self->acquire.result == 0);
        EXPECT(atomic_fetch_add(&count, 1) == 0);
        self->turn = rt_yield();
        RT_AWAIT(self->turn);
        atomic_fetch_sub(&count, 1);
        rt_semaphore_release(&semaphore, 2);
    }
    RT_END(self);
}

static void semaphore_end(void)
{
    EXPECT(rt_semaphore_available(&semaphore) == 3);
}

/* ---- notifications ---- */

static struct rt_notify balls[CREW];

static void notify_begin(void)
{
    for (int i = 0; i < CREW; i++) {
        rt_notify_init(&balls[i]);
    }
    rt_notify_one(&balls[0]);
}

/* A ball goes round and round. */
MEMBER(notify_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    for (; self->round < ROUNDS; self->round++) {
        self->notified = rt_notify_notified(&balls[self->index]);
        RT_AWAIT(self->notified);
        rt_notify_one(&balls[(self->index + 1) % CREW]);
    }
    RT_END(self);
}

static struct rt_barrier barrier;

static void barrier_begin(void)
{
    start_counting();
    rt_barrier_init(&barrier, CREW);
}

MEMBER(barrier_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    for (; self->round < ROUNDS; self->round++) {
        self->barrier = rt_barrier_wait(&barrier);
        RT_AWAIT(self->barrier);
        if (self->barrier.is_leader) {
            atomic_fetch_add(&count, 1);
        }
        EXPECT(count <= self->round + 2);
    }
    RT_END(self);
}

static void barrier_end(void)
{
    EXPECT(count == ROUNDS);
}

static struct rt_once_cell cell;

struct make {
    struct rt_future future;
    struct rt_yield turn;
    void *result;
};

KIT_OPS(make);

static enum rt_poll make_poll(struct rt_future *future, struct rt_context *cx)
{
    struct make *self = RT_SELF(future, struct make);

    RT_BEGIN(self);
    self->turn = rt_yield();
    RT_AWAIT(self->turn);
    atomic_fetch_add(&count, 1);
    self->result = &cell;
    RT_END(self);
}

static void once_cell_begin(void)
{
    start_counting();
    rt_once_cell_init(&cell);
}

static struct make makes[CREW];

MEMBER(once_cell_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    makes[self->index] = KIT_MAKE(make);
    self->get = RT_ONCE_GET_OR_INIT(&cell, makes[self->index], result);
    RT_AWAIT(self->get);
    EXPECT(self->get.value == &cell);
    RT_END(self);
}

static void once_cell_end(void)
{
    EXPECT(count == 1);
}

static struct rt_cancel_token *token;

static void cancel_begin(void)
{
    start_counting();
    token = rt_cancel_token_create(NULL);
}

static struct rt_cancel_token *children[CREW];

/* Each waits for a child of the token; the first cancels it. */
MEMBER(cancel_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    children[self->index] = rt_cancel_token_create(token);
    if (self->index == 0) {
        for (; self->round < ROUNDS; self->round++) {
            self->turn = rt_yield();
            RT_AWAIT(self->turn);
        }
        rt_cancel_token_cancel(token);
    }
    self->cancelled = rt_cancelled(children[self->index]);
    RT_AWAIT(self->cancelled);
    rt_cancel_token_unref(children[self->index]);
    RT_END(self);
}

static void cancel_end(void)
{
    EXPECT(rt_cancel_token_is_cancelled(token));
    rt_cancel_token_unref(token);
}

/* ---- channels ---- */

static struct rt_mpsc_sender senders[CREW];
static struct rt_mpsc_receiver receiver;

static void open_channel(uint32_t capacity)
{
    start_counting();
    EXPECT(rt_mpsc_create(sizeof(int), capacity, &senders[1], &receiver) == 0);
    for (int i = 2; i < CREW; i++) {
        senders[i] = rt_mpsc_sender_clone(&senders[1]);
    }
}

static void mpsc_begin(void)
{
    open_channel(2);
}

static void mpsc_unbounded_begin(void)
{
    open_channel(RT_MPSC_UNBOUNDED);
}

/* The first receives. */
MEMBER(mpsc_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    for (; self->index > 0 && self->round < ROUNDS; self->round++) {
        self->value = self->round + 1;
        self->send = rt_mpsc_send(&senders[self->index], &self->value);
        RT_AWAIT(self->send);
        EXPECT(self->send.result == 0);
    }
    rt_mpsc_sender_drop(&senders[self->index]);
    while (self->index == 0) {
        self->receive = rt_mpsc_receive(&receiver, &self->value);
        RT_AWAIT(self->receive);
        if (self->receive.result == -EPIPE) {
            break;
        }
        total += self->value;
    }
    RT_END(self);
}

static void mpsc_end(void)
{
    EXPECT(total == (CREW - 1) * ROUNDS * (ROUNDS + 1) / 2);
    rt_mpsc_receiver_drop(&receiver);
}

/* The receiver goes away in the middle. */
MEMBER(mpsc_close_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    while (self->index > 0) {
        self->send = rt_mpsc_send(&senders[self->index], &self->round);
        RT_AWAIT(self->send);
        if (self->send.result == -EPIPE) {
            rt_mpsc_sender_drop(&senders[self->index]);
            RT_RETURN();
        }
        atomic_fetch_add(&count, 1);
    }
    for (; self->round < ROUNDS; self->round++) {
        self->receive = rt_mpsc_receive(&receiver, &self->value);
        RT_AWAIT(self->receive);
        total++;
    }
    rt_mpsc_close(&receiver);
    while (rt_mpsc_try_receive(&receiver, &self->value) == 0) {
        total++;
    }
    self->receive = rt_mpsc_receive(&receiver, &self->value);
    RT_AWAIT(self->receive);
    total += self->receive.result == 0;
    RT_END(self);
}

static void mpsc_close_end(void)
{
    int value;

    while (rt_mpsc_try_receive(&receiver, &value) == 0) {
        total++;
    }
    EXPECT(total == count);
    rt_mpsc_receiver_drop(&receiver);
}

struct teller {
    struct rt_future future;
    struct rt_oneshot_sender sender;
    int value;
};

KIT_OPS(teller);

static enum rt_poll teller_poll(struct rt_future *future, struct rt_context *cx)
{
    struct teller *self = RT_SELF(future, struct teller);

    (void)cx;
    EXPECT(rt_oneshot_send(&self->sender, &self->value) == 0);
    return RT_READY;
}

MEMBER(oneshot_member)
{
    struct member *self = RT_SELF(future, struct member);
    struct rt_oneshot_sender sender;

    RT_BEGIN(self);
    for (; self->round < ROUNDS; self->round++) {
        EXPECT(rt_oneshot_create(sizeof(int), &self->value, &sender,
                                 &self->oneshot) == 0);
        RT_SPAWN_DETACHED(
            KIT_MAKE(teller, .sender = sender, .value = self->round));
        RT_AWAIT(self->oneshot);
        EXPECT(self->oneshot.result == 0 && self->value == self->round);
    }
    RT_END(self);
}

static struct rt_watch_sender watched;
static struct rt_watch_receiver watchers[CREW];

static void watch_begin(void)
{
    int first = 0;

    EXPECT(rt_watch_create(sizeof(int), &first, &watched, &watchers[1]) == 0);
    for (int i = 2; i < CREW; i++) {
        watchers[i] = rt_watch_receiver_clone(&watchers[1]);
    }
}

/* Values grow, the last one is seen, and then the end. */
MEMBER(watch_member)
{
    struct member *self = RT_SELF(future, struct member);
    int seen;

    RT_BEGIN(self);
    for (; self->index == 0 && self->round < ROUNDS; self->round++) {
        self->value = self->round + 1;
        rt_watch_send(&watched, &self->value);
        self->turn = rt_yield();
        RT_AWAIT(self->turn);
    }
    if (self->index == 0) {
        rt_watch_sender_drop(&watched);
        RT_RETURN();
    }
    for (;;) {
        self->changed = rt_watch_changed(&watchers[self->index]);
        RT_AWAIT(self->changed);
        if (self->changed.result == -EPIPE) {
            break;
        }
        rt_watch_look(&watchers[self->index], &seen);
        EXPECT(seen > self->value);
        self->value = seen;
    }
    EXPECT(self->value == ROUNDS);
    rt_watch_receiver_drop(&watchers[self->index]);
    RT_END(self);
}

static struct rt_broadcast_sender caster;
static struct rt_broadcast_receiver listeners[CREW];

static void broadcast_begin(void)
{
    EXPECT(rt_broadcast_create(sizeof(int), ROUNDS, &caster, &listeners[1]) ==
           0);
    for (int i = 2; i < CREW; i++) {
        listeners[i] = rt_broadcast_subscribe(&caster);
    }
}

MEMBER(broadcast_member)
{
    struct member *self = RT_SELF(future, struct member);

    RT_BEGIN(self);
    for (; self->index == 0 && self->round < ROUNDS; self->round++) {
        EXPECT(rt_broadcast_send(&caster, &self->round) > 0);
        self->turn = rt_yield();
        RT_AWAIT(self->turn);
    }
    if (self->index == 0) {
        rt_broadcast_sender_drop(&caster);
        RT_RETURN();
    }
    for (;; self->round++) {
        self->hear =
            rt_broadcast_receive(&listeners[self->index], &self->value);
        RT_AWAIT(self->hear);
        if (self->hear.result) {
            break;
        }
        EXPECT(self->value == self->round);
    }
    EXPECT(self->hear.result == -EPIPE && self->round == ROUNDS);
    rt_broadcast_receiver_drop(&listeners[self->index]);
    RT_END(self);
}

const struct scenario scenarios_of_sync[] = {
    {"mutex", mutex_begin, &mutex_member_ops, mutex_end, false},
    {"rwlock", rwlock_begin, &rwlock_member_ops, rwlock_end, false},
    {"semaphore", semaphore_begin, &semaphore_member_ops, semaphore_end, false},
    {"notify", notify_begin, &notify_member_ops, NULL, false},
    {"barrier", barrier_begin, &barrier_member_ops, barrier_end, false},
    {"once_cell", once_cell_begin, &once_cell_member_ops, once_cell_end, false},
    {"cancel", cancel_begin, &cancel_member_ops, cancel_end, false},
    {"mpsc", mpsc_begin, &mpsc_member_ops, mpsc_end, false},
    {"mpsc_unbounded", mpsc_unbounded_begin, &mpsc_member_ops, mpsc_end, false},
    {"mpsc_close", mpsc_begin, &mpsc_close_member_ops, mpsc_close_end, false},
    {"oneshot", NULL, &oneshot_member_ops, NULL, false},
    {"watch", watch_begin, &watch_member_ops, NULL, false},
    {"broadcast", broadcast_begin, &broadcast_member_ops, NULL, false},
    {0},
};
