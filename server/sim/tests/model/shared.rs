//! Parts of a state that most steps leave as they are: shared between states, and hashed once.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    ops::Deref,
    sync::{Arc, OnceLock},
};

/// A part of a state. Two are taken as equal when their digests are, as the checker does with whole states.
#[derive(Clone, Debug)]
pub struct Shared<T>(Arc<Part<T>>);

#[derive(Clone, Debug)]
struct Part<T> {
    content: T,
    digest: OnceLock<u64>,
}

impl<T: Clone + Hash> Shared<T> {
    pub fn new(content: T) -> Self {
        Self(Arc::new(Part { content, digest: OnceLock::new() }))
    }

    /// Changes the part in this state only.
    pub fn change<R>(&mut self, act: impl FnOnce(&mut T) -> R) -> R {
        let part = Arc::make_mut(&mut self.0);
        part.digest = OnceLock::new();
        act(&mut part.content)
    }

    fn digest(&self) -> u64 {
        *self.0.digest.get_or_init(|| {
            let mut hasher = DefaultHasher::new();
            self.0.content.hash(&mut hasher);
            hasher.finish()
        })
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.content
    }
}

impl<T: Clone + Hash> Hash for Shared<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest().hash(state);
    }
}

impl<T: Clone + Hash> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        self.digest() == other.digest()
    }
}
