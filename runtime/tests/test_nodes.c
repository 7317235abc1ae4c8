/* Workers that stay with one memory node, as a made-up folder describes them.
 */
#define _GNU_SOURCE /* CPU_SET, sched_getaffinity */

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kit.h"
#include "suites.h"
#include "sched/nodes.h"

static size_t cpus[2]; /* the first and the last that we may use */

static void find_cpus(void)
{
    cpu_set_t allowed;

    ck_assert_int_eq(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
    for (size_t i = 0; i < CPU_SETSIZE; i++) {
        if (CPU_ISSET(i, &allowed)) {
            cpus[1] = i;
        }
    }
    for (cpus[0] = 0; !CPU_ISSET(cpus[0], &allowed);) {
        cpus[0]++;
    }
}

static void path_of(int node, const char *file, char path[256])
{
    snprintf(path, 256, "%s/node%d%s", kit_folder(), node, file);
}

static void tear_down(void)
{
    char path[256];

    for (int node = 0; node < 5; node++) {
        path_of(node, "/cpulist", path);
        unlink(path);
        path_of(node, "", path);
        rmdir(path);
    }
    kit_no_local_net();
}

static void write_node(int node, const char *list)
{
    char path[256];
    FILE *file;

    path_of(node, "", path);
    mkdir(path, 0755);
    path_of(node, "/cpulist", path);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(list, file);
    fclose(file);
}

struct binding {
    uint32_t index;
    uint32_t nodes;   /* that it could choose from */
    cpu_set_t result; /* what the thread may use then */
};

static void *bind_thread(void *argument)
{
    struct binding *binding = argument;

    binding->nodes = rt_nodes_bind(kit_folder(), binding->index);
    sched_getaffinity(0, sizeof(binding->result), &binding->result);
    return NULL;
}

/* On a thread of its own, which goes with what it is bound to. */
static struct binding bind_as(uint32_t index)
{
    struct binding binding = {.index = index};
    pthread_t thread;

    pthread_create(&thread, NULL, bind_thread, &binding);
    pthread_join(thread, NULL);
    return binding;
}

START_TEST(workers_go_round_the_nodes_that_have_cpus_for_us)
{
    char list[64];

    find_cpus();
    snprintf(list, sizeof(list), "%zu-%zu\n", cpus[0], cpus[0]);
    write_node(0, list);
    write_node(1, "\n"); /* memory only */
    snprintf(list, sizeof(list), "1000,%zu,1001-1023\n", cpus[1]);
    write_node(3, list);
    write_node(4, "1000-1010\n"); /* not for us */
    for (uint32_t i = 0; i < 4; i++) {
        struct binding binding = bind_as(i);

        ck_assert_uint_eq(binding.nodes, 2);
        ck_assert_int_eq(CPU_COUNT(&binding.result), 1);
        ck_assert(CPU_ISSET(cpus[i % 2], &binding.result));
    }
}
END_TEST

START_TEST(with_one_node_nothing_is_bound)
{
    cpu_set_t before;
    struct binding binding;

    ck_assert_int_eq(sched_getaffinity(0, sizeof(before), &before), 0);
    binding = bind_as(0);
    ck_assert_uint_eq(binding.nodes, 0);
    write_node(0, "0-1023\n");
    binding = bind_as(1);
    ck_assert_uint_eq(binding.nodes, 1);
    ck_assert(CPU_EQUAL(&binding.result, &before));
}
END_TEST

START_TEST(a_list_that_makes_no_sense_is_no_node)
{
    write_node(0, "many");
    write_node(1, "");
    write_node(2, ",");
    write_node(3, "18446744073709551615-3");
    ck_assert_uint_eq(bind_as(0).nodes, 0);
}
END_TEST

Suite *nodes_suite(void)
{
    const TTest *const tests[] = {
        workers_go_round_the_nodes_that_have_cpus_for_us,
        with_one_node_nothing_is_bound,
        a_list_that_makes_no_sense_is_no_node,
        NULL,
    };

    return suite_with_fixture("nodes", tests, kit_local_net, tear_down);
}
