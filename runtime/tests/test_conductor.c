/* The conducted clock: a judge outside the process moves the time. */
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit.h"
#include "suites.h"
#include "sched/conductor.h"

static int judge; /* our end */
static pid_t program;
static int output; /* what it prints */

/* A program that says A, B and C after 1, 2 and 3 s. */
struct three {
    struct rt_future future;
    struct rt_join_handle tasks[3];
    int i;
};

KIT_OPS(three);

static struct kit_say print(const char *text, uint64_t delay);

static enum rt_poll three_poll(struct rt_future *future, struct rt_context *cx)
{
    struct three *self = RT_SELF(future, struct three);

    RT_BEGIN(self);
    self->tasks[0] = RT_SPAWN(print("A", RT_SECONDS(1)));
    self->tasks[1] = RT_SPAWN(print("B", RT_SECONDS(2)));
    self->tasks[2] = RT_SPAWN(print("C", RT_SECONDS(3)));
    for (self->i = 0; self->i < 3; self->i++) {
        RT_AWAIT(self->tasks[self->i]);
    }
    RT_END(self);
}

/* Reads its text from the frame, so that one ops serves all. */
static enum rt_poll print_poll(struct rt_future *future, struct rt_context *cx)
{
    struct kit_say *self = RT_SELF(future, struct kit_say);

    RT_BEGIN(self);
    self->nap = rt_sleep(self->delay);
    RT_AWAIT(self->nap);
    (void)!write(STDOUT_FILENO, self->text, 1);
    RT_END(self);
}

static const struct rt_future_ops print_ops = {print_poll, NULL, "print"};

static struct kit_say print(const char *text, uint64_t delay)
{
    struct kit_say say = kit_say(text, delay);

    say.future = RT_FUTURE(&print_ops);
    return say;
}

static void run_program(int fd, struct rt_future *future)
{
    struct rt_builder builder = kit_lone_builder();

    builder.clock = RT_CLOCK_CONDUCTED;
    builder.conductor_fd = fd;
    _exit(kit_run_built(&builder, future) == 0 ? 0 : 1);
}

static void start(struct rt_future *future)
{
    int ends[2];
    int pipe_ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    ck_assert_int_eq(pipe(pipe_ends), 0);
    program = fork();
    if (program == 0) {
        close(ends[0]);
        close(pipe_ends[0]);
        dup2(pipe_ends[1], STDOUT_FILENO);
        run_program(ends[1], future);
    }
    close(ends[1]);
    close(pipe_ends[1]);
    judge = ends[0];
    output = pipe_ends[0];
}

static void send_command(uint64_t kind, uint64_t value)
{
    struct rt_conduct_command command = {kind, value};

    ck_assert_int_eq(send(judge, &command, sizeof(command), MSG_NOSIGNAL),
                     sizeof(command));
}

/* False: the program has ended. */
static bool receive(struct rt_conduct_answer *answer)
{
    return recv(judge, answer, sizeof(*answer), MSG_WAITALL) ==
           (ssize_t)sizeof(*answer);
}

static void expect_answer(uint64_t now, uint64_t next, uint64_t tasks)
{
    struct rt_conduct_answer answer;

    ck_assert(receive(&answer));
    ck_assert_uint_eq(answer.now, now);
    ck_assert_uint_eq(answer.next, next);
    ck_assert_uint_eq(answer.tasks, tasks);
    ck_assert_uint_eq(answer.fds, 0);
}

static void expect_output(const char *text)
{
    char got[16] = {0};

    ck_assert_int_eq(read(output, got, strlen(text)), (ssize_t)strlen(text));
    ck_assert_str_eq(got, text);
}

static int exit_status(void)
{
    int status;

    ck_assert_int_eq(waitpid(program, &status, 0), program);
    return status;
}

static void start_three(void)
{
    struct three three = KIT_MAKE(three);

    start(&three.future);
}

START_TEST(sync_is_answered_when_idle_and_moves_nothing)
{
    start_three();
    for (int i = 0; i < 3; i++) {
        send_command(RT_CONDUCT_SYNC, 0);
        expect_answer(0, RT_SECONDS(1), 4);
    }
    kill(program, SIGKILL);
    exit_status();
}
END_TEST

START_TEST(advance_stops_where_it_was_told_to)
{
    start_three();
    send_command(RT_CONDUCT_ADVANCE, RT_SECONDS(1) - 1);
    expect_answer(RT_SECONDS(1) - 1, RT_SECONDS(1), 4);
    send_command(RT_CONDUCT_ADVANCE, RT_SECONDS(1));
    expect_answer(RT_SECONDS(1), RT_SECONDS(2), 3);
    expect_output("A");
    kill(program, SIGKILL);
    exit_status();
}
END_TEST

START_TEST(advance_fires_all_between_one_after_the_other)
{
    struct rt_conduct_answer answer;

    start_three();
    send_command(RT_CONDUCT_ADVANCE, RT_SECONDS(2) + 5);
    expect_answer(RT_SECONDS(2) + 5, RT_SECONDS(3), 2);
    expect_output("AB");
    send_command(RT_CONDUCT_ADVANCE, RT_SECONDS(100));
    ck_assert(!receive(&answer));
    expect_output("C");
    ck_assert_int_eq(exit_status(), 0);
}
END_TEST

START_TEST(advance_to_the_past_moves_nothing)
{
    start_three();
    send_command(RT_CONDUCT_ADVANCE, RT_SECONDS(1));
    expect_answer(RT_SECONDS(1), RT_SECONDS(2), 3);
    send_command(RT_CONDUCT_ADVANCE, 5);
    expect_answer(RT_SECONDS(1), RT_SECONDS(2), 3);
    kill(program, SIGKILL);
    exit_status();
}
END_TEST

START_TEST(commands_sent_at_once_are_answered_in_order)
{
    start_three();
    send_command(RT_CONDUCT_SYNC, 0);
    send_command(RT_CONDUCT_ADVANCE, RT_SECONDS(1));
    send_command(RT_CONDUCT_ADVANCE, RT_SECONDS(2));
    expect_answer(0, RT_SECONDS(1), 4);
    expect_answer(RT_SECONDS(1), RT_SECONDS(2), 3);
    expect_answer(RT_SECONDS(2), RT_SECONDS(3), 2);
    kill(program, SIGKILL);
    exit_status();
}
END_TEST

START_TEST(a_program_that_waits_for_ever_says_there_is_no_timer)
{
    struct kit_counts counts = {0};
    struct kit_probe stuck = kit_probe(&counts, KIT_FOR_EVER);

    start(&stuck.future);
    send_command(RT_CONDUCT_SYNC, 0);
    expect_answer(0, ~UINT64_C(0), 1);
    send_command(RT_CONDUCT_ADVANCE, RT_SECONDS(5));
    expect_answer(RT_SECONDS(5), ~UINT64_C(0), 1);
    kill(program, SIGKILL);
    exit_status();
}
END_TEST

START_TEST(a_sleep_for_ever_is_no_timer)
{
    /* Its tick, in ns, was too large for 64 bits: the program span. */
    struct kit_say say = kit_say("A", RT_NEVER);

    start(&say.future);
    send_command(RT_CONDUCT_ADVANCE, RT_SECONDS(1));
    expect_answer(RT_SECONDS(1), ~UINT64_C(0), 1);
    kill(program, SIGKILL);
    exit_status();
}
END_TEST

START_TEST(a_program_that_spins_does_not_answer)
{
    struct kit_counts counts = {0};
    struct kit_probe busy = kit_probe(&counts, KIT_FOR_EVER);
    struct timeval limit = {0, 50000};
    struct rt_conduct_answer answer;

    busy.wakes_itself = true;
    start(&busy.future);
    setsockopt(judge, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    send_command(RT_CONDUCT_SYNC, 0);
    ck_assert(!receive(&answer));
    kill(program, SIGKILL);
    exit_status();
}
END_TEST

Suite *conductor_suite(void)
{
    const TTest *const tests[] = {
        sync_is_answered_when_idle_and_moves_nothing,
        advance_stops_where_it_was_told_to,
        advance_fires_all_between_one_after_the_other,
        advance_to_the_past_moves_nothing,
        commands_sent_at_once_are_answered_in_order,
        a_program_that_waits_for_ever_says_there_is_no_timer,
        a_sleep_for_ever_is_no_timer,
        a_program_that_spins_does_not_answer,
        NULL,
    };

    return suite_of("conductor", tests);
}
