//! The benchmarks on Tokio: the same operations as in ../*.c, row by row.
//!
//!     bench-tokio NAME WORKERS [COUNT]
//!
//! WORKERS 0 is the current-thread runtime. Prints one number. See ../main.c,
//! whose twin this is.

mod channels;
mod echo;
mod measure;
mod memory;
mod tasks;
mod timers;

use measure::{calibrate, Measure};
use std::future::Future;
use std::pin::Pin;
use tokio::runtime::{Builder, Runtime};

/// A row: does so many operations and tells how long they took.
type Run = fn(u64, Measure) -> Pin<Box<dyn Future<Output = f64> + Send>>;

macro_rules! row {
    ($run:path) => {
        |count, measure| Box::pin($run(count, measure))
    };
}

const TIMED: [(&str, Run); 7] = [
    ("spawn_join", row!(tasks::spawn_join)),
    ("self_wake", row!(tasks::self_wake)),
    ("yield_1000", row!(tasks::yield_1000)),
    ("ping_pong", row!(channels::ping_pong)),
    ("mpsc_128", row!(channels::mpsc_128)),
    ("mutex", row!(channels::mutex)),
    ("timeout", row!(timers::timeout_cancelled)),
];

fn build(workers: usize) -> Runtime {
    let mut builder = match workers {
        0 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    if workers > 0 {
        builder.worker_threads(workers);
    }
    builder.enable_all().build().expect("a runtime")
}

/// Nanoseconds an operation; the row runs as a task of the runtime.
fn time_row(run: Run, workers: usize, count: Option<u64>) -> f64 {
    let runtime = build(workers);
    let measure = Measure::new(workers);
    calibrate(count, |count| {
        runtime.block_on(async { tokio::spawn(run(count, measure)).await.unwrap() })
    })
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let name = arguments.get(1).map(String::as_str).unwrap_or("");
    let workers = arguments.get(2).map_or(0, |text| text.parse().expect("workers"));
    let count = arguments.get(3).map(|text| text.parse().expect("a count"));

    if let Some((_, run)) = TIMED.iter().find(|(row, _)| *row == name) {
        println!("{:.3}", time_row(*run, workers, count));
        return;
    }
    let runtime = build(workers);
    let tasks = count.unwrap_or(memory::TASKS);
    match name {
        "parked" => println!("{:.1}", runtime.block_on(memory::parked(tasks))),
        "sleeping" => println!("{:.1}", runtime.block_on(memory::sleeping(tasks))),
        "echo" => runtime.block_on(echo::serve()),
        _ => panic!("there is no row called '{name}'"),
    }
    runtime.shutdown_background();
}
