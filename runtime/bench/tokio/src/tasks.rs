//! Spawning, waking, yielding: the twin of ../tasks.c.

use crate::measure::{keep, Measure};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

const BATCH: u64 = 1000;

/// Spawns a batch of tasks, then joins them in order.
pub async fn spawn_join(count: u64, measure: Measure) -> f64 {
    let mut handles = Vec::with_capacity(BATCH as usize);
    let mut sum = 0;
    let measure = measure.start();

    for _ in 0..count / BATCH {
        for value in 0..BATCH {
            handles.push(tokio::spawn(async move { value }));
        }
        for handle in handles.drain(..) {
            sum += handle.await.expect("the task ended well");
        }
    }
    assert_eq!(sum, count / BATCH * (BATCH * (BATCH - 1) / 2));
    measure.stop()
}

/// Pending so many times, each time after waking itself.
struct SelfWake {
    left: u64,
}

impl Future for SelfWake {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.left == 0 {
            return Poll::Ready(());
        }
        self.left -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

pub async fn self_wake(count: u64, measure: Measure) -> f64 {
    let measure = measure.start();

    SelfWake { left: count }.await;
    measure.stop()
}

/// A batch of tasks that yield in turn.
pub async fn yield_1000(count: u64, measure: Measure) -> f64 {
    let mut handles = Vec::with_capacity(BATCH as usize);
    let measure = measure.start();

    for value in 0..BATCH {
        handles.push(tokio::spawn(async move {
            for _ in 0..count / BATCH {
                tokio::task::yield_now().await;
            }
            value
        }));
    }
    for handle in handles {
        keep(handle.await.expect("the task ended well"));
    }
    measure.stop()
}
