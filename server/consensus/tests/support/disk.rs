//! Disks that fail, are full, or lose power.

use std::{
    io,
    sync::{Arc, Mutex},
};

use quorate_consensus::StorageBackend;

#[derive(Debug, Clone)]
enum Step {
    Len(u64),
    Write(u64, Vec<u8>),
}

/// How a disk is.
#[derive(Debug, Default)]
pub struct Inner {
    durable: Vec<u8>,
    now: Vec<u8>,
    pending: Vec<Step>,
    /// Steps until the power goes.
    fuse: Option<u64>,
    /// Bytes there is room for.
    room: Option<u64>,
    /// Every sync fails.
    broken: bool,
    /// Says that it synced, but did not.
    lies: bool,
}

/// A disk in memory. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Disk(Arc<Mutex<Inner>>);

/// A small generator, the same on every machine.
pub struct Seed(pub u64);

impl Seed {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

impl Step {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Len(len) => bytes.resize(*len as usize, 0),
            Self::Write(at, data) => {
                let end = *at as usize + data.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*at as usize..end].copy_from_slice(data);
            }
        }
    }

    /// As it reaches the disk: in sectors.
    fn sectors(self) -> Vec<Self> {
        match self {
            Self::Len(_) => vec![self],
            Self::Write(at, data) => {
                (0..).zip(data.chunks(512)).map(|(n, part)| Self::Write(at + 512 * n, part.to_vec())).collect()
            }
        }
    }
}

impl Inner {
    fn tick(&mut self) -> io::Result<()> {
        match &mut self.fuse {
            Some(0) => Err(io::Error::other("the power is gone")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn put(&mut self, step: Step) {
        step.apply(&mut self.now);
        self.pending.push(step);
    }
}

impl Disk {
    /// A disk with these bytes on it.
    pub fn with(bytes: Vec<u8>) -> Self {
        let disk = Self::default();
        disk.set(|inner| {
            inner.durable.clone_from(&bytes);
            inner.now = bytes;
        });
        disk
    }

    fn set(&self, change: impl FnOnce(&mut Inner)) {
        change(&mut self.0.lock().unwrap());
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().now.clone()
    }

    /// The power goes after so many steps.
    pub fn light_fuse(&self, steps: u64) {
        self.set(|inner| inner.fuse = Some(steps));
    }

    /// There is no room beyond what is used.
    pub fn fill(&self) {
        self.set(|inner| inner.room = Some(inner.now.len() as u64));
    }

    pub fn break_down(&self) {
        self.set(|inner| inner.broken = true);
    }

    pub fn lie(&self) {
        self.set(|inner| inner.lies = true);
    }

    pub fn repair(&self) {
        self.set(|inner| {
            inner.broken = false;
            inner.room = None;
        });
    }

    /// Of what was not synced, some sectors are there and others not, in any order.
    pub fn lose_power(&self, seed: &mut Seed) {
        self.set(|inner| {
            let mut steps: Vec<Step> = inner.pending.drain(..).flat_map(Step::sectors).collect();
            let keep = seed.below(101);
            steps.retain(|_| seed.below(100) < keep);
            if seed.below(2) == 0 {
                for at in (1..steps.len()).rev() {
                    steps.swap(at, seed.below(at as u64 + 1) as usize);
                }
            }
            let mut bytes = std::mem::take(&mut inner.durable);
            for step in steps {
                if !matches!(step, Step::Len(len) if (len as usize) < bytes.len()) {
                    step.apply(&mut bytes);
                }
            }
            inner.now.clone_from(&bytes);
            inner.durable = bytes;
            inner.fuse = None;
        });
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().now.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let inner = self.0.lock().unwrap();
        let part = inner.now.get(offset as usize..offset as usize + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(part);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut inner = self.0.lock().unwrap();
        inner.tick()?;
        if inner.room.is_some_and(|room| len > room) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        inner.put(Step::Len(len));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut inner = self.0.lock().unwrap();
        inner.tick()?;
        if inner.broken {
            return Err(io::Error::other("the disk does not answer"));
        }
        if !inner.lies {
            inner.durable = inner.now.clone();
            inner.pending.clear();
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut inner = self.0.lock().unwrap();
        inner.tick()?;
        inner.put(Step::Write(offset, data.to_vec()));
        Ok(())
    }
}
