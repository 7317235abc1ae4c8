/*
 * Nodes: in a large machine each part of the memory is near to some CPUs only.
 *
 * Linux gives a page of memory to the node of the thread that first writes
 * to it. So a worker that stays on the CPUs of one node has its pool there,
 * and with it the tasks that it creates; nothing else has to be done.
 */
#ifndef RT_SCHED_NODES_H
#define RT_SCHED_NODES_H

#include <stdint.h>

/* Where Linux describes the nodes: node0/cpulist, node1/cpulist, ... */
#define RT_NODES_FOLDER "/sys/devices/system/node"

/*
 * Keeps this thread on those CPUs of one node that it may use: the index-th
 * of the nodes in the folder, round and round. Returns how many nodes it could
 * choose from. With less than 2, and on other systems, nothing happens.
 */
uint32_t rt_nodes_bind(const char *folder, uint32_t index);

#endif
