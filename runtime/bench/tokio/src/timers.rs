//! Timers: the twin of ../timers.c.

use crate::measure::Measure;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{sleep, timeout, Sleep};

const OTHERS: u64 = 100_000;
const OTHERS_FIRST_MS: u64 = 20_000; // the others are due from then on,
const OTHERS_LAST_MS: u64 = 120_000; // spread until then,
const OTHERS_STEP_MS: u64 = 7919; // in no order
const LIMIT_MS: u64 = 30_000; // the timeouts lie among them
const LIMIT_SPREAD_MS: u64 = 8192;

/// Polls all the sleeps once, so that they are registered.
struct Register {
    sleeps: Vec<Pin<Box<Sleep>>>,
}

impl Future for Register {
    type Output = Vec<Pin<Box<Sleep>>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        for sleep in &mut self.sleeps {
            assert!(sleep.as_mut().poll(cx).is_pending());
        }
        Poll::Ready(std::mem::take(&mut self.sleeps))
    }
}

/// Pending once: whoever waits for it gets suspended.
struct Once {
    is_second: bool,
}

impl Future for Once {
    type Output = u64;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        if self.is_second {
            return Poll::Ready(1);
        }
        self.is_second = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// A timeout is registered, its task suspended and resumed, and the timeout
/// cancelled, since the inner future was in time.
pub async fn timeout_cancelled(count: u64, measure: Measure) -> f64 {
    let sleeps = (0..OTHERS)
        .map(|i| OTHERS_FIRST_MS + i * OTHERS_STEP_MS % (OTHERS_LAST_MS - OTHERS_FIRST_MS))
        .map(|ms| Box::pin(sleep(Duration::from_millis(ms))))
        .collect();
    let others = Register { sleeps }.await;
    let mut sum = 0;
    let measure = measure.start();

    for i in 0..count {
        let limit = Duration::from_millis(LIMIT_MS + i % LIMIT_SPREAD_MS);
        sum += timeout(limit, Once { is_second: false })
            .await
            .expect("in time");
    }
    let seconds = measure.stop();
    assert_eq!(sum, count);
    drop(others);
    seconds
}
