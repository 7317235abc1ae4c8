/*
 * Mutex and read-write lock, to be held across an await.
 *
 * A semaphore with one permit is a mutex. With as many permits as there can
 * be readers it is a read-write lock: a reader takes one, a writer all. The
 * fairness is the semaphore's: a writer that waits holds back the readers that
 * come after it, and when it gives up, they go.
 *
 *     self->lock = rt_mutex_lock(&shared->mutex);
 *     RT_AWAIT(self->lock);
 *     ...
 *     rt_mutex_unlock(&shared->mutex);
 *
 * A future is ready when its caller has the lock; a try_ is true if it has it
 * now. Who has it unlocks it once, on any thread; a frame that may be dropped
 * meanwhile does it in its drop. Nothing to deinit. For a few instructions
 * without an await an ordinary mutex is faster.
 */
#ifndef RT_SYNC_MUTEX_H
#define RT_SYNC_MUTEX_H

#include "sync/semaphore.h"

struct rt_mutex {
    struct rt_semaphore semaphore;
};

struct rt_rwlock {
    struct rt_semaphore semaphore;
};

enum { RT_RWLOCK_READERS = 1 << 28 };

/* A free mutex. */
static inline void rt_mutex_init(struct rt_mutex *mutex)
{
    rt_semaphore_init(&mutex->semaphore, 1);
}

/* A future for the lock. */
static inline struct rt_acquire rt_mutex_lock(struct rt_mutex *mutex)
{
    return rt_semaphore_acquire(&mutex->semaphore, 1);
}

/* Takes the lock if it is free. */
static inline bool rt_mutex_try_lock(struct rt_mutex *mutex)
{
    return rt_semaphore_try_acquire(&mutex->semaphore, 1) == 0;
}

/* Gives the lock to who waits first. */
static inline void rt_mutex_unlock(struct rt_mutex *mutex)
{
    rt_semaphore_release(&mutex->semaphore, 1);
}

/* A free lock. */
static inline void rt_rwlock_init(struct rt_rwlock *lock)
{
    rt_semaphore_init(&lock->semaphore, RT_RWLOCK_READERS);
}

/* A future: the caller reads, beside other readers. */
static inline struct rt_acquire rt_rwlock_read(struct rt_rwlock *lock)
{
    return rt_semaphore_acquire(&lock->semaphore, 1);
}

/* A future: the caller writes, alone. */
static inline struct rt_acquire rt_rwlock_write(struct rt_rwlock *lock)
{
    return rt_semaphore_acquire(&lock->semaphore, RT_RWLOCK_READERS);
}

/* Reads, if nobody writes or waits to. */
static inline bool rt_rwlock_try_read(struct rt_rwlock *lock)
{
    return rt_semaphore_try_acquire(&lock->semaphore, 1) == 0;
}

/* Writes, if nobody has the lock. */
static inline bool rt_rwlock_try_write(struct rt_rwlock *lock)
{
    return rt_semaphore_try_acquire(&lock->semaphore, RT_RWLOCK_READERS) == 0;
}

/* A reader is done. */
static inline void rt_rwlock_unlock_read(struct rt_rwlock *lock)
{
    rt_semaphore_release(&lock->semaphore, 1);
}

/* The writer is done. */
static inline void rt_rwlock_unlock_write(struct rt_rwlock *lock)
{
    rt_semaphore_release(&lock->semaphore, RT_RWLOCK_READERS);
}

/* A writer lets the readers in, and stays as one of them. */
static inline void rt_rwlock_downgrade(struct rt_rwlock *lock)
{
    rt_semaphore_release(&lock->semaphore, RT_RWLOCK_READERS - 1);
}

#endif
