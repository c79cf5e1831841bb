//! Pages of listings: how long one is, and the token that continues it.
//!
//! A token names the last entry of the page before it and the listing it belongs to, so it stays good while the list
//! changes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use quorate_core::types::{NodeName, ViewId};

use super::{
    cursor::{fnv, read_view_id, take, write_view_id},
    error::ApiError,
};

const VERSION: u8 = 1;
/// Most entries of a page.
const MOST: u32 = 1000;
/// More text than any token has.
const MAX_TEXT: usize = 2048;

/// The number of entries asked for, or the default when none was.
///
/// # Errors
/// [`ApiError::BadRequest`] when it is too large.
pub fn size(requested: u32, default: usize) -> Result<usize, ApiError> {
    match requested {
        0 => Ok(default),
        1..=MOST => usize::try_from(requested).map_err(|_| ApiError::Internal("page size")),
        _ => {
            Err(ApiError::bad_request("page_size", format!("is {requested}; allowed is 1 to {MOST}, 0 for {default}")))
        }
    }
}

/// Cuts what was found to a page, of which one more was looked for. The last entry of it, when more follow.
pub fn cut<T>(found: &mut Vec<T>, size: usize) -> Option<&T> {
    let more = found.len() > size;
    found.truncate(size);
    found.last().filter(|_| more)
}

/// Most bytes of one message of several, about: clients take 4 MiB as a rule.
const PART_BYTES: usize = 1024 * 1024;

/// What is too much for one message, in parts that are not; `weight` says about how many bytes an item takes.
pub fn pack<T>(items: impl IntoIterator<Item = T>, weight: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let (mut parts, mut size) = (Vec::<Vec<T>>::new(), 0);
    for item in items {
        let more = weight(&item);
        match parts.last_mut() {
            Some(part) if size + more <= PART_BYTES => {
                part.push(item);
                size += more;
            }
            _ => {
                parts.push(vec![item]);
                size = more;
            }
        }
    }
    parts
}

/// The first of these that one message has room for: one at least.
pub fn first_part<T>(items: impl IntoIterator<Item = T>, weight: impl Fn(&T) -> usize) -> Vec<T> {
    let (mut part, mut size) = (Vec::new(), 0);
    for item in items {
        size += weight(&item);
        if !part.is_empty() && size > PART_BYTES {
            break;
        }
        part.push(item);
    }
    part
}

/// One kind of listing: the parameters that must stay the same from page to page.
#[derive(Clone, Copy, Debug)]
pub struct Listing(u64);

impl Listing {
    /// The listing of `kind` with these parameters.
    #[must_use]
    pub fn of(kind: &str, parameters: &str) -> Self {
        Self(fnv(format!("{kind}\0{parameters}").as_bytes()))
    }

    fn token(self, entry: &[u8]) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend(self.0.to_be_bytes());
        bytes.extend(entry);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn entry<T>(self, token: &str, read: impl FnOnce(&mut &[u8]) -> Option<T>) -> Result<Option<T>, ApiError> {
        if token.is_empty() {
            return Ok(None);
        }
        let decoded = if token.len() > MAX_TEXT { None } else { URL_SAFE_NO_PAD.decode(token).ok() };
        let bytes = decoded.ok_or(ApiError::BadPageToken)?;
        let mut rest = bytes.as_slice();
        let fits = take(&mut rest) == Some([VERSION]) && take(&mut rest) == Some(self.0.to_be_bytes());
        let entry = if fits { read(&mut rest) } else { None };
        entry.filter(|_| rest.is_empty()).map(Some).ok_or(ApiError::BadPageToken)
    }

    /// The token of a page that ends with this text.
    #[must_use]
    pub fn after_text(self, text: &str) -> String {
        self.token(text.as_bytes())
    }

    /// Reads a token of [`Self::after_text`]; none when it is empty.
    ///
    /// # Errors
    /// [`ApiError::BadPageToken`].
    pub fn text(self, token: &str) -> Result<Option<String>, ApiError> {
        self.entry(token, |bytes| String::from_utf8(std::mem::take(bytes).to_vec()).ok())
    }

    /// The token of a page that ends with this node.
    #[must_use]
    pub fn after_node(self, is_member: bool, name: &NodeName) -> String {
        let mut entry = vec![u8::from(is_member)];
        entry.extend(name.as_str().as_bytes());
        self.token(&entry)
    }

    /// Reads a token of [`Self::after_node`]; none when it is empty.
    ///
    /// # Errors
    /// [`ApiError::BadPageToken`].
    pub fn node(self, token: &str) -> Result<Option<(bool, NodeName)>, ApiError> {
        self.entry(token, |bytes| {
            let [is_member] = take(bytes)?;
            let name = NodeName::new(std::str::from_utf8(std::mem::take(bytes)).ok()?).ok()?;
            Some((is_member == 1, name))
        })
    }

    /// The token of a page that ends with this record.
    #[must_use]
    pub fn after_number(self, number: u64) -> String {
        self.token(&number.to_be_bytes())
    }

    /// Reads a token of [`Self::after_number`]; none when it is empty.
    ///
    /// # Errors
    /// [`ApiError::BadPageToken`].
    pub fn number(self, token: &str) -> Result<Option<u64>, ApiError> {
        self.entry(token, |bytes| take(bytes).map(u64::from_be_bytes))
    }

    /// The token of a page that ends with this view.
    #[must_use]
    pub fn after_view(self, view: &ViewId) -> String {
        let mut entry = Vec::new();
        write_view_id(view, &mut entry);
        self.token(&entry)
    }

    /// Reads a token of [`Self::after_view`]; none when it is empty.
    ///
    /// # Errors
    /// [`ApiError::BadPageToken`].
    pub fn view(self, token: &str) -> Result<Option<ViewId>, ApiError> {
        self.entry(token, read_view_id)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{ApiError, Listing, size};
    use crate::driver::fake::{name, view_id};

    #[test]
    fn a_token_is_good_for_its_own_listing_only() {
        let (nodes, events) = (Listing::of("nodes", ""), Listing::of("events", "since 3"));
        let token = nodes.after_node(true, &name("n7"));
        assert_eq!(nodes.node(&token), Ok(Some((true, name("n7")))));
        assert_eq!(nodes.node(""), Ok(None));
        assert_eq!(events.view(&token), Err(ApiError::BadPageToken));
        let token = events.after_view(&view_id(4));
        assert_eq!(events.view(&token), Ok(Some(view_id(4))));
        assert_eq!(Listing::of("events", "since 4").view(&token), Err(ApiError::BadPageToken));
        for bad in ["x", "AQ", "%%%", &"A".repeat(4000)] {
            assert_eq!(nodes.node(bad), Err(ApiError::BadPageToken));
        }
    }

    #[test]
    fn a_page_has_1_to_1000_entries() {
        assert_eq!((size(0, 100), size(1, 100), size(1000, 100)), (Ok(100), Ok(1), Ok(1000)));
        assert!(size(1001, 100).is_err());
    }
}
