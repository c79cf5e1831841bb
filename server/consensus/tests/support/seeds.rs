//! Many random lives at once.

use std::{ops::Range, sync::Mutex, thread};

/// Runs seeds on all processors; what each came to, in no order.
pub fn on_all_processors<T: Send>(seeds: Range<u64>, run: impl Fn(u64) -> T + Sync) -> Vec<(u64, T)> {
    let seeds = Mutex::new(seeds);
    let next = || seeds.lock().unwrap().next();
    let work = || std::iter::from_fn(next).map(|seed| (seed, run(seed))).collect::<Vec<_>>();
    thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}
