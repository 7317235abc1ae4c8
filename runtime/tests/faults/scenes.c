/*
 * Every scene with every fault: it ends, with no error but that one; nothing
 * leaks; and what passes by itself is not seen at all.
 */
#include "scenes.h"

#include <errno.h>
#include <stdio.h>

struct rt_builder scenes_builder;

static const struct scene *scene_now;

/* A call that fails so is made again, or was made all the same. */
static bool is_never_seen(const struct fault *fault)
{
    return fault->error == EINTR ||
           (fault->error == EAGAIN && fault->call < CALL_CLOSE);
}

static bool play(const struct fault *fault)
{
    bool has_struck;
    int error;

    inject_arm(fault->call, fault->n, fault->error);
    error = scene_now->play();
    has_struck = inject_disarm();
    ck_assert_msg(error == 0 || (has_struck && error == -fault->error),
                  "%s ends with %d: %s", scene_now->name, error,
                  fault_text(fault));
    ck_assert_msg(error == 0 || !is_never_seen(fault), "%s ends with %d: %s",
                  scene_now->name, error, fault_text(fault));
    return has_struck;
}

static void play_all(const struct scene *scene)
{
    const struct fault none = {CALL_MALLOC, 0, 0};

    for (; scene->name; scene++) {
        scene_now = scene;
        play(&none); /* what the C library keeps for itself is made */
        for (int call = 0; call < CALLS; call++) {
            faults_play((enum call)call, play);
        }
    }
}

static const struct scene *const parts[] = {
    scenes_of_tasks,
    scenes_of_net,
    scenes_of_system,
};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

START_TEST(no_fault_does_harm_on_this_thread)
{
    scenes_builder = kit_lone_builder();
    play_all(parts[_i]);
}
END_TEST

START_TEST(no_fault_does_harm_on_two_threads)
{
    scenes_builder = kit_lone_builder();
    scenes_builder.workers = 2;
    scenes_builder.memory = RT_MEMORY_POOLED;
    play_all(parts[_i]);
}
END_TEST

Suite *scenes_suite(void)
{
    Suite *suite = suite_create("scenes");
    TCase *cases = tcase_create("scenes");

    tcase_add_loop_test(cases, no_fault_does_harm_on_this_thread, 0, PARTS);
    tcase_add_loop_test(cases, no_fault_does_harm_on_two_threads, 0, PARTS);
    suite_add_tcase(suite, cases);
    return suite;
}
