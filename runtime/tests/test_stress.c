/*
 * Each scenario, many times over, on several workers with a real clock. Run
 * this one under TSan to learn who shares what without a guard.
 */
#include <string.h>

#include "scenario.h"
#include "suites.h"

static void repeat(const struct scenario *scenario, uint32_t workers, int times)
{
    struct rt_builder builder = kit_builder();
    struct rt_runtime *runtime;

    builder.workers = workers;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    for (int i = 0; i < times; i++) {
        const char *wrong = scenario_run(runtime, scenario);

        ck_assert_msg(!wrong, "%s: %s", scenario->name, wrong);
    }
    rt_shutdown(runtime);
}

static const struct scenario *find(const char *name)
{
    static const struct scenario *const tables[] = {
        scenarios_of_sync, scenarios_of_tasks, scenarios_of_io};

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        for (const struct scenario *one = tables[i]; one->name; one++) {
            if (strcmp(one->name, name) == 0) {
                return one;
            }
        }
    }
    ck_abort_msg("no scenario is called %s", name);
    return NULL;
}

static void repeat_on_2_and_4(const char *name)
{
    const struct scenario *scenario = find(name);
    /* What takes real time, or asks the system for much, fewer times. */
    int times = scenario->is_real ? 5 : 20;

    repeat(scenario, 2, times);
    repeat(scenario, 4, times);
}

#define ON_SEVERAL_WORKERS(name)                                               \
    START_TEST(multi_##name)                                                   \
    {                                                                          \
        repeat_on_2_and_4(#name);                                              \
    }                                                                          \
    END_TEST

/* clang-format off */
#define SCENARIOS(each) \
    each(mutex) each(rwlock) each(semaphore) each(notify) each(barrier) \
    each(once_cell) each(cancel) each(mpsc) each(mpsc_unbounded) \
    each(mpsc_close) each(oneshot) each(watch) each(broadcast) each(spawn) \
    each(abort) each(join_set) each(tracker) each(select) each(join) \
    each(sleep) each(timeout) each(interval) each(blocking) each(duplex) \
    each(unix) each(pipe) each(lines) each(echo) each(tcp) each(udp) \
    each(fs) each(process) each(signal)
/* clang-format on */

SCENARIOS(ON_SEVERAL_WORKERS)

#define TEST_OF(name) multi_##name,

Suite *stress_suite(void)
{
    const TTest *const tests[] = {
        SCENARIOS(TEST_OF) NULL,
    };

    return suite_of("stress", tests);
}
