// What it costs to stop one thread and go on in another.
#include <pthread.h>

#include "clients.h"

enum { ROUNDS = 20000 };

static int there[2], back[2];

// listing: ball
static void *return_the_ball(void *argument)
{
    char ball;

    while (read(there[0], &ball, 1) == 1) {
        (void)!write(back[1], &ball, 1);
    }
    return argument;
}
// end

int main(void)
{
    double begin, end;
    pthread_t other;
    char ball = 'o';

    (void)!pipe(there);
    (void)!pipe(back);
    pthread_create(&other, NULL, return_the_ball, NULL);
    begin = seconds_now();
    for (int i = 0; i < ROUNDS; i++) {
        (void)!write(there[1], &ball, 1);
        (void)!read(back[0], &ball, 1);
    }
    end = seconds_now();
    printf("%.0f ns from one thread to the other\n",
           (end - begin) * 1e9 / (2 * ROUNDS));
    return 0;
}
