#include "net/lookup.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "base/memory.h"
#include "blocking/pool.h"
#include "future/async.h"
#include "sched/runtime.h"

struct rt_lookup_job {
    struct rt_job job;
    uint16_t port;
    int result; /* as in struct rt_lookup */
    struct rt_address found[RT_LOOKUP_MOST];
    size_t host_size; /* with the NUL */
    char host[];
};

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

static void job_run(struct rt_job *base)
{
    struct rt_lookup_job *job =
        RT_CONTAINER_OF(base, struct rt_lookup_job, job);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}; /* each once */
    struct addrinfo *list;
    int error = getaddrinfo(job->host, NULL, &hints, &list);

    if (error) {
        job->result = errno_of(error);
        return;
    }
    for (const struct addrinfo *info = list;
         info && job->result < RT_LOOKUP_MOST; info = info->ai_next) {
        struct rt_address *address = &job->found[job->result];

        if (info->ai_family == AF_INET || info->ai_family == AF_INET6) {
            memcpy(&address->any, info->ai_addr, info->ai_addrlen);
            address->size = info->ai_addrlen;
            address->v4.sin_port = htons(job->port); /* v6 has it there too */
            job->result++;
        }
    }
    freeaddrinfo(list);
    if (job->result == 0) {
        job->result = -ENOENT;
    }
}

static void job_destroy(struct rt_job *base)
{
    struct rt_lookup_job *job =
        RT_CONTAINER_OF(base, struct rt_lookup_job, job);

    rt_free(job, sizeof(*job) + job->host_size);
}

static const struct rt_job_ops job_ops = {job_run, job_destroy};

/* ---- in the task ---- */

static void take_addresses(struct rt_lookup *self)
{
    const struct rt_lookup_job *job = self->job;

    self->result =
        job->result > (int)self->most ? (int)self->most : job->result;
    if (self->result > 0) {
        memcpy(self->into, job->found,
               (size_t)self->result * sizeof(job->found[0]));
    }
}

static enum rt_poll lookup_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_lookup *self = RT_SELF(future, struct rt_lookup);

    if (!self->is_begun && !self->result) {
        self->is_begun = true;
        self->result = rt_blocking_pool_submit(
            rt_runtime_blocking(rt_context_runtime(cx)), &self->job->job);
    }
    if (self->result) {
        return RT_READY; /* a number; or it could not be begun */
    }
    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    switch (rt_job_poll(&self->job->job, cx->waker)) {
    case RT_JOB_OUT:
        return RT_PENDING;
    case RT_JOB_DONE:
        take_addresses(self);
        return RT_READY;
    default:
        self->result = -ECANCELED;
        return RT_READY;
    }
}

static void lookup_drop(struct rt_future *future)
{
    struct rt_lookup *self = RT_SELF(future, struct rt_lookup);

    if (self->job) {
        rt_job_detach(&self->job->job);
    }
}

static const struct rt_future_ops lookup_ops = {
    .poll = lookup_poll,
    .drop = lookup_drop,
    .name = "lookup",
};

static struct rt_lookup_job *make_job(const char *host, uint16_t port)
{
    size_t size = strlen(host) + 1;
    struct rt_lookup_job *job = rt_alloc(sizeof(*job) + size);

    if (job) {
        rt_job_init(&job->job, &job_ops);
        job->port = port;
        job->host_size = size;
        memcpy(job->host, host, size);
    }
    return job;
}

struct rt_lookup rt_lookup(const char *host, uint16_t port,
                           struct rt_address *into, size_t most)
{
    struct rt_lookup self = {
        .future = RT_FUTURE(&lookup_ops),
        .into = into,
        .most = most,
    };
    struct rt_address number; /* needs no resolver */

    if (rt_address_make(&number, host, port) == 0) {
        *into = number;
        self.result = 1;
        return self;
    }
    self.job = make_job(host, port);
    self.result = self.job ? 0 : -ENOMEM;
    return self;
}
