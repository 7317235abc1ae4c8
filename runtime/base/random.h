/*
 * Random: a small generator, so that one seed gives one schedule.
 *
 * splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
 * generators", OOPSLA 2014). Not for secrets. Not shared between threads.
 */
#ifndef RT_BASE_RANDOM_H
#define RT_BASE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct rt_random {
    uint64_t state;
};

/* The next number: any of the 2^64. */
static inline uint64_t rt_random_next(struct rt_random *random)
{
    uint64_t z = (random->state += 0x9e3779b97f4a7c15U);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

/* A number in 0..bound-1; bound is at least 1. */
static inline uint32_t rt_random_below(struct rt_random *random, uint32_t bound)
{
    return (uint32_t)(rt_random_next(random) % bound);
}

/* True once in so many times, on average. */
static inline bool rt_random_one_in(struct rt_random *random, uint32_t times)
{
    return rt_random_below(random, times) == 0;
}

#endif
