//! Bytes a task: the twin of ../memory.c.

use std::cell::UnsafeCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

pub const TASKS: u64 = 100_000;
const BATCH: u64 = 1000;

static BEGUN: AtomicU64 = AtomicU64::new(0);
static DONE: AtomicU64 = AtomicU64::new(0);

/// Where a parked task leaves its waker.
struct Slot(UnsafeCell<Option<Waker>>);
unsafe impl Sync for Slot {} // the task writes it, then the main task reads

struct Park {
    slot: &'static Slot,
}

impl Future for Park {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let slot = unsafe { &mut *self.slot.0.get() };
        if slot.take().is_some() {
            DONE.fetch_add(1, Ordering::Release);
            return Poll::Ready(());
        }
        *slot = Some(cx.waker().clone());
        BEGUN.fetch_add(1, Ordering::Release);
        Poll::Pending
    }
}

/// Bytes of memory that the process really uses, beside code and files.
fn resident() -> f64 {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup").expect("Linux");
    let line = text.lines().find(|line| line.starts_with("Anonymous:")).expect("a line of it");
    let kib: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib * 1024.0
}

async fn wait_until(counter: &AtomicU64, count: u64) {
    while counter.load(Ordering::Acquire) < count {
        tokio::task::yield_now().await;
    }
}

/// Bytes for each of the tasks that spawn(i) makes, but for the first batch.
async fn grow(tasks: u64, spawn: impl Fn(u64)) -> f64 {
    let mut before = 0.0;

    for i in 0..tasks {
        spawn(i);
        if i % BATCH == BATCH - 1 || i == tasks - 1 {
            wait_until(&BEGUN, i + 1).await;
        }
        if i == BATCH - 1 {
            before = resident();
        }
    }
    (resident() - before) / (tasks - BATCH) as f64
}

pub async fn parked(tasks: u64) -> f64 {
    let tasks = tasks + BATCH;
    let slots: Vec<Slot> = (0..tasks).map(|_| Slot(UnsafeCell::new(None))).collect();
    let slots: &'static [Slot] = slots.leak();
    for slot in slots {
        unsafe { std::ptr::write_volatile(slot.0.get(), None) };
    }
    let bytes = grow(tasks, |i| {
        tokio::spawn(Park { slot: &slots[i as usize] });
    })
    .await;

    for slot in slots {
        unsafe { &*slot.0.get() }.as_ref().unwrap().wake_by_ref();
    }
    wait_until(&DONE, tasks).await;
    bytes
}

pub async fn sleeping(tasks: u64) -> f64 {
    grow(tasks + BATCH, |i| {
        tokio::spawn(async move {
            BEGUN.fetch_add(1, Ordering::Release);
            tokio::time::sleep(Duration::from_millis(60_000 + i)).await;
            DONE.fetch_add(1, Ordering::Release);
        });
    })
    .await
}
