//! Who and where: names, identities, boots, addresses. Newtypes, so that none can stand in for another.

use alloc::{string::String, sync::Arc};
use core::{borrow::Borrow, fmt};

/// A text that is no name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "{text:?} is not a valid name: use 1 to 63 characters of a-z, 0-9, '-' and '.', beginning and ending with a letter \
     or digit"
)]
pub struct NameError {
    /// The text.
    pub text: String,
}

fn checked(text: &str) -> Result<Arc<str>, NameError> {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let bytes = text.as_bytes();
    let shaped = matches!((bytes.first(), bytes.last()), (Some(&a), Some(&z)) if plain(a) && plain(z))
        && bytes.len() <= 63
        && bytes.iter().all(|&c| plain(c) || c == b'-' || c == b'.');
    if shaped { Ok(Arc::from(text)) } else { Err(NameError { text: text.chars().take(80).collect() }) }
}

/// A name of its own type, in the one form that all names have.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes `text` as a name.
            ///
            /// # Errors
            /// [`NameError`] when it has not the form of one.
            pub fn new(text: &str) -> Result<Self, NameError> {
                checked(text).map(Self)
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// Stable, unique name of a node: 1 to 63 characters of `a-z`, `0-9`, `-` and `.`, beginning and ending with a letter
    /// or digit, so that a DNS host name in lower case always is one.
    NodeName
}

impl NodeName {
    /// What comes before all names, and is none: where a range of them begins.
    pub(crate) fn least() -> Self {
        Self(Arc::from(""))
    }
}

name! {
    /// Name of a network, the same on all nodes; same form as a [`NodeName`].
    Network
}

name! {
    /// Name of a service, unique in a cluster; same form as a [`NodeName`].
    ServiceName
}

/// One instance of a service: of a service that has a number of them, each has its own index, wherever it runs; of one
/// that runs on every member, all have 0.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// The service.
    pub service: ServiceName,
    /// Which of its instances, from 0.
    pub index: u32,
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            0 => write!(f, "{}", self.service),
            index => write!(f, "{}/{index}", self.service),
        }
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.service, self.index)
    }
}

/// Where a peer may be reached, as `host:port`. Only the transport looks inside.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Arc<str>);

impl Address {
    /// Takes `text` as an address; whether it leads anywhere is seen when it is dialled.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Arc::from(text))
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Identity of a data folder: made once, kept with it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct NodeId(pub [u8; 16]);

/// One start of an agent on a data folder. Ordered: the later boot of a node is the greater one, also when the node has
/// lost its folder and was given a new one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Boot {
    /// Rises with each start of the folder, and is higher in a folder that was made later.
    pub count: u64,
    /// Drawn at random, so that a copied folder is told apart.
    pub id: [u8; 16],
}

/// One agent: name, data folder and start.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The name.
    pub name: NodeName,
    /// The data folder.
    pub id: NodeId,
    /// The start.
    pub boot: Boot,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.name, self.boot.count)
    }
}

/// One connection of the transport. The core numbers those it dials (even), the transport those it accepts (odd).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConnId(pub u64);

#[cfg(test)]
mod tests {
    use super::NodeName;

    #[test]
    fn a_name_has_the_form_of_a_host_name() {
        for good in ["a", "n1", "db-1.example.org", &"x".repeat(63)] {
            assert!(NodeName::new(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", ".a", "A", "a_b", "ä", &"x".repeat(64), "a b"] {
            assert!(NodeName::new(bad).is_err(), "{bad}");
        }
    }
}
