//! Cursors as text: opaque to clients, the same on every agent of a cluster.
//!
//! ```text
//!   base64url( version | hash of the cluster's name, 8 bytes | flags | uid, 16 bytes | number of views, 2 bytes | views )
//!   view = incarnation, 8 bytes | length of the controller's name | its name
//! ```
//!
//! One with a place in the log of sessions, names and barriers as well has that after a dot.
//!
//! The uid is there once the cluster was formed. After it was formed anew it is another one, and what was seen before is
//! no point in its history.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use quorate_core::types::{ClusterUid, Epoch, Incarnation, NodeName, Revision, ViewId};
use tokio::sync::watch;

use super::error::ApiError;
use crate::driver::Seen;

const VERSION: u8 = 1;
/// The first byte of a point in the log of sessions, names and barriers.
const REVISION: u8 = 2;
/// Stands between the places in two histories.
const BOTH: char = '.';
const HAS_BASE: u8 = 1;
const STABLE: u8 = 2;
const HAS_UID: u8 = 4;
/// More text than any cursor has: 4,096 views with the longest names.
const MAX_TEXT: usize = 512 * 1024;

/// A point in the log of sessions, names and barriers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Point {
    /// The epoch with which the state began.
    pub origin: Epoch,
    /// A revision.
    pub revision: Revision,
    /// How much of what it changed was told; all of it with [`WHOLE`].
    pub told: u32,
}

/// All that a revision changed.
pub const WHOLE: u32 = u32::MAX;

/// Writes and reads the cursors of one cluster.
#[derive(Clone, Debug)]
pub struct Cursors {
    cluster: [u8; 8],
    uid: watch::Receiver<Option<ClusterUid>>,
}

impl Cursors {
    /// Those of the cluster of that name and uid.
    #[must_use]
    pub fn of(cluster: &str, uid: watch::Receiver<Option<ClusterUid>>) -> Self {
        Self { cluster: fnv(cluster.as_bytes()).to_be_bytes(), uid }
    }

    /// The cursor of a point in history.
    #[must_use]
    pub fn write(&self, seen: &Seen) -> String {
        let views: Vec<_> = seen.base.iter().chain(&seen.others).take(usize::from(u16::MAX)).collect();
        let mut bytes = vec![VERSION];
        bytes.extend(self.cluster);
        let uid = *self.uid.borrow();
        let flags = [(seen.base.is_some(), HAS_BASE), (seen.stable, STABLE), (uid.is_some(), HAS_UID)];
        bytes.push(flags.into_iter().map(|(is, flag)| if is { flag } else { 0 }).sum());
        bytes.extend(uid.iter().flat_map(|uid| uid.0));
        bytes.extend(u16::try_from(views.len()).unwrap_or(u16::MAX).to_be_bytes());
        for view in views {
            write_view_id(view, &mut bytes);
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor; none when the text is empty. Of one with places in both histories, that in the history of views.
    ///
    /// # Errors
    /// [`ApiError::BadCursor`].
    pub fn read(&self, text: &str) -> Result<Option<Seen>, ApiError> {
        Ok(self.read_both(text)?.0)
    }

    fn read_views(&self, text: &str) -> Result<Option<Seen>, ApiError> {
        if text.is_empty() {
            return Ok(None);
        }
        let unreadable = ApiError::BadCursor("cannot be read");
        if text.len() > MAX_TEXT {
            return Err(unreadable);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| unreadable.clone())?;
        let mut bytes = bytes.as_slice();
        if take(&mut bytes) != Some([VERSION]) {
            return Err(unreadable);
        }
        if take(&mut bytes) != Some(self.cluster) {
            return Err(ApiError::BadCursor("belongs to another cluster"));
        }
        let (uid, seen) = read_seen(bytes).ok_or(unreadable)?;
        let here = *self.uid.borrow();
        let elsewhere = uid.is_some_and(|uid| here.is_some_and(|here| here != uid));
        Ok(Some(if elsewhere { Seen::elsewhere() } else { seen }))
    }
}

impl Cursors {
    /// The cursor of a point in history and, if there is one, a point in the log of sessions, names and barriers.
    #[must_use]
    pub fn write_both(&self, seen: &Seen, point: Option<Point>) -> String {
        let views = self.write(seen);
        match point {
            Some(point) => format!("{views}{BOTH}{}", self.write_point(point)),
            None => views,
        }
    }

    /// Reads such a cursor, or one of a point in history alone.
    ///
    /// # Errors
    /// [`ApiError::BadCursor`].
    pub fn read_both(&self, text: &str) -> Result<(Option<Seen>, Option<Point>), ApiError> {
        let (views, point) = text.split_once(BOTH).unwrap_or((text, ""));
        Ok((self.read_views(views)?, self.read_point(point)?))
    }

    /// The cursor of a point in the log of sessions, names and barriers.
    #[must_use]
    pub fn write_point(&self, Point { origin, revision, told }: Point) -> String {
        let mut bytes = vec![REVISION];
        bytes.extend(self.cluster);
        bytes.extend(self.uid.borrow().unwrap_or_default().0);
        bytes.extend(origin.0.to_be_bytes());
        bytes.extend(revision.0.to_be_bytes());
        bytes.extend(told.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads such a cursor; none when the text is empty.
    ///
    /// # Errors
    /// [`ApiError::BadCursor`].
    pub fn read_point(&self, text: &str) -> Result<Option<Point>, ApiError> {
        if text.is_empty() {
            return Ok(None);
        }
        let unreadable = ApiError::BadCursor("cannot be read");
        let decoded = if text.len() > MAX_TEXT { None } else { URL_SAFE_NO_PAD.decode(text).ok() };
        let bytes = decoded.ok_or(unreadable.clone())?;
        let mut bytes = bytes.as_slice();
        if take(&mut bytes) != Some([REVISION]) {
            return Err(unreadable);
        }
        if take(&mut bytes) != Some(self.cluster) {
            return Err(ApiError::BadCursor("belongs to another cluster"));
        }
        let mut read = || Some((take(&mut bytes)?, take(&mut bytes)?, take(&mut bytes)?, take(&mut bytes)?));
        let (uid, origin, revision, told): ([u8; 16], _, _, _) = read().ok_or(unreadable.clone())?;
        if !bytes.is_empty() {
            return Err(unreadable);
        }
        // In a cluster that was formed anew it is no point of the log: what came after it is not known.
        let here = self.uid.borrow().is_none_or(|here| here.0 == uid);
        let origin = if here { Epoch(u64::from_be_bytes(origin)) } else { Epoch(u64::MAX) };
        let (revision, told) = (Revision(u64::from_be_bytes(revision)), u32::from_be_bytes(told));
        Ok(Some(Point { origin, revision, told }))
    }
}

fn read_seen(mut bytes: &[u8]) -> Option<(Option<ClusterUid>, Seen)> {
    let [flags] = take(&mut bytes)?;
    let uid = if flags & HAS_UID == 0 { None } else { Some(ClusterUid(take(&mut bytes)?)) };
    let count = u16::from_be_bytes(take(&mut bytes)?);
    let mut seen = Seen { stable: flags & STABLE != 0, ..Seen::default() };
    for n in 0..count {
        let view = read_view_id(&mut bytes)?;
        if n == 0 && flags & HAS_BASE != 0 {
            seen.base = Some(view);
        } else {
            seen.others.insert(view);
        }
    }
    let whole = bytes.is_empty() && flags & !(HAS_BASE | STABLE | HAS_UID) == 0;
    let based = seen.base.is_some() == (flags & HAS_BASE != 0) && (seen.base.is_some() || count == 0 && !seen.stable);
    (whole && based).then_some((uid, seen))
}

/// Appends the identity of a view.
pub(super) fn write_view_id(view: &ViewId, out: &mut Vec<u8>) {
    let name = view.controller.as_str().as_bytes();
    out.extend(view.incarnation.0.to_be_bytes());
    // A name has at most 63 bytes.
    out.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
    out.extend(name);
}

/// Takes the identity of a view off the front.
pub(super) fn read_view_id(bytes: &mut &[u8]) -> Option<ViewId> {
    let incarnation = Incarnation(u64::from_be_bytes(take(bytes)?));
    let [length] = take(bytes)?;
    let (name, rest) = bytes.split_at_checked(usize::from(length))?;
    *bytes = rest;
    Some(ViewId { incarnation, controller: NodeName::new(std::str::from_utf8(name).ok()?).ok()? })
}

/// Takes `N` bytes off the front.
pub(super) fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (front, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*front)
}

/// A hash that is the same in every build: FNV-1a.
pub(super) fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use quorate_core::types::ClusterUid;
    use tokio::sync::watch;

    use super::{ApiError, Cursors};
    use crate::driver::{Seen, fake::view_id};

    fn cursors(cluster: &str, uid: Option<u8>) -> Cursors {
        Cursors::of(cluster, watch::channel(uid.map(|uid| ClusterUid([uid; 16]))).1)
    }

    #[test]
    fn a_cursor_survives_as_text() {
        for uid in [None, Some(3)] {
            survives(&cursors("prod", uid));
        }
    }

    fn survives(cursors: &Cursors) {
        let base = Some(view_id(7));
        for seen in [
            Seen::default(),
            Seen { base: base.clone(), ..Seen::default() },
            Seen { base: base.clone(), stable: true, ..Seen::default() },
            Seen { base, others: (1..300).map(view_id).collect(), stable: false },
        ] {
            let text = cursors.write(&seen);
            assert!(text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_'), "{text}");
            assert_eq!(cursors.read(&text), Ok(Some(seen)));
        }
        assert_eq!(cursors.read(""), Ok(None));
    }

    #[test]
    fn the_cursor_of_another_cluster_is_refused() {
        let foreign = cursors("test", None).write(&Seen { base: Some(view_id(7)), ..Seen::default() });
        assert_eq!(cursors("prod", None).read(&foreign), Err(ApiError::BadCursor("belongs to another cluster")));
    }

    #[test]
    fn a_cursor_from_before_the_cluster_was_formed_anew_is_no_point_in_its_history() {
        let seen = Seen { base: Some(view_id(7)), ..Seen::default() };
        let [unformed, old, new] = [None, Some(1), Some(2)].map(|uid| cursors("prod", uid));
        assert_eq!(new.read(&old.write(&seen)), Ok(Some(Seen::elsewhere())));
        for (from, to) in [(&unformed, &old), (&old, &unformed), (&new, &new)] {
            assert_eq!(to.read(&from.write(&seen)), Ok(Some(seen.clone())));
        }
    }

    #[test]
    fn a_cut_cursor_is_refused() {
        let cursors = cursors("prod", Some(3));
        let text = cursors.write(&Seen { base: Some(view_id(7)), ..Seen::default() });
        for end in 1..text.len() {
            assert!(matches!(cursors.read(&text[..end]), Err(ApiError::BadCursor(_))), "{}", &text[..end]);
        }
    }

    proptest! {
        #[test]
        fn garbage_never_panics(text in "[A-Za-z0-9_-]{0,80}|\\PC{0,40}") {
            let _ = cursors("prod", None).read(&text);
        }
    }
}
