#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { POISON = 0xdb };

RT_ATOMIC(unsigned long) rt_alloc_countdown;

void rt_alloc_fail_after(unsigned long n)
{
    atomic_store(&rt_alloc_countdown, n);
}

bool rt_alloc_count_down(void)
{
    unsigned long left =
        atomic_load_explicit(&rt_alloc_countdown, memory_order_relaxed);

    while (left > 0) {
        if (atomic_compare_exchange_weak(&rt_alloc_countdown, &left,
                                         left - 1)) {
            return left == 1;
        }
    }
    return false;
}

void *rt_alloc(size_t size)
{
    return rt_alloc_is_to_fail() ? NULL : calloc(1, size);
}

void rt_free(void *memory, size_t size)
{
#ifdef RT_DEBUG
    if (memory) {
        memset(memory, POISON, size);
    }
#else
    (void)size;
#endif
    free(memory);
}
