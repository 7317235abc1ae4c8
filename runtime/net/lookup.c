#include "net/lookup.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "base/memory.h"
#include "blocking/pool.h"
#include "sched/runtime.h"

struct rt_lookup_job {
    struct rt_job job;
    uint16_t port;
    int result; /* as in struct rt_lookup */
    struct rt_address found[RT_LOOKUP_MOST];
    size_t host_size; /* with the NUL */
    char host[];
};

static struct rt_lookup *lookup_of(struct rt_future *future)
{
    return (struct rt_lookup *)(void *)future;
}

static struct rt_lookup_job *job_of(struct rt_job *job)
{
    return RT_CONTAINER_OF(job, struct rt_lookup_job, job);
}

/* ---- on a job thread ---- */

static int errno_of(int resolver_error)
{
    switch (resolver_error) {
    case EAI_NONAME:
#ifdef EAI_NODATA
    case EAI_NODATA:
#endif
        return -ENOENT;
    case EAI_AGAIN:
        return -EAGAIN;
    case EAI_FAIL:
        return -EIO;
    case EAI_MEMORY:
        return -ENOMEM;
    case EAI_SYSTEM:
        return errno ? -errno : -EIO;
    default:
        return -EINVAL;
    }
}

static void add_address(struct rt_lookup_job *lookup,
                        const struct addrinfo *info)
{
    struct rt_address *address = &lookup->found[lookup->result];

    if (lookup->result == RT_LOOKUP_MOST ||
        (info->ai_family != AF_INET && info->ai_family != AF_INET6)) {
        return;
    }
    memcpy(&address->any, info->ai_addr, info->ai_addrlen);
    address->size = info->ai_addrlen;
    address->v4.sin_port = htons(lookup->port); /* v6 has it there too */
    lookup->result++;
}

static void lookup_run(struct rt_job *job)
{
    struct rt_lookup_job *lookup = job_of(job);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}; /* each once */
    struct addrinfo *list;
    int error = getaddrinfo(lookup->host, NULL, &hints, &list);

    if (error) {
        lookup->result = errno_of(error);
        return;
    }
    for (const struct addrinfo *info = list; info; info = info->ai_next) {
        add_address(lookup, info);
    }
    freeaddrinfo(list);
    if (lookup->result == 0) {
        lookup->result = -ENOENT;
    }
}

static void lookup_destroy(struct rt_job *job)
{
    struct rt_lookup_job *lookup = job_of(job);

    rt_free(lookup, sizeof(*lookup) + lookup->host_size);
}

static const struct rt_job_ops job_ops = {lookup_run, lookup_destroy};

/* ---- in the task ---- */

static void take_addresses(struct rt_lookup *lookup)
{
    const struct rt_lookup_job *job = lookup->job;

    lookup->result = job->result;
    if (lookup->result > 0) {
        if ((size_t)lookup->result > lookup->most) {
            lookup->result = (int)lookup->most;
        }
        memcpy(lookup->into, job->found,
               (size_t)lookup->result * sizeof(job->found[0]));
    }
}

/* A number needs no resolver; the others are handed to the pool. */
static void begin(struct rt_lookup *lookup, struct rt_runtime *runtime)
{
    struct rt_lookup_job *job = lookup->job;

    lookup->is_begun = true;
    if (rt_address_make(&job->found[0], job->host, job->port) == 0) {
        job->result = 1;
        take_addresses(lookup);
    } else {
        lookup->result =
            rt_blocking_pool_submit(rt_runtime_blocking(runtime), &job->job);
    }
}

static enum rt_poll lookup_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_lookup *lookup = lookup_of(future);
    enum rt_job_state state;

    if (!lookup->job) {
        return RT_READY; /* it could not be made, and result says why */
    }
    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    if (!lookup->is_begun) {
        begin(lookup, rt_context_runtime(cx));
        if (lookup->result) {
            return RT_READY;
        }
    }
    state = rt_job_poll(&lookup->job->job, cx->waker);
    if (state == RT_JOB_OUT) {
        return RT_PENDING;
    }
    if (state == RT_JOB_CANCELLED) {
        lookup->result = -ECANCELED;
    } else {
        take_addresses(lookup);
    }
    return RT_READY;
}

static void lookup_drop(struct rt_future *future)
{
    struct rt_lookup *lookup = lookup_of(future);

    if (lookup->job) {
        rt_job_detach(&lookup->job->job);
        lookup->job = NULL;
    }
}

static const struct rt_future_ops lookup_ops = {
    .poll = lookup_poll,
    .drop = lookup_drop,
    .name = "lookup",
};

struct rt_lookup rt_lookup(const char *host, uint16_t port,
                           struct rt_address *into, size_t most)
{
    size_t size = strlen(host) + 1;
    struct rt_lookup_job *job = rt_alloc(sizeof(*job) + size);
    struct rt_lookup lookup = {
        .future = RT_FUTURE(&lookup_ops),
        .job = job,
        .into = into,
        .most = most,
        .result = job ? 0 : -ENOMEM,
    };

    if (job) {
        rt_job_init(&job->job, &job_ops);
        job->port = port;
        job->host_size = size;
        memcpy(job->host, host, size);
    }
    return lookup;
}
