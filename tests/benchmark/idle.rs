//! What members cost while nothing happens: processor, memory and network, from what the kernel counts.

use std::{
    fs,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::{spread::Spread, systems::Group};

/// The members' cost, over all of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Idle {
    /// Percent of one core.
    pub(crate) processor: Spread,
    /// Resident memory in MB.
    pub(crate) memory: Spread,
    /// Packets sent in a second.
    pub(crate) packets: Spread,
    /// Kilobytes sent in a second, with all headers.
    pub(crate) kilobytes: Spread,
}

/// What the kernel has counted for one member so far.
#[derive(Debug, Clone, Copy)]
struct Counted {
    /// Seconds on a processor.
    processor: f64,
    /// Bytes in memory.
    memory: f64,
    packets: f64,
    bytes: f64,
}

/// Looks at a group for so long.
///
/// # Errors
/// When a member has ended.
pub(crate) async fn measure(group: &dyn Group, window: Duration) -> Result<Idle, String> {
    let start = Instant::now();
    let before = count_all(group)?;
    sleep(window).await;
    let after = count_all(group)?;
    let seconds = start.elapsed().as_secs_f64();
    let spread = |value: &dyn Fn(&Counted, &Counted) -> f64| {
        Spread::of(before.iter().zip(&after).map(|(before, after)| value(before, after))).ok_or("no members")
    };
    Ok(Idle {
        processor: spread(&|before, after| 100.0 * (after.processor - before.processor) / seconds)?,
        memory: spread(&|_, after| after.memory / 1e6)?,
        packets: spread(&|before, after| (after.packets - before.packets) / seconds)?,
        kilobytes: spread(&|before, after| (after.bytes - before.bytes) / 1e3 / seconds)?,
    })
}

fn count_all(group: &dyn Group) -> Result<Vec<Counted>, String> {
    let nodes = 1..=group.sightings().len();
    nodes.map(|node| count(group.pid(node)).ok_or_else(|| format!("member {node} has ended"))).collect()
}

fn count(pid: u32) -> Option<Counted> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let interfaces = fs::read_to_string(format!("/proc/{pid}/net/dev")).ok()?;
    let (packets, bytes) = sent(&interfaces)?;
    Some(Counted { processor: processor(&stat)?, memory: memory(&status)?, packets, bytes })
}

/// Seconds on a processor, for the program and for the kernel. The name in the second field may hold anything but `)`
/// at its end.
fn processor(stat: &str) -> Option<f64> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / rustix::param::clock_ticks_per_second() as f64)
}

fn memory(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024.0)
}

/// Packets and bytes sent over the one network of a laboratory.
fn sent(interfaces: &str) -> Option<(f64, f64)> {
    let line = interfaces.lines().find_map(|line| line.trim_start().strip_prefix("eth0:"))?;
    let fields: Vec<f64> = line.split_whitespace().filter_map(|field| field.parse().ok()).collect();
    Some((*fields.get(9)?, *fields.get(8)?))
}

#[cfg(test)]
mod tests {
    use super::{memory, processor, sent};

    #[test]
    fn what_the_kernel_counts_is_read() {
        let stat = "77 (a )b) S 1 77 77 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 3 0 100 1000 200";
        let ticks = rustix::param::clock_ticks_per_second() as f64;
        assert_eq!(processor(stat), Some(300.0 / ticks));
        assert_eq!(memory("Name:\tx\nVmRSS:\t    1000 kB\n"), Some(1_024_000.0));
        let loopback = "    lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16";
        let network = "  eth0: 1 2 3 4 5 6 7 8 900 10 11 12 13 14 15 16";
        assert_eq!(sent(&format!("Inter-| Receive\n{loopback}\n{network}\n")), Some((10.0, 900.0)));
    }
}
