/*
 * Branches: turns a list of frames into a list of pointers to their futures,
 * for RT_SELECT and RT_JOIN.
 */
#ifndef RT_FUTURE_BRANCHES_H
#define RT_FUTURE_BRANCHES_H

#include "future/future.h"

enum { RT_BRANCHES_MAX = 8 };

#define RT_BRANCH_1(a) &(a).future
#define RT_BRANCH_2(a, ...) &(a).future, RT_BRANCH_1(__VA_ARGS__)
#define RT_BRANCH_3(a, ...) &(a).future, RT_BRANCH_2(__VA_ARGS__)
#define RT_BRANCH_4(a, ...) &(a).future, RT_BRANCH_3(__VA_ARGS__)
#define RT_BRANCH_5(a, ...) &(a).future, RT_BRANCH_4(__VA_ARGS__)
#define RT_BRANCH_6(a, ...) &(a).future, RT_BRANCH_5(__VA_ARGS__)
#define RT_BRANCH_7(a, ...) &(a).future, RT_BRANCH_6(__VA_ARGS__)
#define RT_BRANCH_8(a, ...) &(a).future, RT_BRANCH_7(__VA_ARGS__)

#define RT_BRANCH_PICK(a, b, c, d, e, f, g, h, pick, ...) pick
#define RT_BRANCH_POINTERS(...)                                                \
    RT_BRANCH_PICK(__VA_ARGS__, RT_BRANCH_8, RT_BRANCH_7, RT_BRANCH_6,         \
                   RT_BRANCH_5, RT_BRANCH_4, RT_BRANCH_3, RT_BRANCH_2,         \
                   RT_BRANCH_1, 0)                                             \
    (__VA_ARGS__)

/* The pointers as an array, and how many they are. */
#define RT_BRANCHES(...)                                                       \
    ((struct rt_future *[]){RT_BRANCH_POINTERS(__VA_ARGS__)})
#define RT_BRANCH_COUNT(...)                                                   \
    (sizeof(RT_BRANCHES(__VA_ARGS__)) / sizeof(struct rt_future *))

#endif
