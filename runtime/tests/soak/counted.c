#include "tests/soak/counted.h"

#include <dirent.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/memory.h"

/* The linker leads each call of rt_alloc to __wrap_rt_alloc, and what this
   calls __real_rt_alloc to rt_alloc; the same for rt_free. */
void *__real_rt_alloc(size_t size);
void *__wrap_rt_alloc(size_t size);
void __real_rt_free(void *memory, size_t size);
void __wrap_rt_free(void *memory, size_t size);

static atomic_long held;

void *__wrap_rt_alloc(size_t size)
{
    void *memory = __real_rt_alloc(size);

    if (memory) {
        atomic_fetch_add_explicit(&held, (long)size, memory_order_relaxed);
    }
    return memory;
}

void __wrap_rt_free(void *memory, size_t size)
{
    if (memory) {
        atomic_fetch_sub_explicit(&held, (long)size, memory_order_relaxed);
    }
    __real_rt_free(memory, size);
}

long counted_memory(void)
{
    return atomic_load(&held);
}

int counted_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int count = 0;

    while (dir && readdir(dir)) {
        count++;
    }
    if (dir) {
        closedir(dir);
    }
    return count - 3; /* ., .., and that of the folder itself */
}

size_t counted_resident(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;

    if (file) {
        if (fscanf(file, "%*u %lu", &pages) != 1) {
            pages = 0;
        }
        fclose(file);
    }
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}
