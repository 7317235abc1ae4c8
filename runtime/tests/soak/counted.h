/*
 * What a program holds: memory of the runtime, file descriptors, memory of the
 * process. To be compared before and after.
 */
#ifndef COUNTED_H
#define COUNTED_H

#include <stddef.h>

/* Bytes that rt_alloc has given and rt_free has not got back. Link with
   COUNTED_LDFLAGS of tests.mk. */
long counted_memory(void);

/* Open file descriptors. */
int counted_fds(void);

/* Bytes of memory that the process uses (resident). */
size_t counted_resident(void);

#endif
