#include "scenario.h"

static const char *_Atomic wrong;

void scenario_expect(bool is_true, const char *what)
{
    if (!is_true) {
        atomic_store(&wrong, what);
    }
}

/* Spawns the members and waits for them all. */
struct crew {
    struct rt_future future;
    const struct scenario *scenario; /* borrowed */
    struct rt_join_handle handles[CREW];
    int i;
};

KIT_OPS(crew);

static enum rt_poll crew_poll(struct rt_future *future, struct rt_context *cx)
{
    struct crew *self = RT_SELF(future, struct crew);

    RT_BEGIN(self);
    if (self->scenario->begin) {
        self->scenario->begin();
    }
    for (self->i = 0; self->i < CREW; self->i++) {
        self->handles[self->i] = RT_SPAWN((struct member){
            .future = RT_FUTURE(self->scenario->member), .index = self->i});
    }
    for (self->i = 0; self->i < CREW; self->i++) {
        RT_AWAIT(self->handles[self->i]);
        EXPECT(self->handles[self->i].result == 0);
    }
    if (self->scenario->end) {
        self->scenario->end();
    }
    RT_END(self);
}

const char *scenario_run(struct rt_runtime *runtime,
                         const struct scenario *scenario)
{
    struct crew crew = KIT_MAKE(crew, .scenario = scenario);

    atomic_store(&wrong, NULL);
    EXPECT(rt_block_on(runtime, &crew.future) == 0);
    return atomic_load(&wrong);
}
