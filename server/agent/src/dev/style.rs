//! How output looks: colours on a terminal, none elsewhere.

use std::io::IsTerminal;

/// Colours of node names, one after the other.
const COLOURS: [u8; 6] = [36, 33, 35, 32, 34, 31];

/// Whether a stream takes colours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    coloured: bool,
}

impl Style {
    /// The style for a stream; `NO_COLOR` has the last word.
    pub(super) fn of(stream: &impl IsTerminal) -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
        Self { coloured: stream.is_terminal() && !refused }
    }

    /// The name of node number `index`, at least `width` wide.
    pub(super) fn node(self, index: usize, name: &str, width: usize) -> String {
        if self.coloured {
            format!("\x1b[{}m{name:width$}\x1b[0m", COLOURS[index % COLOURS.len()])
        } else {
            format!("{name:width$}")
        }
    }

    /// Text that matters.
    pub(super) fn strong(self, text: &str) -> String {
        if self.coloured { format!("\x1b[1m{text}\x1b[0m") } else { text.into() }
    }
}
