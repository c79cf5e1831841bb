//! The words of sessions, names and barriers.

use alloc::{string::String, sync::Arc};
use core::fmt;

use super::Epoch;

/// Most bytes of a path.
pub const MAX_PATH: usize = 1024;
/// Most bytes of a text that clients give: the label of a session, a group, a request id.
pub const MAX_LABEL: usize = 128;

/// A place in the log of coordination: rises by one with each change, and never falls.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Revision(pub u64);

impl Revision {
    /// The next one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}", self.0)
    }
}

/// Fencing token of an exclusive grant: always rises for one name (S1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Token {
    /// The epoch of the grant.
    pub epoch: Epoch,
    /// The revision of the grant.
    pub counter: u64,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.counter)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A session: never given twice, for epochs rise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SessionId {
    /// The epoch in which it was opened.
    pub epoch: Epoch,
    /// The revision at which it was.
    pub number: u64,
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.number)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}-{}", self.epoch, self.number)
    }
}

/// What proves that a session is one's own: drawn by the agent that opened it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret(pub [u8; 16]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("secret")
    }
}

/// A hierarchical name: segments with `/` between them, each of 1 to 255 bytes of UTF-8 without control characters, and
/// none of them `.` or `..`; 1,024 bytes in all at most.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Arc<str>);

/// A text that is no path.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "{text:?} is not a valid path: use segments of 1 to 255 bytes with '/' between them, without control characters, '.' \
     and '..', 1,024 bytes in all at most"
)]
pub struct PathError {
    /// The text, or its beginning.
    pub text: String,
}

impl Path {
    /// Takes `text` as a path.
    ///
    /// # Errors
    /// [`PathError`] when it has not the form of one.
    pub fn new(text: &str) -> Result<Self, PathError> {
        let good = |segment: &str| (1..=255).contains(&segment.len()) && segment != "." && segment != "..";
        if text.len() <= MAX_PATH && !text.chars().any(char::is_control) && text.split('/').all(good) {
            Ok(Self(Arc::from(text)))
        } else {
            Err(PathError { text: text.chars().take(80).collect() })
        }
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::borrow::Borrow<str> for Path {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_PATH, Path, Token};
    use crate::types::Epoch;

    #[test]
    fn a_path_is_made_of_segments() {
        for good in ["a", "a/b", "services/web 1/ä", &"x".repeat(255), "...", "a.b"] {
            assert!(Path::new(good).is_ok(), "{good}");
        }
        let long = alloc::format!("{}{}", "x/".repeat(MAX_PATH / 2), "x");
        for bad in ["", "/", "/a", "a/", "a//b", ".", "a/..", "a\nb", "a\0", &"x".repeat(256), &long] {
            assert!(Path::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_token_of_a_later_epoch_is_the_greater_one() {
        let token = |epoch, counter| Token { epoch: Epoch(epoch), counter };
        assert!(token(2, 1) > token(1, 9) && token(1, 10) > token(1, 9));
    }
}
