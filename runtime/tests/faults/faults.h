/*
 * Faults: what every kind of failure, at every place, does to a program.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include "../kit.h"
#include "inject.h"

/* The call that is to fail in this test, and how. */
struct fault {
    enum call call;
    unsigned n;
    int error;
};

/* "the 3rd recv, Connection reset by peer", for messages; static. */
const char *fault_text(const struct fault *fault);

/*
 * Plays a scene with each error of the call, at the first call, the second,
 * and so on until it makes no more. play arms the fault and returns whether
 * it struck. Nothing may leak.
 */
void faults_play(enum call call, bool (*play)(const struct fault *fault));

Suite *echo_faults_suite(void);
Suite *scenes_suite(void);

#endif
