#define _GNU_SOURCE /* CPU_SET, sched_setaffinity */

#include "sched/nodes.h"

#ifdef __linux__
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { NODES_MOST = 64 };

/* The CPUs of a text like "0-3,8-11". */
static cpu_set_t parse_cpus(const char *text)
{
    cpu_set_t cpus;
    char *end;

    CPU_ZERO(&cpus);
    do {
        size_t cpu = strtoull(text, &end, 10);
        size_t last = *end == '-' ? strtoull(end + 1, &end, 10) : cpu;

        for (; end != text && cpu <= last && cpu < CPU_SETSIZE; cpu++) {
            CPU_SET(cpu, &cpus);
        }
        text = end + 1;
    } while (*end == ',');
    return cpus;
}

/* None when there is no such node, or it has memory only. */
static cpu_set_t read_cpus(const char *folder, int node)
{
    char text[4096];
    ssize_t size;
    int fd;

    snprintf(text, sizeof(text), "%s/node%d/cpulist", folder, node);
    fd = open(text, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return parse_cpus("");
    }
    size = read(fd, text, sizeof(text) - 1);
    text[size > 0 ? size : 0] = '\0';
    close(fd);
    return parse_cpus(text);
}

uint32_t rt_nodes_bind(const char *folder, uint32_t index)
{
    cpu_set_t nodes[NODES_MOST];
    cpu_set_t allowed;
    uint32_t count = 0;

    if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0) {
        return 0;
    }
    for (int node = 0; node < NODES_MOST; node++) {
        cpu_set_t cpus = read_cpus(folder, node);

        CPU_AND(&nodes[count], &cpus, &allowed);
        count += CPU_COUNT(&nodes[count]) > 0;
    }
    if (count > 1) {
        /* The CPUs may go at any time: then it runs where it can. */
        (void)!sched_setaffinity(0, sizeof(allowed), &nodes[index % count]);
    }
    return count;
}
#else
uint32_t rt_nodes_bind(const char *folder, uint32_t index)
{
    (void)folder;
    (void)index;
    return 0;
}
#endif
