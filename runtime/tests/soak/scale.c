/*
 * Scale: how many tasks sleep, and how many connections are held, at once.
 *
 *     scale [--tasks N] [--connections N]
 *
 * On a current-thread runtime and on two workers, each in a process of its
 * own: spawns so many tasks that sleep; has so many clients that say nothing;
 * shuts the runtime down while all of them wait. Prints memory and times. Exit
 * status 1 if the shutdown takes 2 s, or memory or files are left.
 */
#define _GNU_SOURCE

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/kit.h"
#include "tests/soak/counted.h"

enum {
    SHUTDOWN_MS_MOST = 2000,
    FDS_BESIDE = 100, /* of no connection */
};

static const char *scheduler = "";
static struct rt_runtime *runtime;

/* What was there before, and when. */
struct mark {
    long memory;
    int fds;
    size_t resident;
    uint64_t time;
};

static struct mark mark_now(void)
{
    return (struct mark){counted_memory(), counted_fds(), counted_resident(),
                         kit_real_ns()};
}

static unsigned ms_since(uint64_t begin)
{
    return (unsigned)((kit_real_ns() - begin) / RT_MILLISECONDS(1));
}

static void check(bool is_true, const char *what)
{
    if (!is_true) {
        printf("scale, %s: %s\n", scheduler, what);
        fflush(stdout);
        _exit(1);
    }
}

static void build(uint32_t workers)
{
    struct rt_builder builder = rt_builder_from_environment();

    builder.workers = workers;
    check(rt_build(&builder, &runtime) == 0, "the runtime can't be built");
    rt_enter(runtime);
}

static void shut_down(const struct mark *before)
{
    uint64_t begin = kit_real_ns();
    unsigned ms;

    rt_shutdown(runtime);
    ms = ms_since(begin);
    printf("shut down in %u ms\n", ms);
    check(ms < SHUTDOWN_MS_MOST, "the shutdown took too long");
    check(counted_memory() == before->memory, "memory is left");
    check(counted_fds() == before->fds, "files are left open");
}

/* Ready when as many timers are armed, or as many streams registered. */
struct reached {
    struct rt_future future;
    uint64_t timers;
    uint32_t sources;
    struct rt_sleep nap;
};

KIT_OPS(reached);

static enum rt_poll reached_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct reached *self = RT_SELF(future, struct reached);

    RT_BEGIN(self);
    while (rt_runtime_metrics(runtime).timers < self->timers ||
           rt_runtime_metrics(runtime).sources < self->sources) {
        self->nap = rt_sleep(RT_MILLISECONDS(1));
        RT_AWAIT(self->nap);
    }
    RT_END(self);
}

/* ---- tasks that sleep ---- */

struct sleeper {
    struct rt_future future;
    struct rt_sleep nap;
};

KIT_OPS(sleeper);

static enum rt_poll sleeper_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct sleeper *self = RT_SELF(future, struct sleeper);

    RT_BEGIN(self);
    self->nap = rt_sleep(RT_SECONDS(3600));
    RT_AWAIT(self->nap);
    RT_END(self);
}

static void sleep_all(uint32_t workers, unsigned tasks)
{
    struct mark before = mark_now();
    struct reached reached = KIT_MAKE(reached, .timers = tasks);

    build(workers);
    for (unsigned i = 0; i < tasks; i++) {
        check(RT_SPAWN_DETACHED(KIT_MAKE(sleeper)) == 0, "no memory");
    }
    check(rt_block_on(runtime, &reached.future) == 0, "no memory");
    printf("%u sleeping tasks, %s: %zu bytes each, all asleep in %u ms, ",
           tasks, scheduler,
           (counted_resident() - before.resident) / (tasks ? tasks : 1),
           ms_since(before.time));
    shut_down(&before);
}

/* ---- connections that are idle ---- */

struct connection {
    struct rt_future future;
    struct rt_tcp_stream stream;
    struct rt_read read;
    char byte;
};

KIT_OPS_WITH_DROP(connection);

static enum rt_poll connection_poll(struct rt_future *future,
                                    struct rt_context *cx)
{
    struct connection *self = RT_SELF(future, struct connection);

    RT_BEGIN(self);
    self->read = rt_read(&self->stream.io, &self->byte, 1);
    RT_AWAIT(self->read);
    RT_END(self);
}

static void connection_drop(struct rt_future *future)
{
    rt_tcp_stream_close(&RT_SELF(future, struct connection)->stream);
}

struct server {
    struct rt_future future;
    struct rt_tcp_listener listener;
    struct rt_tcp_accept accept;
};

KIT_OPS_WITH_DROP(server);

static enum rt_poll server_poll(struct rt_future *future, struct rt_context *cx)
{
    struct server *self = RT_SELF(future, struct server);

    RT_BEGIN(self);
    for (;;) {
        self->accept = rt_tcp_accept(&self->listener);
        RT_AWAIT(self->accept);
        check(self->accept.result == 0, "accept has failed");
        check(RT_SPAWN_DETACHED(
                  KIT_MAKE(connection, .stream = self->accept.stream)) == 0,
              "no memory");
    }
    RT_END(self);
}

static void server_drop(struct rt_future *future)
{
    rt_tcp_listener_close(&RT_SELF(future, struct server)->listener);
}

/*
 * The clients are plain sockets of a process of their own, so that its limit
 * of files is theirs alone. It ends when our end of the pipe is closed.
 */
struct clients {
    int to; /* the pipe */
    pid_t pid;
};

static void connect_all(uint16_t port, unsigned count)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    for (unsigned i = 0; i < count; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);

        check(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0,
              "a client can't connect");
    }
}

static struct clients start_clients(unsigned count)
{
    struct clients clients;
    uint16_t port;
    int ends[2];

    check(pipe(ends) == 0, "no pipe");
    clients.to = ends[1];
    clients.pid = fork();
    if (clients.pid == 0) {
        close(ends[1]);
        if (read(ends[0], &port, sizeof(port)) == sizeof(port)) {
            connect_all(port, count);
            _exit(read(ends[0], &port, 1) == 0 ? 0 : 1);
        }
        _exit(1);
    }
    close(ends[0]);
    return clients;
}

static void end_clients(const struct clients *clients)
{
    int status;

    close(clients->to);
    check(waitpid(clients->pid, &status, 0) == clients->pid &&
              WIFEXITED(status) && WEXITSTATUS(status) == 0,
          "the clients have failed");
}

static void hold_all(uint32_t workers, unsigned connections)
{
    struct clients clients = start_clients(connections);
    struct mark before = mark_now();
    struct reached reached = KIT_MAKE(reached, .sources = connections + 1);
    struct server server = KIT_MAKE(server);
    uint16_t port;

    build(workers);
    check(rt_tcp_listen(&server.listener, "127.0.0.1", 0) == 0, "can't listen");
    port = rt_tcp_listener_port(&server.listener);
    check(RT_SPAWN_DETACHED(server) == 0, "no memory");
    check(write(clients.to, &port, sizeof(port)) == sizeof(port), "no pipe");
    check(rt_block_on(runtime, &reached.future) == 0, "no memory");
    printf("%u idle connections, %s: %zu bytes each, all there in %u ms, ",
           connections, scheduler,
           (counted_resident() - before.resident) /
               (connections ? connections : 1),
           ms_since(before.time));
    shut_down(&before);
    end_clients(&clients);
}

/* As many connections as there may be files. */
static unsigned allowed(unsigned connections)
{
    rlim_t needed = (rlim_t)connections + FDS_BESIDE;
    struct rlimit more = {needed, needed};
    struct rlimit limit;

    check(getrlimit(RLIMIT_NOFILE, &limit) == 0, "no limit");
    if (limit.rlim_cur >= needed) {
        return connections;
    }
    if (limit.rlim_max >= needed || setrlimit(RLIMIT_NOFILE, &more) < 0) {
        limit.rlim_cur = limit.rlim_max; /* only root may have more */
        setrlimit(RLIMIT_NOFILE, &limit);
    } else {
        limit = more;
    }
    if (limit.rlim_cur < needed) {
        connections = (unsigned)(limit.rlim_cur - FDS_BESIDE);
        printf("RLIMIT_NOFILE is %llu here: %u connections\n",
               (unsigned long long)limit.rlim_cur, connections);
    }
    return connections;
}

/* ---- all of it ---- */

static bool in_child(void (*body)(uint32_t workers, unsigned count),
                     uint32_t workers, unsigned count)
{
    int status;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        scheduler = workers ? "2 workers" : "current thread";
        body(workers, count);
        exit(0); /* with the leak check of a sanitizer */
    }
    return waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

static unsigned number_behind(char **argv, const char *option,
                              unsigned otherwise)
{
    for (; *argv; argv++) {
        if (strcmp(*argv, option) == 0 && argv[1]) {
            return (unsigned)strtoul(argv[1], NULL, 10);
        }
    }
    return otherwise;
}

int main(int argc, char **argv)
{
    unsigned tasks = number_behind(argv, "--tasks", 1000000);
    unsigned connections = allowed(number_behind(argv, "--connections", 10000));
    unsigned failed = 0;

    (void)argc;
    failed += !in_child(sleep_all, 0, tasks);
    failed += !in_child(sleep_all, 2, tasks);
    failed += !in_child(hold_all, 0, connections);
    failed += !in_child(hold_all, 2, connections);
    printf("4 scales, %u failed\n", failed);
    return failed > 0;
}
