//! Storage for looking at a file without changing it: what the database writes while it opens, to repair itself or to
//! note that it is in use, stays in memory.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt, io,
    ops::Bound,
    sync::{Arc, Mutex},
};

use redb::{BackendError, StorageBackend};

use crate::net::lock;

const PAGE: u64 = 4096;

/// Storage under which another one stays as it is. Locks are taken on that one, so that no other process writes it
/// meanwhile.
pub(super) struct Overlay {
    below: Arc<dyn StorageBackend>,
    above: Mutex<Above>,
}

struct Above {
    len: u64,
    pages: BTreeMap<u64, Box<[u8]>>,
    locked: Vec<(Bound<u64>, Bound<u64>)>,
}

impl Overlay {
    pub(super) fn over(below: Arc<dyn StorageBackend>) -> io::Result<Self> {
        let above = Above { len: below.len()?, pages: BTreeMap::new(), locked: Vec::new() };
        Ok(Self { below, above: Mutex::new(above) })
    }

    /// One page as it is below; what is behind its end is zero.
    fn page_below(&self, page: u64) -> io::Result<Box<[u8]>> {
        let mut bytes = vec![0; PAGE as usize].into_boxed_slice();
        let (start, end) = (page * PAGE, self.below.len()?.min((page + 1) * PAGE));
        if start < end {
            self.below.read(start, &mut bytes[..(end - start) as usize])?;
        }
        Ok(bytes)
    }

    fn note(&self, start: Bound<u64>, end: Bound<u64>) {
        lock(&self.above).locked.push((start, end));
    }
}

/// The parts of `len` bytes at `offset` that lie in one page each: page, where in it, and where in the bytes.
fn parts(offset: u64, len: usize) -> impl Iterator<Item = (u64, usize, std::ops::Range<usize>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let place = offset + at as u64;
        let within = (place % PAGE) as usize;
        let size = (PAGE as usize - within).min(len - at);
        let part = (place / PAGE, within, at..at + size);
        at += size;
        (size > 0).then_some(part)
    })
}

impl StorageBackend for Overlay {
    fn len(&self) -> io::Result<u64> {
        Ok(lock(&self.above).len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let above = lock(&self.above);
        if offset.checked_add(out.len() as u64).is_none_or(|end| end > above.len) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for (page, within, range) in parts(offset, out.len()) {
            let size = range.len();
            match above.pages.get(&page) {
                Some(bytes) => out[range].copy_from_slice(&bytes[within..within + size]),
                None => out[range].copy_from_slice(&self.page_below(page)?[within..within + size]),
            }
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut above = lock(&self.above);
        // What is cut off and comes back again must be zero, also where it is not below.
        let (first, last) = (len.min(above.len) / PAGE, above.len.div_ceil(PAGE));
        for page in first..last {
            let mut bytes = match above.pages.remove(&page) {
                Some(bytes) => bytes,
                None => self.page_below(page)?,
            };
            let kept = len.saturating_sub(page * PAGE).min(PAGE) as usize;
            bytes[kept..].fill(0);
            above.pages.insert(page, bytes);
        }
        above.len = len;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut above = lock(&self.above);
        above.len = above.len.max(offset + data.len() as u64);
        for (page, within, range) in parts(offset, data.len()) {
            let bytes = match above.pages.entry(page) {
                Entry::Occupied(bytes) => bytes.into_mut(),
                Entry::Vacant(place) => place.insert(self.page_below(page)?),
            };
            bytes[within..within + range.len()].copy_from_slice(&data[range]);
        }
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        for (start, end) in std::mem::take(&mut lock(&self.above).locked) {
            self.below.unlock_range(start, end).map_err(io::Error::other)?;
        }
        Ok(())
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        let got = self.below.try_lock_range(start, end)?;
        if got {
            self.note(start, end);
        }
        Ok(got)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        let got = self.below.try_lock_shared_range(start, end)?;
        if got {
            self.note(start, end);
        }
        Ok(got)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.below.lock_range(start, end)?;
        self.note(start, end);
        Ok(())
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.below.lock_shared_range(start, end)?;
        self.note(start, end);
        Ok(())
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.below.unlock_range(start, end)?;
        let mut above = lock(&self.above);
        if let Some(at) = above.locked.iter().position(|range| *range == (start, end)) {
            above.locked.remove(at);
        }
        Ok(())
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.below.query_lock_range(start, end)
    }
}

impl fmt::Debug for Overlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Overlay").field("below", &self.below).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use redb::backends::InMemoryBackend;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Write(u64, Vec<u8>),
        Len(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0..20_000_u64, prop::collection::vec(1..255_u8, 1..6000)).prop_map(|(at, bytes)| Step::Write(at, bytes)),
            (0..30_000_u64).prop_map(Step::Len),
        ]
    }

    fn bytes_of(storage: &dyn StorageBackend) -> Vec<u8> {
        let mut bytes = vec![0; storage.len().unwrap() as usize];
        storage.read(0, &mut bytes).unwrap();
        bytes
    }

    proptest! {
        #[test]
        fn it_reads_like_a_plain_file_and_leaves_the_one_below(steps in prop::collection::vec(step(), 0..12)) {
            let below = Arc::new(InMemoryBackend::new());
            below.set_len(9000).unwrap();
            below.write(0, &[7; 9000]).unwrap();
            let over = Overlay::over(below.clone()).unwrap();
            let mut plain = vec![7_u8; 9000];
            for step in steps {
                match step {
                    Step::Write(at, bytes) => {
                        let end = at as usize + bytes.len();
                        plain.resize(plain.len().max(end), 0);
                        plain[at as usize..end].copy_from_slice(&bytes);
                        over.write(at, &bytes).unwrap();
                    }
                    Step::Len(len) => {
                        plain.resize(len as usize, 0);
                        over.set_len(len).unwrap();
                    }
                }
                prop_assert_eq!(bytes_of(&over), plain.clone());
            }
            prop_assert_eq!(bytes_of(below.as_ref()), vec![7_u8; 9000]);
        }
    }
}
