/*
 * Branches: turns a list of frames into a list of pointers to their futures,
 * or of other things of each, for RT_SELECT and RT_JOIN.
 */
#ifndef RT_FUTURE_BRANCHES_H
#define RT_FUTURE_BRANCHES_H

#include "future/future.h"

enum { RT_BRANCHES_MAX = 8 };

/* item(a), item(b), and so on. */
#define RT_BRANCH_1(item, a) item(a)
#define RT_BRANCH_2(item, a, ...) item(a), RT_BRANCH_1(item, __VA_ARGS__)
#define RT_BRANCH_3(item, a, ...) item(a), RT_BRANCH_2(item, __VA_ARGS__)
#define RT_BRANCH_4(item, a, ...) item(a), RT_BRANCH_3(item, __VA_ARGS__)
#define RT_BRANCH_5(item, a, ...) item(a), RT_BRANCH_4(item, __VA_ARGS__)
#define RT_BRANCH_6(item, a, ...) item(a), RT_BRANCH_5(item, __VA_ARGS__)
#define RT_BRANCH_7(item, a, ...) item(a), RT_BRANCH_6(item, __VA_ARGS__)
#define RT_BRANCH_8(item, a, ...) item(a), RT_BRANCH_7(item, __VA_ARGS__)

#define RT_BRANCH_PICK(a, b, c, d, e, f, g, h, pick, ...) pick
#define RT_BRANCH_ITEMS(item, ...)                                             \
    RT_BRANCH_PICK(__VA_ARGS__, RT_BRANCH_8, RT_BRANCH_7, RT_BRANCH_6,         \
                   RT_BRANCH_5, RT_BRANCH_4, RT_BRANCH_3, RT_BRANCH_2,         \
                   RT_BRANCH_1, 0)                                             \
    (item, __VA_ARGS__)

/* The pointers as an array, and how many they are. */
#define RT_BRANCH_FUTURE(a) &(a).future
#define RT_BRANCHES(...)                                                       \
    ((struct rt_future *[]){RT_BRANCH_ITEMS(RT_BRANCH_FUTURE, __VA_ARGS__)})
#define RT_BRANCH_COUNT(...)                                                   \
    (sizeof(RT_BRANCHES(__VA_ARGS__)) / sizeof(struct rt_future *))

#endif
