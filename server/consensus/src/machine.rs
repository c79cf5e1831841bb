//! What the log is applied to.

/// What the log is applied to. The same entries lead to the same state, on every machine and every time: nothing may
/// depend on the clock, on random numbers or on the order of a hash map.
///
/// The state in which the machine is handed over is the one that an empty log begins with.
pub trait Machine: Send + Sync + 'static {
    /// Applies the change at `index` and returns the answer for whoever proposed it. What cannot be done is an answer,
    /// too: the change is in the log by now. Must not panic.
    fn apply(&mut self, index: u64, change: &[u8]) -> Vec<u8>;

    /// The whole state as bytes, at most 64 MiB of them.
    fn snapshot(&self) -> Vec<u8>;

    /// Takes the state of a snapshot in place of its own.
    ///
    /// # Errors
    /// What is wrong with the snapshot. The node cannot go on then.
    fn restore(&mut self, snapshot: &[u8]) -> Result<(), String>;
}
