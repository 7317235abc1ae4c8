// A broken rule: a future is moved after its first poll.
#include "mailbox.h"
#include "tiny_executor.h"

// listing: main
int main(void)
{
    struct mailbox box = {0};
    struct letter here = letter(&box);
    struct letter there = here; // fine: it was not polled yet
    struct letter elsewhere;

    tiny_run(&there.future, NULL);
    elsewhere = there; // not fine: something may point at the old place
    tiny_run(&elsewhere.future, NULL);
    return 0;
}
// end
