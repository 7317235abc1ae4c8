//! Channels and the mutex: the twin of ../channels.c.

use crate::measure::Measure;
use tokio::sync::{mpsc, Mutex};

/// Two tasks send one value to and fro; an operation is a round trip.
pub async fn ping_pong(count: u64, measure: Measure) -> f64 {
    let (ping, mut pinged) = mpsc::channel::<u64>(1);
    let (pong, mut ponged) = mpsc::channel::<u64>(1);
    let measure = measure.start();

    let other = tokio::spawn(async move {
        while let Some(value) = pinged.recv().await {
            pong.send(value + 1).await.expect("a receiver");
        }
    });
    let mut value = 0;
    for _ in 0..count {
        ping.send(value).await.expect("a receiver");
        value = ponged.recv().await.expect("a value");
    }
    drop(ping);
    other.await.expect("the task ended well");
    assert_eq!(value, count);
    measure.stop()
}

/// One task sends, another receives; an operation is one value.
pub async fn mpsc_128(count: u64, measure: Measure) -> f64 {
    let (sender, mut receiver) = mpsc::channel::<u64>(128);
    let measure = measure.start();

    let producer = tokio::spawn(async move {
        for value in 0..count {
            sender.send(value).await.expect("a receiver");
        }
    });
    let mut sum = 0u64;
    while let Some(value) = receiver.recv().await {
        sum += value;
    }
    producer.await.expect("the task ended well");
    assert_eq!(sum, count * (count - 1) / 2);
    measure.stop()
}

pub async fn mutex(count: u64, measure: Measure) -> f64 {
    let mutex = Mutex::new(0u64);
    let measure = measure.start();

    for _ in 0..count {
        *mutex.lock().await += 1;
    }
    assert_eq!(mutex.into_inner(), count);
    measure.stop()
}
