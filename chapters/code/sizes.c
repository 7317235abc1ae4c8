// How much memory things take that wait.
#include "rt.h"
#include <stdio.h>

// listing: frames
struct tea {
    struct rt_future future;
    struct rt_sleep wait;
};

struct tea_with_a_friend {
    struct rt_future future;
    struct tea mine;
    struct tea yours;
    char talk[100];
};
// end

// listing: main
int main(void)
{
    printf("future             %4zu bytes\n", sizeof(struct rt_future));
    printf("sleep              %4zu\n", sizeof(struct rt_sleep));
    printf("tea                %4zu\n", sizeof(struct tea));
    printf("tea with a friend  %4zu\n", sizeof(struct tea_with_a_friend));
    printf("header of a task   %4zu\n", sizeof(struct rt_task));
    return 0;
}
// end
