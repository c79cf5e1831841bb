//! What changed lately, for those who watch and come back: as much as fits (L1).

use alloc::{collections::VecDeque, vec::Vec};

use super::state::{News, What};
use crate::types::Revision;

/// Most news kept.
const KEPT: usize = 16_384;
/// Most bytes of the values in them, about.
const KEPT_BYTES: usize = 16 * 1024 * 1024;

/// The news that are kept.
#[derive(Clone, Hash, Debug, Default)]
pub struct History {
    /// All after this revision are kept.
    since: Revision,
    news: VecDeque<News>,
    bytes: usize,
}

impl History {
    /// A history that begins after this revision.
    pub fn after(since: Revision) -> Self {
        Self { since, ..Self::default() }
    }

    /// Adds what one entry changed.
    pub fn extend(&mut self, news: &[News]) {
        for one in news {
            self.bytes += bytes(one);
            self.news.push_back(one.clone());
        }
        while self.news.len() > KEPT || self.bytes > KEPT_BYTES {
            let Some(first) = self.news.pop_front() else { return };
            self.since = self.since.max(first.revision);
            self.bytes -= bytes(&first);
        }
    }

    /// What changed after this revision, in order; none when it is not kept any more.
    #[must_use]
    pub fn after_revision(&self, revision: Revision) -> Option<Vec<News>> {
        if revision < self.since {
            return None;
        }
        let first = self.news.partition_point(|news| news.revision <= revision);
        Some(self.news.range(first..).cloned().collect())
    }
}

fn bytes(news: &News) -> usize {
    match &news.what {
        What::Bound(binding) | What::Unbound { binding, .. } => 192 + binding.value.len(),
        _ => 128,
    }
}

#[cfg(test)]
mod tests {
    use super::{History, KEPT};
    use crate::{
        coordination::state::{End, News, What},
        types::{Revision, SessionId},
    };

    fn news(revision: u64) -> News {
        let what = What::Ended { session: SessionId::default(), label: "".into(), end: End::Closed };
        News { revision: Revision(revision), what }
    }

    #[test]
    fn e1_what_follows_a_revision_is_told_whole_or_not_at_all() {
        let mut history = History::after(Revision(3));
        history.extend(&[news(4), news(6)]);
        assert!(history.after_revision(Revision(2)).is_none());
        assert_eq!(history.after_revision(Revision(3)).unwrap().len(), 2);
        assert_eq!(history.after_revision(Revision(5)).unwrap(), [news(6)]);
        assert_eq!(history.after_revision(Revision(9)).unwrap(), []);
        let two: alloc::vec::Vec<News> =
            (7..KEPT as u64 + 6).flat_map(|revision| [news(revision), news(revision)]).collect();
        history.extend(&two);
        history.extend(&[news(KEPT as u64 + 6)]);
        assert!(history.news.len() <= KEPT);
        let first = history.news[0].revision;
        assert!(history.after_revision(Revision(first.0 - 1)).is_none(), "half of it is gone");
        assert!(history.after_revision(first).is_some());
    }
}
