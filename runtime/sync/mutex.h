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
 * Who was given the lock unlocks it once, on any thread; a frame that may be
 * dropped meanwhile does it in its drop. For a few instructions without an
 * await an ordinary mutex is faster.
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

/* A free mutex. Nothing to deinit. */
static inline void rt_mutex_init(struct rt_mutex *mutex)
{
    rt_semaphore_init(&mutex->semaphore, 1);
}

/* A future that is ready when the caller has the lock. */
static inline struct rt_acquire rt_mutex_lock(struct rt_mutex *mutex)
{
    return rt_semaphore_acquire(&mutex->semaphore, 1);
}

/* True when the lock was free, and is the caller's now. */
static inline bool rt_mutex_try_lock(struct rt_mutex *mutex)
{
    return rt_semaphore_try_acquire(&mutex->semaphore, 1) == 0;
}

/* Gives the lock to who waits first. By whoever has it, on any thread. */
static inline void rt_mutex_unlock(struct rt_mutex *mutex)
{
    rt_semaphore_release(&mutex->semaphore, 1);
}

/* A free lock. Nothing to deinit. */
static inline void rt_rwlock_init(struct rt_rwlock *lock)
{
    rt_semaphore_init(&lock->semaphore, RT_RWLOCK_READERS);
}

/* A future that is ready when the caller reads, beside other readers. */
static inline struct rt_acquire rt_rwlock_read(struct rt_rwlock *lock)
{
    return rt_semaphore_acquire(&lock->semaphore, 1);
}

/* A future that is ready when the caller writes, alone. Later readers wait. */
static inline struct rt_acquire rt_rwlock_write(struct rt_rwlock *lock)
{
    return rt_semaphore_acquire(&lock->semaphore, RT_RWLOCK_READERS);
}

/* True when the caller reads now. */
static inline bool rt_rwlock_try_read(struct rt_rwlock *lock)
{
    return rt_semaphore_try_acquire(&lock->semaphore, 1) == 0;
}

/* True when nobody had the lock, and the caller writes now. */
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
