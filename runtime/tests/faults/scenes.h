/*
 * Scenes: small programs, one for each part of the runtime, to which one thing
 * happens. Each is an async function with an error in its frame, 0 at first.
 */
#ifndef SCENES_H
#define SCENES_H

#include "faults.h"

/* The runtime that the scenes run on. */
extern struct rt_builder scenes_builder;

/* What each is called; 0, or the negative errno with which it ended. */
struct scene {
    const char *name;
    int (*play)(void);
};

/* One file's scenes, up to one without a name. */
extern const struct scene scenes_of_net[];
extern const struct scene scenes_of_system[];
extern const struct scene scenes_of_tasks[];

/* Plays the frame called name on a runtime of its own. */
#define SCENE(name)                                                            \
    static int play_##name(void)                                               \
    {                                                                          \
        struct name scene = KIT_MAKE(name);                                    \
        int error = kit_run_built(&scenes_builder, &scene.future);             \
                                                                               \
        return error ? error : scene.error;                                    \
    }

/* In a scene: ends it when the value is a negative errno. */
#define TRY(value)                                                             \
    do {                                                                       \
        self->error = (int)(value);                                            \
        if (self->error < 0) {                                                 \
            RT_RETURN();                                                       \
        }                                                                      \
        self->error = 0;                                                       \
    } while (0)

/* The same for the result of a future in its frame. */
#define TRY_AWAIT(child)                                                       \
    do {                                                                       \
        RT_AWAIT(child);                                                       \
        TRY((child).result);                                                   \
    } while (0)

#endif
