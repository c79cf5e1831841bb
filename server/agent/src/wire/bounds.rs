//! What may not come in: the error, and the checks of lists, texts and ids that all messages share.

use quorate_core::types::{NameError, Network, NodeName, PathError};

use super::{MAX_ENTRIES, MAX_TEXT_BYTES};

/// Why a frame cannot be read. The sender is at fault; nothing was changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WireError {
    /// A field that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A number that stands for nothing.
    #[error("{field} is {value}, which means nothing")]
    Unknown {
        /// The field.
        field: &'static str,
        /// Its value.
        value: i64,
    },
    /// A name that has not the form of one.
    #[error("{field}: {source}")]
    Name {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        source: NameError,
    },
    /// A path that has not the form of one.
    #[error("{field}: {source}")]
    Path {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        source: PathError,
    },
    /// An id of the wrong length.
    #[error("{field} has {found} bytes instead of 16")]
    Id {
        /// The field.
        field: &'static str,
        /// Its length.
        found: usize,
    },
    /// A text that is too long.
    #[error("{field} has {found} bytes, more than {MAX_TEXT_BYTES}")]
    TooLong {
        /// The field.
        field: &'static str,
        /// Its length.
        found: usize,
    },
    /// A list that is too long.
    #[error("{field} has {found} entries, more than {MAX_ENTRIES}")]
    TooMany {
        /// The field.
        field: &'static str,
        /// Its length.
        found: usize,
    },
    /// A service whose definition cannot be read.
    #[error("{0}")]
    Service(String),
    /// A relayed frame that is itself a relay.
    #[error("a relay within a relay")]
    NestedRelay,
}

/// The value of a field that must be there.
pub(super) fn required<T>(field: &'static str, value: Option<T>) -> Result<T, WireError> {
    value.ok_or(WireError::Missing(field))
}

/// Reads a list, entry by entry.
pub(super) fn list<T, U, R>(field: &'static str, items: Vec<T>, read: R) -> Result<Vec<U>, WireError>
where
    R: FnMut(T) -> Result<U, WireError>,
{
    if items.len() > MAX_ENTRIES {
        return Err(WireError::TooMany { field, found: items.len() });
    }
    items.into_iter().map(read).collect()
}

/// Reads a text.
pub(super) fn text(field: &'static str, text: String) -> Result<String, WireError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(WireError::TooLong { field, found: text.len() });
    }
    Ok(text)
}

/// Cuts an own text to what the other end takes.
pub(super) fn clip(text: &str) -> String {
    let mut end = text.len().min(MAX_TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// Reads a node's name.
pub(crate) fn name(field: &'static str, text: &str) -> Result<NodeName, WireError> {
    NodeName::new(text).map_err(|source| WireError::Name { field, source })
}

/// Reads a list of names.
pub(crate) fn names(field: &'static str, texts: Vec<String>) -> Result<Vec<NodeName>, WireError> {
    list(field, texts, |text| name(field, &text))
}

/// Reads the name of a network, which may be absent.
pub(super) fn network(field: &'static str, text: &str) -> Result<Option<Network>, WireError> {
    if text.is_empty() {
        return Ok(None);
    }
    Network::new(text).map(Some).map_err(|source| WireError::Name { field, source })
}

/// Reads an id of 16 bytes.
pub(super) fn id(field: &'static str, bytes: &[u8]) -> Result<[u8; 16], WireError> {
    <[u8; 16]>::try_from(bytes).map_err(|_| WireError::Id { field, found: bytes.len() })
}
