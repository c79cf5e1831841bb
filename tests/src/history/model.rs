//! What one name may answer: a register that one session holds at a time, with a value and a token that only rises.

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ask {
    /// To have it, with this value; only when it was last changed so by the session itself.
    Take {
        /// Who.
        session: String,
        /// What others see.
        value: Vec<u8>,
        /// Of which revision the session believes its binding to be; 0 for none.
        expected: Option<u64>,
    },
    /// To give it up.
    Leave {
        /// Who.
        session: String,
    },
    /// Who has it now.
    Read,
    /// The session may be over from when this began; it was never told when.
    End {
        /// Which.
        session: String,
    },
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It is the session's, by this token; for names with the revision of the change.
    Taken {
        /// The fencing token: epoch, then counter.
        token: (u64, u64),
        /// 0 where none is told.
        revision: u64,
    },
    /// Another session has it.
    Busy,
    /// The session's binding was last changed at another revision, or there is none.
    Changed,
    /// It was given up.
    Left,
    /// The session did not have it.
    NotHeld,
    /// This is how it was.
    Seen(Option<(String, Vec<u8>)>),
}

/// Who has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Held {
    session: String,
    value: Vec<u8>,
    /// Unknown when the answer was lost that told it.
    token: Option<(u64, u64)>,
    /// Unknown likewise.
    revision: Option<u64>,
}

/// A name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Register {
    held: Option<Held>,
    /// The greatest token that was told.
    token: (u64, u64),
}

impl Register {
    /// How it is after this was asked and answered; none when it cannot have been answered so.
    #[must_use]
    pub fn after(&self, ask: &Ask, answer: Option<&Answer>) -> Option<Self> {
        match (ask, answer) {
            (Ask::Take { session, value, expected }, answer) => self.take(session, value, *expected, answer),
            (Ask::Leave { session }, None) => self.is_of(session).then(|| Self { held: None, ..self.clone() }),
            (Ask::Leave { session }, Some(Answer::Left)) => {
                self.is_of(session).then(|| Self { held: None, ..self.clone() })
            }
            (Ask::Leave { session }, Some(Answer::NotHeld)) => (!self.is_of(session)).then(|| self.clone()),
            (Ask::Read, Some(Answer::Seen(seen))) => {
                let here = self.held.as_ref().map(|held| (held.session.clone(), held.value.clone()));
                (here == *seen).then(|| self.clone())
            }
            (Ask::End { session }, _) => self.is_of(session).then(|| Self { held: None, ..self.clone() }),
            _ => None,
        }
    }

    fn is_of(&self, session: &str) -> bool {
        self.held.as_ref().is_some_and(|held| held.session == session)
    }

    fn take(&self, session: &str, value: &[u8], expected: Option<u64>, answer: Option<&Answer>) -> Option<Self> {
        let own = self.held.as_ref().filter(|held| held.session == session);
        let fits = match (expected, own) {
            (None, _) | (Some(0), None) => true,
            (Some(0), Some(_)) | (Some(_), None) => false,
            (Some(expected), Some(held)) => held.revision.is_none_or(|revision| revision == expected),
        };
        match answer {
            Some(Answer::Taken { token, revision }) => {
                let free = self.held.is_none() && *token > self.token;
                let again = own.is_some_and(|held| held.token.map_or(*token > self.token, |held| held == *token));
                let held = Held {
                    session: session.to_owned(),
                    value: value.to_vec(),
                    token: Some(*token),
                    revision: (*revision > 0).then_some(*revision),
                };
                (fits && (free || again)).then_some(Self { held: Some(held), token: *token })
            }
            // It was carried out, but nobody was told how.
            None => {
                let token = own.and_then(|held| held.token);
                let held = Held { session: session.to_owned(), value: value.to_vec(), token, revision: None };
                (fits && (self.held.is_none() || own.is_some())).then(|| Self { held: Some(held), ..self.clone() })
            }
            Some(Answer::Busy) => (self.held.is_some() && own.is_none()).then(|| self.clone()),
            Some(Answer::Changed) => {
                let differs = match (expected, own) {
                    (None, _) | (Some(0), None) => false,
                    (Some(0), Some(_)) | (Some(_), None) => true,
                    (Some(expected), Some(held)) => held.revision.is_none_or(|revision| revision != expected),
                };
                differs.then(|| self.clone())
            }
            _ => None,
        }
    }
}
