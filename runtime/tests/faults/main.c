/*
 * Runs the tests of faults: `make faults-runtime`, and a part of them in
 * `make test-runtime`.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"

enum { CALLS_MOST = 2000 }; /* more than a scene makes: it goes round */

const char *fault_text(const struct fault *fault)
{
    static char text[128];

    snprintf(text, sizeof(text), "call %u of %s: %s", fault->n,
             inject_name(fault->call), strerror(fault->error));
    return text;
}

/* Only epoll and poll tell again of a socket of which we said EAGAIN. */
static bool is_possible(enum call call, int error)
{
    return error != EAGAIN || call > CALL_CLOSE ||
           kit_lone_builder().driver != &rt_driver_uring;
}

static void expect_nothing_left(const struct fault *fault, long blocks, int fds)
{
    ck_assert_msg(inject_blocks() == blocks, "%ld blocks leak: %s",
                  inject_blocks() - blocks, fault_text(fault));
    ck_assert_msg(inject_open_fds() == fds, "%d descriptors leak: %s",
                  inject_open_fds() - fds, fault_text(fault));
}

void faults_play(enum call call, bool (*play)(const struct fault *fault))
{
    long blocks = inject_blocks();
    int fds = inject_open_fds();

    for (const int *error = inject_errors(call); *error; error++) {
        struct fault fault = {call, 0, *error};
        bool has_struck = is_possible(call, *error);

        while (has_struck) {
            fault.n++;
            ck_assert_msg(fault.n < CALLS_MOST, "%s", fault_text(&fault));
            has_struck = play(&fault);
            expect_nothing_left(&fault, blocks, fds);
        }
        if (fault.n == 1) {
            return; /* the scene makes no such call */
        }
    }
}

int main(void)
{
    SRunner *runner = srunner_create(echo_faults_suite());
    int failed;

    srunner_add_suite(runner, scenes_suite());
    kit_read_environment();
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
