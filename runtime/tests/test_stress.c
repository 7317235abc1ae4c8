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

ON_SEVERAL_WORKERS(mutex)
ON_SEVERAL_WORKERS(rwlock)
ON_SEVERAL_WORKERS(semaphore)
ON_SEVERAL_WORKERS(notify)
ON_SEVERAL_WORKERS(barrier)
ON_SEVERAL_WORKERS(once_cell)
ON_SEVERAL_WORKERS(cancel)
ON_SEVERAL_WORKERS(mpsc)
ON_SEVERAL_WORKERS(mpsc_unbounded)
ON_SEVERAL_WORKERS(mpsc_close)
ON_SEVERAL_WORKERS(oneshot)
ON_SEVERAL_WORKERS(watch)
ON_SEVERAL_WORKERS(broadcast)
ON_SEVERAL_WORKERS(spawn)
ON_SEVERAL_WORKERS(abort)
ON_SEVERAL_WORKERS(join_set)
ON_SEVERAL_WORKERS(tracker)
ON_SEVERAL_WORKERS(select)
ON_SEVERAL_WORKERS(join)
ON_SEVERAL_WORKERS(sleep)
ON_SEVERAL_WORKERS(timeout)
ON_SEVERAL_WORKERS(interval)
ON_SEVERAL_WORKERS(blocking)
ON_SEVERAL_WORKERS(duplex)
ON_SEVERAL_WORKERS(unix)
ON_SEVERAL_WORKERS(pipe)
ON_SEVERAL_WORKERS(lines)
ON_SEVERAL_WORKERS(echo)
ON_SEVERAL_WORKERS(tcp)
ON_SEVERAL_WORKERS(udp)
ON_SEVERAL_WORKERS(fs)
ON_SEVERAL_WORKERS(process)
ON_SEVERAL_WORKERS(signal)

Suite *stress_suite(void)
{
    const TTest *const tests[] = {
        multi_mutex,
        multi_rwlock,
        multi_semaphore,
        multi_notify,
        multi_barrier,
        multi_once_cell,
        multi_cancel,
        multi_mpsc,
        multi_mpsc_unbounded,
        multi_mpsc_close,
        multi_oneshot,
        multi_watch,
        multi_broadcast,
        multi_spawn,
        multi_abort,
        multi_join_set,
        multi_tracker,
        multi_select,
        multi_join,
        multi_sleep,
        multi_timeout,
        multi_interval,
        multi_blocking,
        multi_duplex,
        multi_unix,
        multi_pipe,
        multi_lines,
        multi_echo,
        multi_tcp,
        multi_udp,
        multi_fs,
        multi_process,
        multi_signal,
        NULL,
    };

    return suite_of("stress", tests);
}
