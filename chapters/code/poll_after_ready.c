// A broken rule: a future is polled again after it was ready.
#include "mailbox.h"
#include "tiny_executor.h"

// listing: main
int main(void)
{
    struct mailbox box = {.letter = "Dear reader"};
    struct letter first = letter(&box);

    tiny_run(&first.future, NULL);
    tiny_run(&first.future, NULL); // there is no second answer
    return 0;
}
// end
