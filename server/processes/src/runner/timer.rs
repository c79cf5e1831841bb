//! One timer, on the clock that counts suspensions: after one it is late at once, and not so much later.

use std::{
    io,
    os::fd::OwnedFd,
    sync::{Arc, mpsc::SyncSender},
};

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};

use super::{input::Input, thread};
use crate::moment::Moment;

/// One timer.
pub(super) struct Timer {
    clock: Arc<OwnedFd>,
}

impl Timer {
    pub(super) fn start(inputs: SyncSender<Input>) -> io::Result<Self> {
        let clock = Arc::new(timerfd_create(TimerfdClockId::Boottime, TimerfdFlags::CLOEXEC)?);
        let read = clock.clone();
        thread("timer", move || {
            let mut times = [0; 8];
            loop {
                match rustix::io::read(&*read, &mut times) {
                    Err(rustix::io::Errno::INTR) => {}
                    Err(_) => return,
                    Ok(_) if inputs.send(Input::Timer).is_err() => return,
                    Ok(_) => {}
                }
            }
        })?;
        Ok(Self { clock })
    }

    /// When it goes off next, instead of whatever was set before.
    pub(super) fn set(&self, moment: Option<Moment>) -> io::Result<()> {
        let none = Timespec { tv_sec: 0, tv_nsec: 0 };
        // Zero would be never.
        let value = moment.map_or(none, |moment| Moment(moment.0.max(1)).timespec());
        let spec = Itimerspec { it_interval: none, it_value: value };
        timerfd_settime(&*self.clock, TimerfdTimerFlags::ABSTIME, &spec)?;
        Ok(())
    }
}
