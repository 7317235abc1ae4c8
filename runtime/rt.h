/*
 * Polliwog's runtime, all of it: the one header that a program includes.
 * The order below is the order in which to read; see README.md. A C++ program
 * may include it too: see base/atomic.h.
 *
 * Three rules hold wherever a header says nothing else:
 *  - Threads: a thing (a future, a stream, a buffer, a list) belongs to one
 *    thread at a time. A function touches only what it is given, so two
 *    threads may use two things at once. What they may share says "any thread".
 *  - Ownership: a pointer is borrowed, until the call returns or, when it makes
 *    something that keeps the pointer (a future, a stream), as long as that is
 *    in use.
 *  - Errors: what can fail gives a negative errno value: a call that returns
 *    an int, the result of a future.
 */
#ifndef RT_H
#define RT_H

#ifdef __cplusplus
extern "C" {
/* What our initializers leave out is to be zero: g++ need not ask. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif

#include "base/panic.h"

#include "trace/trace.h"

#include "future/waker.h"
#include "future/future.h"
#include "future/async.h"

#include "task/join_handle.h"

#include "sched/runtime.h"

#include "task/yield.h"
#include "time/sleep.h"
#include "time/timeout.h"
#include "time/interval.h"
#include "time/delay_queue.h"
#include "future/select.h"
#include "future/join.h"
#include "future/unconstrained.h"
#include "task/local.h"
#include "task/local_set.h"
#include "blocking/blocking.h"

#include "io/io.h"
#include "io/async_fd.h"
#include "io/buffer.h"
#include "io/buffered.h"
#include "io/until.h"
#include "io/copy.h"
#include "io/split.h"
#include "io/duplex.h"

#include "fs/fs.h"
#include "net/address.h"
#include "net/lookup.h"
#include "net/socket.h"
#include "net/tcp.h"
#include "net/udp.h"
#include "net/unix.h"
#include "signal/signal.h"
#include "process/process.h"

#include "sync/semaphore.h"
#include "sync/once_cell.h"
#include "sync/mutex.h"
#include "sync/notify.h"
#include "task/cancel.h"
#include "sync/barrier.h"
#include "task/join_set.h"
#include "task/tracker.h"
#include "sync/thread.h"
#include "sync/oneshot.h"
#include "sync/mpsc.h"
#include "sync/broadcast.h"
#include "sync/watch.h"

#include "stream/stream.h"
#include "stream/adapters.h"
#include "stream/combine.h"
#include "stream/timed.h"
#include "fs/walk.h"

#include "codec/codec.h"
#include "codec/framed.h"
#include "codec/delimited.h"
#include "codec/prefixed.h"
#include "codec/resp.h"

#include "testing/test.h"
#include "testing/script.h"

#ifdef __cplusplus
#pragma GCC diagnostic pop
}
/* What base/atomic.h has lent the headers above. */
#undef memory_order_relaxed
#undef memory_order_acquire
#undef memory_order_release
#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_exchange_explicit
#endif

#endif
