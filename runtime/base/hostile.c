#include "base/hostile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { JUNK_BYTES = 32 * 1024, SHORT_MOST = 16 };

/* In the order of the bits. */
static const char *const names[] = {"shuffle", "spurious", "short",
                                    "again",   "accept",   "junk"};

/* The bit of the name that text begins with, up to length; 0: it is none. */
static uint32_t feature_named(const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i]) == length && !strncmp(names[i], text, length)) {
            return 1U << i;
        }
    }
    return 0;
}

static int parse_features(const char *text, uint32_t *features)
{
    *features = 0;
    for (;;) {
        size_t length = strcspn(text, ",");
        uint32_t feature = feature_named(text, length);

        if (!feature) {
            return -EINVAL;
        }
        *features |= feature;
        if (!text[length]) {
            return 0;
        }
        text += length + 1;
    }
}

int rt_hostility_parse(const char *text, uint32_t *features, uint64_t *seed)
{
    char *end;

    errno = 0;
    *seed = strtoull(text, &end, 0);
    if (errno || end == text) {
        return -EINVAL;
    }
    if (*end == ':') {
        return parse_features(end + 1, features);
    }
    *features = RT_HOSTILE_ALL;
    return *end ? -EINVAL : 0;
}

bool rt_hostility_strikes(struct rt_hostility *hostility,
                          enum rt_hostile feature, uint32_t times)
{
    return (hostility->features & feature) &&
           rt_random_one_in(&hostility->random, times);
}

size_t rt_hostility_shorten(struct rt_hostility *hostility, size_t size)
{
    size_t half = size / 2 < UINT32_MAX ? size / 2 : UINT32_MAX - 1;
    size_t most = size < SHORT_MOST ? size : half + 1;

    return 1 + rt_random_below(&hostility->random, (uint32_t)most);
}

__attribute__((noinline)) void
rt_hostility_junk_stack(struct rt_hostility *hostility)
{
    volatile unsigned char junk[JUNK_BYTES];
    unsigned char byte =
        (unsigned char)(0x80 | rt_random_next(&hostility->random));

    memset((void *)(uintptr_t)junk, byte, sizeof(junk));
    __asm__ volatile("" : : "r"(junk) : "memory");
}
