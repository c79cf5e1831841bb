//! A wire with weather: between a node's port and the bridge, in the place of the bare plug.
//!
//! ```text
//!   node --- v0-3 -- w0-3 (bridge) -- near0-3 (tap) ==[this process]== (tap) far0-3 -- br0
//! ```
//!
//! Frames go through this process, which loses, delays, doubles and reorders them. The kernel can do the same
//! (`tc netem`), but many kernels are built without; all have tap devices, and a wire knows of single peers too.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, PipeReader, PipeWriter},
    os::fd::AsFd,
    path::Path,
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Instant,
};

use fastrand::Rng;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    thread::{LinkNameSpaceType, move_into_link_name_space},
};
use tappers::{Interface, Tap};

use super::weather::Weather;

/// The longest frame.
const FRAME: usize = 1600;
/// How many frames may be under way in one direction; more are lost.
const UNDER_WAY: usize = 10_000;

/// A running wire; its devices go when it is dropped.
#[derive(Debug)]
pub(super) struct Wire {
    names: [String; 2],
    stop: Option<PipeWriter>,
    thread: Option<JoinHandle<[Tally; 2]>>,
}

/// What happened to the frames of one direction.
#[derive(Debug, Default)]
struct Tally {
    came: u64,
    lost: u64,
    doubled: u64,
    overtook: u64,
}

impl Wire {
    /// Makes tap devices of these names in the namespace, and carries frames from the first to the second in the first
    /// weather, and back in the second.
    pub(super) fn start(namespace: &str, names: [String; 2], weather: [Weather; 2]) -> Self {
        let path = Path::new("/var/run/netns").join(namespace);
        let file = File::open(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let (stopped, stop) = io::pipe().expect("a pipe");
        let (made, is_made) = mpsc::channel();
        let devices = names.clone();
        let thread = thread::spawn(move || {
            let network = Some(LinkNameSpaceType::Network);
            move_into_link_name_space(file.as_fd(), network).expect("root can enter a namespace");
            let taps = devices.map(|name| tap(&name).unwrap_or_else(|why| panic!("tap device {name}: {why}")));
            let _ = made.send(());
            carry(&taps, weather, &stopped)
        });
        is_made.recv().expect("tap devices can be made (they need /dev/net/tun)");
        Self { names, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(Ok([out, back])) = self.thread.take().map(JoinHandle::join) {
            println!("from {} to {}: {out:?}; back: {back:?}", self.names[0], self.names[1]);
        }
    }
}

fn tap(name: &str) -> io::Result<Tap> {
    let mut tap = Tap::new_named(Interface::new(name)?)?;
    tap.set_nonblocking(true)?;
    Ok(tap)
}

/// Carries frames both ways until the other end of the pipe is closed.
fn carry([near, far]: &[Tap; 2], [out, back]: [Weather; 2], stopped: &PipeReader) -> [Tally; 2] {
    let mut ways = [Way::new(near, far, out), Way::new(far, near, back)];
    loop {
        let next = ways.iter().filter_map(Way::next).min();
        let pause = next.map(|due| due.saturating_duration_since(Instant::now()));
        let pause = pause.and_then(|pause| Timespec::try_from(pause).ok());
        let mut ready = [
            PollFd::new(stopped, PollFlags::IN),
            PollFd::from_borrowed_fd(near.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(far.as_fd(), PollFlags::IN),
        ];
        // A signal may end it early: then it is called again.
        let _ = poll(&mut ready, pause.as_ref());
        if !ready[0].revents().is_empty() {
            return ways.map(|way| way.tally);
        }
        ways.iter_mut().for_each(Way::go_on);
    }
}

/// One direction, with the frames under way by the time at which they arrive, the order in which they came and the copy.
struct Way<'a> {
    from: &'a Tap,
    to: &'a Tap,
    weather: Weather,
    random: Rng,
    frames: BTreeMap<(Instant, u64, usize), Vec<u8>>,
    tally: Tally,
    /// When the last of those that do not overtake arrives.
    last: Option<Instant>,
}

impl<'a> Way<'a> {
    fn new(from: &'a Tap, to: &'a Tap, weather: Weather) -> Self {
        Self { from, to, weather, random: Rng::new(), frames: BTreeMap::new(), tally: Tally::default(), last: None }
    }

    /// When the next frame arrives.
    fn next(&self) -> Option<Instant> {
        self.frames.first_key_value().map(|((due, ..), _)| *due)
    }

    /// Takes in what has come, and hands on what has arrived.
    fn go_on(&mut self) {
        let mut frame = [0; FRAME];
        while let Ok(length) = self.from.recv(&mut frame) {
            self.enter(&frame[..length]);
        }
        while let Some(first) = self.frames.first_entry().filter(|first| first.key().0 <= Instant::now()) {
            // A device that is down takes nothing: then it is lost.
            let _ = self.to.send(&first.remove());
        }
    }

    fn enter(&mut self, frame: &[u8]) {
        let fate = self.weather.fate(frame, &mut self.random);
        let mut due = Instant::now() + fate.delay;
        if !fate.overtakes {
            due = self.last.map_or(due, |last| last.max(due));
            self.last = Some(due);
        }
        let copies = fate.copies.min(UNDER_WAY.saturating_sub(self.frames.len()));
        for copy in 0..copies {
            self.frames.insert((due, self.tally.came, copy), frame.to_vec());
        }
        self.tally.came += 1;
        self.tally.lost += u64::from(copies == 0);
        self.tally.doubled += u64::from(copies > 1);
        self.tally.overtook += u64::from(fate.overtakes);
    }
}
