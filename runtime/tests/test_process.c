/* Processes: started, fed, read, waited for, killed, and never zombies. */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "kit.h"
#include "net/socket.h"
#include "suites.h"

#define ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SHELL(text) ARGV("/bin/sh", "-c", text)

static struct rt_runtime *runtime;
static struct rt_process process;

static void build(void)
{
    struct rt_builder builder = kit_builder();

    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
}

/* Hangs if a child is left, be it a zombie. */
static void tear_down(void)
{
    siginfo_t info;

    rt_process_drop(&process);
    rt_shutdown(runtime);
    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
        sched_yield();
    }
    ck_assert_int_eq(errno, ECHILD);
}

static void start(const struct rt_command *command)
{
    ck_assert_int_eq(rt_process_spawn(&process, command), 0);
}

static int wait_for_end(void)
{
    struct rt_process_wait wait = rt_process_wait(&process);

    ck_assert_int_eq(rt_block_on(runtime, &wait.future), 0);
    ck_assert_int_eq(wait.result, 0);
    return process.status;
}

/* Runs it to its end; both outputs and the status go to the log. */
static void run(const struct rt_command *command)
{
    struct rt_process_output output = rt_process_output(command, 1 << 20);

    ck_assert_int_eq(rt_block_on(runtime, &output.future), 0);
    ck_assert_int_eq(output.result, 0);
    kit_log("%.*s|%.*s|%x", (int)rt_buffer_length(&output.out),
            rt_buffer_slice(&output.out).data,
            (int)rt_buffer_length(&output.err),
            rt_buffer_slice(&output.err).data, output.process.status);
    rt_buffer_deinit(&output.out);
    rt_buffer_deinit(&output.err);
}

/* ---- how it ends ---- */

START_TEST(the_exit_status_is_told)
{
    build();
    start(&(struct rt_command){.argv = SHELL("exit 7")});
    ck_assert_int_eq(WEXITSTATUS(wait_for_end()), 7);
    tear_down();
}
END_TEST

START_TEST(a_wait_can_be_asked_for_again)
{
    build();
    start(&(struct rt_command){.argv = SHELL("exit 7")});
    wait_for_end();
    ck_assert_int_eq(WEXITSTATUS(wait_for_end()), 7);
    ck_assert_int_eq(rt_process_kill(&process, SIGTERM), -ESRCH);
    tear_down();
}
END_TEST

START_TEST(a_killed_child_tells_the_signal)
{
    build();
    start(&(struct rt_command){.argv = ARGV("sleep", "1000")});
    ck_assert_int_eq(rt_process_kill(&process, SIGTERM), 0);
    ck_assert_int_eq(WTERMSIG(wait_for_end()), SIGTERM);
    tear_down();
}
END_TEST

START_TEST(without_a_pid_fd_the_wait_listens_for_the_signal)
{
    build();
    start(&(struct rt_command){.argv = ARGV("cat"), .in = RT_STDIO_PIPED});
    rt_socket_close(&process.end.source, &process.end.fd);
    ck_assert_int_eq(wait_for_end(), 0);
    tear_down();
}
END_TEST

START_TEST(a_dropped_wait_leaves_the_child_alone)
{
    struct rt_process_wait wait;
    struct kit_waker waker;

    build();
    kit_waker_init(&waker);
    start(&(struct rt_command){.argv = ARGV("sleep", "1000")});
    for (int i = 0; i < 2; i++) {
        wait = rt_process_wait(&process);
        ck_assert_int_eq(kit_poll(&wait.future, &waker), RT_PENDING);
        rt_future_drop(&wait.future);
        ck_assert_int_eq(waker.held, 0);
        rt_socket_close(&process.end.source, &process.end.fd); /* both ways */
    }
    ck_assert_int_eq(rt_process_kill(&process, SIGKILL), 0);
    ck_assert_int_eq(WTERMSIG(wait_for_end()), SIGKILL);
    tear_down();
}
END_TEST

START_TEST(a_child_that_somebody_else_reaped_is_over)
{
    struct rt_process_wait wait;

    build();
    start(&(struct rt_command){.argv = ARGV("true")});
    ck_assert_int_eq(waitpid(process.pid, NULL, 0), process.pid);
    wait = rt_process_wait(&process);
    ck_assert_int_eq(rt_block_on(runtime, &wait.future), 0);
    ck_assert_int_eq(wait.result, -ECHILD);
    ck_assert_int_eq(rt_process_kill(&process, SIGTERM), -ESRCH);
    tear_down();
}
END_TEST

/* ---- how it starts ---- */

static int open_fds(void)
{
    int count = 0;

    for (int fd = 0; fd < 256; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

START_TEST(a_start_that_fails_says_why_and_leaks_nothing)
{
    struct rt_command command = {.argv = ARGV("/no/such/program"),
                                 .in = RT_STDIO_PIPED,
                                 .out = RT_STDIO_PIPED,
                                 .err = RT_STDIO_PIPED};
    int before;

    build();
    before = open_fds();
    ck_assert_int_eq(rt_process_spawn(&process, &command), -ENOENT);
    command.argv = ARGV("/etc/passwd");
    ck_assert_int_eq(rt_process_spawn(&process, &command), -EACCES);
    command.argv = ARGV("true");
    command.folder = "/no/such/folder";
    ck_assert_int_eq(rt_process_spawn(&process, &command), -ENOENT);
    ck_assert_int_eq(open_fds(), before);
    ck_assert_int_eq(rt_process_kill(&process, SIGTERM), -ESRCH);
    tear_down();
}
END_TEST

START_TEST(a_start_without_memory_leaks_nothing)
{
    struct rt_command command = {.argv = ARGV("true"),
                                 .in = RT_STDIO_PIPED,
                                 .out = RT_STDIO_PIPED,
                                 .err = RT_STDIO_PIPED};
    int before;

    build();
    before = open_fds();
    for (unsigned long n = 1; n <= 3; n++) {
        rt_alloc_fail_after(n);
        ck_assert_int_eq(rt_process_spawn(&process, &command), -ENOMEM);
        ck_assert_int_eq(open_fds(), before);
    }
    rt_alloc_fail_after(4); /* the pid fd: there is another way */
    start(&command);
    ck_assert_ptr_null(process.end.source);
    ck_assert_int_eq(wait_for_end(), 0);
    tear_down();
}
END_TEST

START_TEST(folder_and_environment_are_the_childs)
{
    build();
    run(&(struct rt_command){
        .argv = ARGV("/bin/sh", "-c", "pwd; echo $COLOUR; echo x >&2"),
        .environment = ARGV("COLOUR=green"),
        .folder = "/usr"});
    ck_assert_str_eq(kit_logged(), "/usr\ngreen\n|x\n|0");
    tear_down();
}
END_TEST

START_TEST(a_child_neither_blocks_signals_nor_ignores_sigpipe)
{
    sigset_t set;

    build();
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    run(&(struct rt_command){
        .argv = SHELL("grep SigBlk /proc/self/status; kill -PIPE $$"),
        .in = RT_STDIO_NULL});
    ck_assert_str_eq(kit_logged(), "SigBlk:\t0000000000000000\n||d");
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    tear_down();
}
END_TEST

START_TEST(a_child_gets_no_fds_of_ours)
{
    build();
    start(&(struct rt_command){
        .argv = ARGV("cat"), .in = RT_STDIO_PIPED, .out = RT_STDIO_PIPED});
    ck_assert_int_eq(fcntl(process.in.fd, F_GETFD), FD_CLOEXEC);
    ck_assert_int_eq(fcntl(process.out.fd, F_GETFD), FD_CLOEXEC);
    ck_assert_int_eq(fcntl(process.end.fd, F_GETFD), FD_CLOEXEC);
    tear_down();
}
END_TEST

START_TEST(a_null_stream_is_empty)
{
    build();
    run(&(struct rt_command){.argv = ARGV("cat"), .in = RT_STDIO_NULL});
    ck_assert_str_eq(kit_logged(), "||0");
    tear_down();
}
END_TEST

/* ---- pipes ---- */

static ssize_t write_to_child(const char *bytes, size_t size)
{
    struct rt_write write = rt_write_all(&process.in.io, bytes, size);

    ck_assert_int_eq(rt_block_on(runtime, &write.future), 0);
    return write.result;
}

START_TEST(bytes_go_in_and_come_out)
{
    struct rt_read read;
    char bytes[8] = {0};

    build();
    start(&(struct rt_command){
        .argv = ARGV("cat"), .in = RT_STDIO_PIPED, .out = RT_STDIO_PIPED});
    ck_assert_int_eq(write_to_child("hello", 5), 5);
    read = rt_read_exact(&process.out.io, bytes, 5);
    ck_assert_int_eq(rt_block_on(runtime, &read.future), 0);
    ck_assert_str_eq(bytes, "hello");
    ck_assert_int_eq(wait_for_end(), 0); /* closes the input of cat */
    read = rt_read(&process.out.io, bytes, 8);
    ck_assert_int_eq(rt_block_on(runtime, &read.future), 0);
    ck_assert_int_eq(read.result, 0);
    tear_down();
}
END_TEST

START_TEST(writing_to_a_child_that_is_gone_gives_epipe)
{
    build();
    start(&(struct rt_command){.argv = SHELL("exec <&-; sleep 1000"),
                               .in = RT_STDIO_PIPED,
                               .kills_on_drop = true});
    while (write_to_child("x", 1) == 1) {
        sched_yield();
    }
    ck_assert_int_eq(write_to_child("x", 1), -EPIPE);
    tear_down();
}
END_TEST

START_TEST(a_closed_pipe_gives_ebadf)
{
    build();
    start(&(struct rt_command){.argv = ARGV("cat"), .in = RT_STDIO_PIPED});
    rt_pipe_close(&process.in);
    ck_assert_int_eq(write_to_child("x", 1), -EBADF);
    ck_assert_int_eq(wait_for_end(), 0);
    tear_down();
}
END_TEST

START_TEST(much_output_on_both_streams_does_not_block_the_child)
{
    struct rt_process_output output;

    build();
    output = rt_process_output(
        &(struct rt_command){.argv = SHELL("head -c 300000 /dev/zero >&2;"
                                           "head -c 200000 /dev/zero")},
        1 << 20);
    ck_assert_int_eq(rt_block_on(runtime, &output.future), 0);
    ck_assert_int_eq(output.result, 0);
    ck_assert_uint_eq(rt_buffer_length(&output.err), 300000);
    ck_assert_uint_eq(rt_buffer_length(&output.out), 200000);
    rt_buffer_deinit(&output.out);
    rt_buffer_deinit(&output.err);
    tear_down();
}
END_TEST

START_TEST(too_much_output_is_an_error)
{
    struct rt_process_output output;

    build();
    output = rt_process_output(
        &(struct rt_command){.argv = ARGV("yes"), .kills_on_drop = true}, 1000);
    ck_assert_int_eq(rt_block_on(runtime, &output.future), 0);
    ck_assert_int_eq(output.result, -EMSGSIZE);
    rt_buffer_deinit(&output.out);
    rt_buffer_deinit(&output.err);
    tear_down();
}
END_TEST

START_TEST(output_of_a_program_that_is_not_there_says_so)
{
    struct rt_process_output output;

    build();
    output = rt_process_output(
        &(struct rt_command){.argv = ARGV("/no/such/program")}, 1000);
    ck_assert_int_eq(rt_block_on(runtime, &output.future), 0);
    ck_assert_int_eq(output.result, -ENOENT);
    tear_down();
}
END_TEST

/* ---- dropping ---- */

START_TEST(a_dropped_child_is_killed_when_it_was_asked_for)
{
    pid_t pid;

    build();
    start(&(struct rt_command){.argv = ARGV("sleep", "1000"),
                               .kills_on_drop = true});
    pid = process.pid;
    rt_process_drop(&process);
    rt_process_drop(&process);
    while (kill(pid, 0) == 0) {
        sched_yield(); /* hangs if it lives, or is a zombie */
    }
    tear_down();
}
END_TEST

START_TEST(a_dropped_child_runs_on_and_is_reaped_after_the_runtime)
{
    pid_t pid;
    int gate;

    build();
    start(&(struct rt_command){.argv = ARGV("cat"), .in = RT_STDIO_PIPED});
    pid = process.pid;
    gate = dup(process.in.fd);
    rt_process_drop(&process);
    rt_shutdown(runtime);
    ck_assert_int_eq(kill(pid, 0), 0);
    close(gate);
    while (kill(pid, 0) == 0) {
        sched_yield(); /* hangs if it is a zombie */
    }
    build();
    tear_down();
}
END_TEST

/* Once nothing noticed if what had been read so far was never freed. */
START_TEST(a_dropped_output_drops_the_child_and_the_buffers_too)
{
    struct rt_process_output output;
    struct kit_waker waker;

    build();
    kit_waker_init(&waker);
    output = rt_process_output(
        &(struct rt_command){.argv = SHELL("echo x; echo y >&2; sleep 1000"),
                             .kills_on_drop = true},
        1000);
    while (rt_buffer_length(&output.out) < 2 ||
           rt_buffer_length(&output.err) < 2) {
        ck_assert_int_eq(kit_poll(&output.future, &waker), RT_PENDING);
        kit_settle(runtime);
    }
    rt_future_drop(&output.future);
    ck_assert_ptr_null(output.out.memory);
    ck_assert_ptr_null(output.err.memory);
    ck_assert_int_eq(waker.held, 0);
    tear_down(); /* hangs if it lives */
}
END_TEST

START_TEST(hostile_reads_change_nothing)
{
    struct rt_builder builder = kit_builder();

    for (uint64_t seed = 1; seed <= 5; seed++) {
        builder.hostile = RT_HOSTILE_ALL;
        builder.seed = seed;
        ck_assert_int_eq(rt_build(&builder, &runtime), 0);
        rt_enter(runtime);
        run(&(struct rt_command){.argv = SHELL("echo hello; exit 3"),
                                 .in = RT_STDIO_NULL});
        tear_down();
    }
    ck_assert_str_eq(kit_logged(), "hello\n||300hello\n||300hello\n||300"
                                   "hello\n||300hello\n||300");
}
END_TEST

Suite *process_suite(void)
{
    const TTest *const tests[] = {
        the_exit_status_is_told,
        a_wait_can_be_asked_for_again,
        a_killed_child_tells_the_signal,
        without_a_pid_fd_the_wait_listens_for_the_signal,
        a_dropped_wait_leaves_the_child_alone,
        a_child_that_somebody_else_reaped_is_over,
        a_start_that_fails_says_why_and_leaks_nothing,
        a_start_without_memory_leaks_nothing,
        folder_and_environment_are_the_childs,
        a_child_neither_blocks_signals_nor_ignores_sigpipe,
        a_child_gets_no_fds_of_ours,
        a_null_stream_is_empty,
        bytes_go_in_and_come_out,
        writing_to_a_child_that_is_gone_gives_epipe,
        a_closed_pipe_gives_ebadf,
        much_output_on_both_streams_does_not_block_the_child,
        too_much_output_is_an_error,
        output_of_a_program_that_is_not_there_says_so,
        a_dropped_child_is_killed_when_it_was_asked_for,
        a_dropped_child_runs_on_and_is_reaped_after_the_runtime,
        a_dropped_output_drops_the_child_and_the_buffers_too,
        hostile_reads_change_nothing,
        NULL,
    };

    return suite_of("process", tests);
}
