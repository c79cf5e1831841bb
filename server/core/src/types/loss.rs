//! How a channel was lost, as told to people and to other nodes.

use core::fmt;

use super::Duration;

/// How a channel was lost.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Loss {
    /// No answer to a heartbeat within the limit.
    Silent(Duration),
    /// The connection was reset or closed without a word: the process is gone, or something between cut it.
    Reset,
    /// The connection was refused: nothing listens there.
    Refused,
    /// No connection could be made in time.
    Unreachable,
    /// A newer boot of the peer appeared.
    Restarted,
    /// The peer said that it heard no answer.
    PeerSilent,
    /// The peer can be reached again, but has failed too lately to count.
    Damped,
    /// The peer refused the handshake.
    Rejected,
    /// The queue towards the peer was full.
    Overflow,
    /// The peer said that it leaves.
    Left,
    /// Closed on purpose: nobody needs the link, or another channel serves it.
    Closed,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(span) => write!(f, "silent for {:.1} s", span.as_secs_f64()),
            Self::Reset => f.write_str("connection reset"),
            Self::Refused => f.write_str("connection refused"),
            Self::Unreachable => f.write_str("unreachable"),
            Self::Restarted => f.write_str("restarted"),
            Self::PeerSilent => f.write_str("it heard no answer from here"),
            Self::Damped => f.write_str("back, but failed too lately to count"),
            Self::Rejected => f.write_str("it refused the handshake"),
            Self::Overflow => f.write_str("the queue towards it was full"),
            Self::Left => f.write_str("it left"),
            Self::Closed => f.write_str("closed, not needed"),
        }
    }
}
