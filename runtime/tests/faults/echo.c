/*
 * An echo server to which one thing happens: at most the client that it
 * happens to is lost, and nothing is when the error passes by itself.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "faults.h"
#include "net/address.h"

enum { PORT = 7, CLIENTS = 3, ROUNDS = 2, SIZE = 100, PATIENCE_S = 5 };

static struct rt_builder builder;

/* ---- the clients: plain sockets on a thread of their own ---- */

static struct {
    sem_t listens; /* the server does, or never will */
    bool is_there; /* it does */
    int lost;
    int hung; /* waited for an answer in vain */
    struct rt_notify all_gone;
} crowd;

static int connect_one(void)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    struct rt_address address;
    int fd;

    rt_address_make(&address, "127.0.0.1", PORT);
    fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(fd, &address.any, address.size) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Gives the client up: it was refused, or cut off. */
static void lose(int *fd)
{
    crowd.hung += errno == EAGAIN;
    crowd.lost++;
    close(*fd);
    *fd = -1;
}

static void ask(int *fd)
{
    char sent[SIZE] = "hello";

    if (*fd >= 0 && send(*fd, sent, SIZE, MSG_NOSIGNAL) != SIZE) {
        lose(fd);
    }
}

static void hear(int *fd)
{
    char got[SIZE] = "";

    errno = 0;
    if (*fd >= 0 && (recv(*fd, got, SIZE, MSG_WAITALL) != SIZE ||
                     strcmp(got, "hello") != 0)) {
        lose(fd);
    }
}

static void be_served(void)
{
    int fds[CLIENTS];

    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = connect_one();
        crowd.lost += fds[i] < 0;
    }
    for (int i = 0; i < ROUNDS * CLIENTS; i++) {
        ask(&fds[i % CLIENTS]);
        if (i % 2) {
            ask(&fds[i % CLIENTS]); /* two at once, now and then */
            hear(&fds[i % CLIENTS]);
        }
        hear(&fds[i % CLIENTS]);
    }
    for (int i = 0; i < CLIENTS; i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
}

static void *clients_main(void *argument)
{
    (void)argument;
    inject_spare_this_thread();
    while (sem_wait(&crowd.listens) < 0) {
    }
    if (crowd.is_there) {
        be_served();
        rt_notify_one(&crowd.all_gone);
    }
    return NULL;
}

static void say_whether_it_listens(bool is_there)
{
    crowd.is_there = is_there;
    sem_post(&crowd.listens);
}

/* ---- the server ---- */

struct echo {
    struct rt_future future;
    struct rt_tcp_stream stream; /* owned */
    struct rt_read read;
    struct rt_write write;
    char buffer[SIZE];
};

KIT_OPS_WITH_DROP(echo);

static enum rt_poll echo_poll(struct rt_future *future, struct rt_context *cx)
{
    struct echo *self = RT_SELF(future, struct echo);

    RT_BEGIN(self);
    do {
        self->read = rt_read(&self->stream.io, self->buffer, SIZE);
        RT_AWAIT(self->read);
        if (self->read.result <= 0) {
            break;
        }
        self->write = rt_write_all(&self->stream.io, self->buffer,
                                   (size_t)self->read.result);
        RT_AWAIT(self->write);
    } while (self->write.result >= 0);
    RT_END(self);
}

static void echo_drop(struct rt_future *future)
{
    rt_tcp_stream_close(&RT_SELF(future, struct echo)->stream);
}

struct server {
    struct rt_future future;
    struct rt_tcp_listener listener; /* owned */
    struct rt_tcp_accept accept;
    struct rt_sleep pause;
};

KIT_OPS(server);

static enum rt_poll server_poll(struct rt_future *future, struct rt_context *cx)
{
    struct server *self = RT_SELF(future, struct server);

    RT_BEGIN(self);
    for (;;) {
        self->accept = rt_tcp_accept(&self->listener);
        RT_AWAIT(self->accept);
        if (self->accept.result == 0) {
            (void)RT_SPAWN_DETACHED(
                KIT_MAKE(echo, .stream = self->accept.stream));
        } else if (rt_tcp_accept_should_retry(self->accept.result)) {
            self->pause = rt_sleep(RT_MILLISECONDS(1));
            RT_AWAIT(self->pause);
        } else {
            break;
        }
    }
    RT_END(self);
}

/* Serves until the clients have gone. */
struct scene {
    struct rt_future future;
    struct server server;
    struct rt_notified end;
    struct rt_select until;
    bool has_begun;
    int error;
};

KIT_OPS_WITH_DROP(scene);

static enum rt_poll scene_poll(struct rt_future *future, struct rt_context *cx)
{
    struct scene *self = RT_SELF(future, struct scene);

    RT_BEGIN(self);
    self->has_begun = true;
    self->server = KIT_MAKE(server);
    self->error = rt_tcp_listen(&self->server.listener, "127.0.0.1", PORT);
    say_whether_it_listens(!self->error);
    if (self->error) {
        RT_RETURN();
    }
    self->end = rt_notify_notified(&crowd.all_gone);
    self->until = RT_SELECT(self->server, self->end);
    RT_AWAIT(self->until);
    RT_END(self);
}

static void scene_drop(struct rt_future *future)
{
    rt_tcp_listener_close(&RT_SELF(future, struct scene)->server.listener);
}

/* ---- together ---- */

static bool passes_by_itself(const struct fault *fault)
{
    return fault->error == EINTR || fault->error == EAGAIN ||
           fault->error == ENOBUFS || fault->error == EBUSY ||
           fault->call == CALL_ACCEPT || fault->call == CALL_CLOSE;
}

static void prepare(void)
{
    char path[64];

    snprintf(path, sizeof(path), "%s/%d", kit_folder(), PORT);
    unlink(path);
    sem_init(&crowd.listens, 0, 0);
    crowd.lost = crowd.hung = 0;
    rt_notify_init(&crowd.all_gone);
}

static bool play(const struct fault *fault)
{
    struct scene scene = KIT_MAKE(scene);
    pthread_t clients;
    bool has_struck;
    int error;

    prepare();
    ck_assert_int_eq(pthread_create(&clients, NULL, clients_main, NULL), 0);
    inject_arm(fault->call, fault->n, fault->error);
    error = kit_run_built(&builder, &scene.future);
    has_struck = inject_disarm();
    if (!scene.has_begun) {
        say_whether_it_listens(false);
    }
    pthread_join(clients, NULL);
    ck_assert_msg(crowd.hung == 0, "a client waits in vain: %s",
                  fault_text(fault));
    error = error ? error : scene.error;
    ck_assert_msg(error == 0 || (has_struck && error == -fault->error),
                  "it ends with %d: %s", error, fault_text(fault));
    ck_assert_msg(crowd.lost <= has_struck && (crowd.lost == 0 || !error),
                  "%d clients are lost: %s", crowd.lost, fault_text(fault));
    ck_assert_msg(crowd.lost == 0 || !passes_by_itself(fault),
                  "a client is lost: %s", fault_text(fault));
    return has_struck;
}

/* One run without a fault: what the C library keeps for itself is made. */
static void warm_up(void)
{
    const struct fault none = {CALL_MALLOC, 0, 0};

    play(&none);
}

static void play_with_each_error(int call)
{
    kit_local_net();
    warm_up();
    faults_play((enum call)call, play);
    kit_no_local_net();
}

START_TEST(a_server_on_this_thread_loses_at_most_whom_it_hits)
{
    builder = kit_lone_builder();
    play_with_each_error(_i);
}
END_TEST

START_TEST(a_server_on_two_threads_loses_at_most_whom_it_hits)
{
    builder = kit_lone_builder();
    builder.workers = 2;
    builder.memory = RT_MEMORY_POOLED;
    play_with_each_error(_i);
}
END_TEST

static const struct fault *fatal;

static void serve_till_the_driver_fails(void)
{
    builder = kit_lone_builder();
    kit_local_net();
    play(fatal);
}

START_TEST(a_driver_that_fails_for_good_stops_the_program)
{
    static const struct fault epoll = {CALL_EPOLL_WAIT, 2, EBADF};
    static const struct fault uring = {CALL_RING_ENTER, 4, EBADF};
    static const struct fault poll = {CALL_POLL, 2, EINVAL};
    const struct rt_driver_ops *driver = kit_lone_builder().driver;

    fatal = driver == &rt_driver_epoll   ? &epoll
            : driver == &rt_driver_uring ? &uring
                                         : &poll;
    kit_expect_panic(serve_till_the_driver_fails, "driver-failed");
}
END_TEST

Suite *echo_faults_suite(void)
{
    Suite *suite = suite_create("echo-faults");
    TCase *cases = tcase_create("echo");

    tcase_add_loop_test(
        cases, a_server_on_this_thread_loses_at_most_whom_it_hits, 0, CALLS);
    tcase_add_loop_test(
        cases, a_server_on_two_threads_loses_at_most_whom_it_hits, 0, CALLS);
    tcase_add_test(cases, a_driver_that_fails_for_good_stops_the_program);
    suite_add_tcase(suite, cases);
    return suite;
}
