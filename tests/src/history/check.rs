//! Whether calls that overlapped can have been carried out one after the other, each at some moment between its beginning and
//! its answer: linearizability.
//!
//! The search is that of Wing and Gong (Testing and verifying concurrent objects, 1993), which tries every call that could be
//! the next; it remembers what it has tried, as Lowe has it (Testing for linearizability, 2017). Each name is checked by
//! itself, which is enough (Herlihy and Wing, 1990). A call without an answer may come at any time after its beginning, or
//! never.

use std::collections::HashSet;

use super::{model::Register, record::Call};

/// The calls that were carried out so far, as bits.
type Done = Vec<u64>;

/// Looks for an order. On failure the longest that fits, and the calls one of which should have been the next.
///
/// # Errors
/// What cannot be explained.
pub fn linearize(calls: &[Call]) -> Result<(), String> {
    let mut calls: Vec<&Call> = calls.iter().collect();
    calls.sort_by_key(|call| call.began);
    let answered = calls.iter().filter(|call| call.ended.is_some()).count();
    let mut tried: HashSet<(Done, Register)> = HashSet::new();
    let start = State { done: vec![0; calls.len().div_ceil(64)], answered: 0, register: Register::default() };
    let (mut open, mut best) = (vec![start.clone()], start);
    while let Some(state) = open.pop() {
        if state.answered == answered {
            return Ok(());
        }
        if !tried.insert((state.done.clone(), state.register.clone())) {
            continue;
        }
        if state.answered > best.answered {
            best = state.clone();
        }
        // The last one pushed is tried first: what began first.
        for (number, call) in state.next(&calls).into_iter().rev() {
            let answer = call.ended.as_ref().map(|(_, answer)| answer);
            if let Some(register) = state.register.after(&call.ask, answer) {
                open.push(state.with(number, call.ended.is_some(), register));
            }
        }
    }
    let next: Vec<_> = best.next(&calls).into_iter().map(|(_, call)| call).collect();
    Err(format!(
        "{} of {answered} answers fit; then it is {:?}, and none of these fits: {next:#?}",
        best.answered, best.register
    ))
}

#[derive(Clone)]
struct State {
    done: Done,
    /// How many of them had an answer.
    answered: usize,
    register: Register,
}

impl State {
    /// The calls that may come next: nothing may come before what ended before it began.
    fn next<'a>(&self, calls: &[&'a Call]) -> Vec<(usize, &'a Call)> {
        let rest = || calls.iter().copied().enumerate().filter(|(number, _)| !self.has(*number));
        let limit = rest().filter_map(|(_, call)| call.ended.as_ref().map(|(end, _)| *end)).min();
        rest().filter(|(_, call)| limit.is_none_or(|limit| call.began <= limit)).collect()
    }

    fn has(&self, number: usize) -> bool {
        self.done[number / 64] >> (number % 64) & 1 == 1
    }

    fn with(&self, number: usize, answered: bool, register: Register) -> Self {
        let mut done = self.done.clone();
        done[number / 64] |= 1 << (number % 64);
        Self { done, answered: self.answered + usize::from(answered), register }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use super::{
        super::model::{Answer, Ask},
        *,
    };

    fn call(ask: Ask, began: u64, ended: Option<(u64, Answer)>) -> Call {
        let at = Duration::from_millis;
        Call { ask, began: at(began), ended: ended.map(|(end, answer)| (at(end), answer)) }
    }

    fn take(session: &str, value: &str) -> Ask {
        Ask::Take { session: session.into(), value: value.into(), expected: None }
    }

    fn taken(counter: u64) -> Answer {
        Answer::Taken { token: (1, counter), revision: counter }
    }

    fn seen(session: &str, value: &str) -> Answer {
        Answer::Seen(Some((session.into(), value.into())))
    }

    fn leave(session: &str) -> Ask {
        Ask::Leave { session: session.into() }
    }

    #[test]
    fn what_overlaps_may_come_in_any_order() {
        linearize(&[
            call(take("a", "1"), 0, Some((10, taken(1)))),
            call(Ask::Read, 1, Some((9, Answer::Seen(None)))),
            call(Ask::Read, 2, Some((8, seen("a", "1")))),
            call(take("b", "2"), 3, Some((20, taken(2)))),
            call(leave("a"), 11, Some((12, Answer::Left))),
        ])
        .unwrap();
    }

    #[test]
    fn a_stale_read_is_noticed() {
        let calls = [call(take("a", "1"), 0, Some((1, taken(1)))), call(Ask::Read, 2, Some((3, Answer::Seen(None))))];
        assert!(linearize(&calls).unwrap_err().contains("1 of 2 answers fit"));
    }

    #[test]
    fn two_holders_are_noticed() {
        let calls = [call(take("a", ""), 0, Some((1, taken(1)))), call(take("b", ""), 2, Some((3, taken(2))))];
        linearize(&calls).unwrap_err();
        let released = [&calls[..], &[call(leave("a"), 1, None)]].concat();
        linearize(&released).unwrap();
    }

    #[test]
    fn a_token_that_does_not_rise_is_noticed() {
        let calls = |second| {
            [
                call(take("a", ""), 0, Some((1, taken(5)))),
                call(leave("a"), 2, Some((3, Answer::Left))),
                call(take("b", ""), 4, Some((5, taken(second)))),
            ]
        };
        linearize(&calls(6)).unwrap();
        linearize(&calls(5)).unwrap_err();
    }

    #[test]
    fn a_lost_update_is_noticed() {
        let change =
            |value: &str, expected| Ask::Take { session: "a".into(), value: value.into(), expected: Some(expected) };
        let again = |revision| Answer::Taken { token: (1, 1), revision };
        let first = call(take("a", "0"), 0, Some((1, taken(1))));
        let one = call(change("1", 1), 2, Some((5, again(2))));
        let two = |answer| call(change("2", 1), 3, Some((6, answer)));
        linearize(&[first.clone(), one.clone(), two(Answer::Changed)]).unwrap();
        linearize(&[first, one, two(again(3))]).unwrap_err();
    }

    #[test]
    fn what_was_not_answered_may_come_late_or_never() {
        let lost = call(take("a", "1"), 0, None);
        let none = call(Ask::Read, 5, Some((6, Answer::Seen(None))));
        let late = call(Ask::Read, 7, Some((8, seen("a", "1"))));
        linearize(&[lost.clone(), none.clone(), late.clone()]).unwrap();
        linearize(&[lost.clone(), none.clone()]).unwrap();
        let gone = call(Ask::Read, 9, Some((10, Answer::Seen(None))));
        linearize(&[lost.clone(), none.clone(), late.clone(), gone.clone()]).unwrap_err();
        let ended = call(Ask::End { session: "a".into() }, 3, None);
        linearize(&[lost, none, late, gone, ended]).unwrap();
    }
}
