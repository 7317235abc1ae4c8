//! Time and how often: the twin of ../harness.c.

/// Which clock counts: see ../harness.h.
#[derive(Clone, Copy)]
pub struct Measure {
    clock: libc::clockid_t,
    start: f64,
}

fn seconds(clock: libc::clockid_t) -> f64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let error = unsafe { libc::clock_gettime(clock, &mut now) };
    assert_eq!(error, 0);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

impl Measure {
    pub fn new(workers: usize) -> Measure {
        let clock = match workers {
            0 => libc::CLOCK_PROCESS_CPUTIME_ID,
            _ => libc::CLOCK_MONOTONIC,
        };
        Measure { clock, start: 0.0 }
    }

    pub fn start(mut self) -> Measure {
        self.start = seconds(self.clock);
        self
    }

    /// Seconds since the start.
    pub fn stop(self) -> f64 {
        seconds(self.clock) - self.start
    }
}

/// Runs the row with growing counts until it takes long enough to be measured;
/// nanoseconds an operation of the last run.
pub fn calibrate(count: Option<u64>, run: impl Fn(u64) -> f64) -> f64 {
    const ENOUGH: f64 = 0.1; // seconds
    let mut tried = count.unwrap_or(1000);

    loop {
        let seconds = run(tried);
        if seconds >= ENOUGH || count.is_some() {
            return seconds * 1e9 / tried as f64;
        }
        // A tenth more than needed, but at most ten times as many.
        let factor = (1.1 * ENOUGH / seconds.max(1e-9)).min(10.0);
        tried = (tried as f64 * factor) as u64 / 1000 * 1000 + 1000;
    }
}

/// The compiler must have this value ready.
pub fn keep<T>(value: T) {
    unsafe { std::ptr::read_volatile(&value) };
    std::mem::forget(value);
}
