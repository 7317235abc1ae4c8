/*
 * Echo: what the servers of exercises 3 to 5 have in common.
 */
#ifndef GRADER_UNIT_ECHO_H
#define GRADER_UNIT_ECHO_H

#include "unit/client.h"
#include "unit/judge.h"

/* Adds the test cases that every echo server must pass; signal ends it. */
void echo_add_checks(Suite *suite, int signal);

/* ---- steps, for the scenarios of one exercise ---- */

/* Starts a server that listens. NULL: see judge_begin. */
struct run *echo_begin(int i);

/* Connects, or fails the test. who: "the second client". */
void echo_connect(struct run *run, struct client *client, const char *who);

/*
 * Sends size bytes and expects them back; if not, the test fails with the
 * symptom given for "nothing came" or with one for what did happen.
 */
void echo_exchange(struct run *run, struct client *client, size_t size,
                   const char *who, const char *symptom);

/* Expects the bytes that are still missing. */
void echo_expect_rest(struct run *run, struct client *client, const char *who,
                      const char *symptom);

/* Ends our half and expects the server to close the connection. */
void echo_expect_close(struct run *run, struct client *client, const char *who);

#endif
