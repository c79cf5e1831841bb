//! Short words for what the schema says of views.

use std::{collections::BTreeMap, fmt};

use quorate::v1;

/// The identity of a view, ordered as views are.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(pub u64, pub String);

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.0, self.1)
    }
}

impl From<&v1::ViewId> for Id {
    fn from(id: &v1::ViewId) -> Self {
        Self(id.incarnation, id.controller.clone())
    }
}

/// Views by their identity.
pub type History = BTreeMap<Id, v1::View>;

/// The identity of a view.
///
/// # Panics
/// When it has none, which breaks the contract of the API.
#[must_use]
pub fn id_of(view: &v1::View) -> Id {
    view.id.as_ref().map(Id::from).expect("every view has an identity")
}

/// The names of its members, sorted.
#[must_use]
pub fn names_of(view: &v1::View) -> Vec<&str> {
    let mut names: Vec<_> = view.members.iter().map(|member| member.node_name.as_str()).collect();
    names.sort_unstable();
    names
}

/// Why this node came or went with this view.
#[must_use]
pub fn causes_of<'a>(view: &'a v1::View, node: &str) -> Vec<&'a v1::Cause> {
    let transition = view.transition.iter();
    transition.flat_map(|transition| &transition.causes).filter(|cause| cause.node_name == node).collect()
}

/// The members of a view with their boots: what must be the same wherever the view was installed (V1).
pub(crate) fn members_of(view: &v1::View) -> Vec<(&str, &str, &str, u64)> {
    view.members
        .iter()
        .map(|m| (m.node_name.as_str(), m.node_id.as_str(), m.boot_id.as_str(), m.since_incarnation))
        .collect()
}
