//! What agent and runner say to each other: a line of JSON each, of bounded length.

use std::{
    io::{self, BufRead, Read as _},
    time::Duration,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{event::Event, moment::Right, signal::SignalName, snapshot::Snapshot};

/// The version of what is said here.
pub(crate) const VERSION: u32 = 1;
/// Bytes of the launch.
pub(crate) const MAX_LAUNCH: usize = 1024 * 1024;
/// Bytes of every other line.
pub(crate) const MAX_LINE: usize = 32 * 1024;

/// What the agent says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Order {
    /// It may run until then.
    Renew(Right),
    /// It is to end, within this time or that of its program.
    Stop {
        timeout: Option<Duration>,
    },
    Freeze,
    Thaw,
    Signal(SignalName),
    /// Nothing more is to be said: leave as soon as nothing is left.
    Bye,
}

/// What the runner says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Report {
    /// First, to whoever connects.
    Hello(Box<Snapshot>),
    Event(Event),
}

/// One line, with its end.
pub(crate) fn encode<T: Serialize>(message: &T) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    Ok(line)
}

pub(crate) fn decode<T: DeserializeOwned>(line: &[u8]) -> io::Result<T> {
    Ok(serde_json::from_slice(line)?)
}

/// The next line; nothing when there is none.
pub(crate) fn read_line(from: &mut impl BufRead, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    from.take(limit as u64).read_until(b'\n', &mut line)?;
    match line.last() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(line)),
        Some(_) if line.len() == limit => Err(io::Error::new(io::ErrorKind::InvalidData, "a line is too long")),
        Some(_) => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_an_end_and_a_limit() {
        let mut from = &b"{}\n12\n3"[..];
        assert_eq!(read_line(&mut from, 9).unwrap().as_deref(), Some(&b"{}\n"[..]));
        assert_eq!(read_line(&mut from, 9).unwrap().as_deref(), Some(&b"12\n"[..]));
        assert_eq!(read_line(&mut from, 9).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert!(read_line(&mut from, 9).unwrap().is_none());
        assert_eq!(read_line(&mut &b"123456789\n"[..], 9).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn messages_come_back() {
        let order = Order::Stop { timeout: Some(Duration::from_millis(1500)) };
        assert_eq!(decode::<Order>(&encode(&order).unwrap()).unwrap(), order);
        let report = Report::Event(Event::Stuck { pid: 7 });
        assert_eq!(decode::<Report>(&encode(&report).unwrap()).unwrap(), report);
        assert!(decode::<Order>(b"\"Unknown\"").is_err());
    }
}
