/* Operations by completion, which io_uring has; and who owns what meanwhile. */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "driver/operation.h"
#include "kit.h"
#include "suites.h"

enum { SIZE = 64 };

/* On the heap: freed by whoever is the last to know of it. */
struct block {
    struct rt_operation operation;
    char bytes[SIZE];
    bool is_dropped; /* nobody wants the result */
};

static struct rt_driver driver;
static bool is_refused; /* this machine has no io_uring: nothing to test */
static int completed;
static int ends[2]; /* of a pair of sockets */

static void set_up(void)
{
    memset(&driver, 0, sizeof(driver));
    is_refused = rt_driver_init(&driver, &rt_driver_uring) != 0;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    completed = 0;
}

static void tear_down(void)
{
    if (!is_refused) {
        rt_driver_deinit(&driver);
    }
    close(ends[0]);
    close(ends[1]);
}

static void complete(struct rt_operation *operation)
{
    struct block *block = (struct block *)(void *)operation;

    completed++;
    if (block->is_dropped) {
        rt_free(block, sizeof(*block));
    }
}

static struct block *submit(struct rt_operation operation, bool is_dropped)
{
    struct block *block = rt_alloc(sizeof(*block));

    block->operation = operation;
    block->operation.complete = complete;
    block->is_dropped = is_dropped;
    if (!operation.buffer) {
        block->operation.buffer = block->bytes;
        block->operation.size = SIZE;
    }
    ck_assert_int_eq(rt_driver_submit(&driver, &block->operation), 0);
    return block;
}

/* Waits until so many are complete. */
static void wait_for(int count)
{
    while (completed < count) {
        ck_assert_int_ge(rt_driver_wait(&driver, RT_SECONDS(5)), 0);
    }
}

/* The result of one operation, which is freed. */
static int64_t done(struct rt_operation operation)
{
    struct block *block = submit(operation, false);
    int64_t result;

    wait_for(completed + 1);
    result = block->operation.result;
    rt_free(block, sizeof(*block));
    return result;
}

#define OPERATION(code_, ...)                                                  \
    ((struct rt_operation){.code = RT_OPERATION_##code_, ##__VA_ARGS__})

#define RETURN_IF_REFUSED()                                                    \
    do {                                                                       \
        if (is_refused) {                                                      \
            return;                                                            \
        }                                                                      \
    } while (0)

START_TEST(a_driver_of_readiness_says_so)
{
    struct rt_driver plain = {0};
    struct rt_operation operation = OPERATION(READ, .fd = ends[0]);

    ck_assert_int_eq(rt_driver_init(&plain, &rt_driver_poll), 0);
    ck_assert(!rt_driver_has_operations(&plain));
    ck_assert_int_eq(rt_driver_submit(&plain, &operation), -ENOSYS);
    rt_driver_deinit(&plain);
}
END_TEST

START_TEST(bytes_are_sent_and_received)
{
    static char text[] = "hello";
    struct block *block;

    RETURN_IF_REFUSED();
    block = submit(OPERATION(READ, .fd = ends[0]), false);
    ck_assert_int_ge(rt_driver_wait(&driver, 0), 0);
    ck_assert_int_eq(completed, 0);
    ck_assert_int_eq(
        done(OPERATION(WRITE, .fd = ends[1], .buffer = text, .size = 5)), 5);
    wait_for(2);
    ck_assert_int_eq(block->operation.result, 5);
    ck_assert_str_eq(block->bytes, "hello");
    rt_free(block, sizeof(*block));
}
END_TEST

START_TEST(a_file_is_written_read_and_synced)
{
    char path[64];
    char text[] = "text";
    int fd;

    RETURN_IF_REFUSED();
    snprintf(path, sizeof(path), "/tmp/polliwog-operation-%d", (int)getpid());
    fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(done(OPERATION(WRITE, .fd = fd, .buffer = text, .size = 4,
                                    .offset = 10)),
                     4);
    ck_assert_int_eq(done(OPERATION(READ, .fd = fd, .offset = 11)), 3);
    ck_assert_int_eq(done(OPERATION(READ, .fd = fd, .offset = -1)), 14);
    ck_assert_int_eq(done(OPERATION(FSYNC, .fd = fd, .flags = 1)), 0);
    close(fd);
}
END_TEST

START_TEST(an_error_is_a_result)
{
    RETURN_IF_REFUSED();
    ck_assert_int_eq(done(OPERATION(READ, .fd = 1000)), -EBADF);
}
END_TEST

START_TEST(a_dropped_operation_keeps_its_buffer_until_it_is_complete)
{
    struct block *block;

    RETURN_IF_REFUSED();
    block = submit(OPERATION(READ, .fd = ends[0]), false);
    ck_assert_int_ge(rt_driver_wait(&driver, 0), 0);
    block->is_dropped = true; /* complete frees it: see the sanitizer */
    ck_assert_int_eq(send(ends[1], "x", 1, 0), 1);
    ck_assert_int_eq(completed, 0);
    wait_for(1);
}
END_TEST

START_TEST(the_end_of_the_driver_completes_what_is_out)
{
    RETURN_IF_REFUSED();
    for (int i = 0; i < 500; i++) { /* more than the queue holds */
        submit(OPERATION(READ, .fd = ends[i % 2]), true);
    }
    rt_driver_deinit(&driver);
    ck_assert_int_eq(completed, 500);
    is_refused = true; /* torn down already */
}
END_TEST

static void *receive_later(void *unused)
{
    struct timespec moment = {0, 10000000};

    nanosleep(&moment, NULL);
    submit(OPERATION(READ, .fd = ends[0]), true);
    ck_assert_int_eq(send(ends[1], "x", 1, 0), 1);
    return unused;
}

START_TEST(another_thread_may_submit_while_this_one_waits)
{
    pthread_t thread;

    RETURN_IF_REFUSED();
    ck_assert_int_eq(pthread_create(&thread, NULL, receive_later, NULL), 0);
    while (completed == 0) {
        ck_assert_int_ge(rt_driver_wait(&driver, RT_NEVER), 0);
    }
    pthread_join(thread, NULL);
}
END_TEST

Suite *operation_suite(void)
{
    const TTest *const tests[] = {
        a_driver_of_readiness_says_so,
        bytes_are_sent_and_received,
        a_file_is_written_read_and_synced,
        an_error_is_a_result,
        a_dropped_operation_keeps_its_buffer_until_it_is_complete,
        the_end_of_the_driver_completes_what_is_out,
        another_thread_may_submit_while_this_one_waits,
        NULL,
    };
    Suite *suite = suite_create("operation");
    TCase *cases = tcase_create("operation");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (const TTest *const *test = tests; *test; test++) {
        tcase_add_test(cases, *test);
    }
    suite_add_tcase(suite, cases);
    return suite;
}
