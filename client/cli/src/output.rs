//! Where output goes: tables and text for people, JSON for programs.

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Write};

use comfy_table::{Cell, ContentArrangement, Table, presets};
use owo_colors::{AnsiColors, OwoColorize};
use serde::Serialize;

use crate::args::{Color, Format};
use crate::words::clean;

/// Clears the screen and goes to its top left corner.
const CLEAR: &str = "\u{1b}[H\u{1b}[2J";

/// Standard output, in the format that was asked for.
pub struct Output {
    writer: BufWriter<io::Stdout>,
    format: Format,
    paint: Paint,
    terminal: bool,
}

impl Output {
    pub fn new(format: Format, color: Color) -> Self {
        let terminal = io::stdout().is_terminal();
        let paint = Paint::new(color, terminal, std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()));
        Self { writer: BufWriter::new(io::stdout()), format, paint, terminal }
    }

    pub fn paint(&self) -> Paint {
        self.paint
    }

    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether a person is looking on.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Writes a text that ends with a line break.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_all(text.as_bytes())?;
        self.writer.flush()
    }

    /// Writes a text in place of the one before when a person is looking on, else after an empty line.
    pub fn screen(&mut self, text: &str, first: bool) -> io::Result<()> {
        match (self.terminal, first) {
            (true, _) => self.writer.write_all(CLEAR.as_bytes())?,
            (false, true) => {}
            (false, false) => self.writer.write_all(b"\n")?,
        }
        self.text(text)
    }

    /// Writes one JSON document over several lines.
    pub fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut self.writer, value)?;
        self.text("\n")
    }

    /// Writes one JSON document on one line.
    pub fn json_line(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.writer, value)?;
        self.text("\n")
    }
}

/// Colour, or none.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    on: bool,
}

impl Paint {
    /// No colour.
    #[cfg(test)]
    pub const NONE: Self = Self { on: false };

    pub fn new(color: Color, terminal: bool, no_color: bool) -> Self {
        let on = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !no_color,
        };
        Self { on }
    }

    pub fn text(self, text: impl Display, tone: Tone) -> String {
        match tone.color() {
            Some(color) if self.on => text.color(color).to_string(),
            _ => text.to_string(),
        }
    }

    pub fn bold(self, text: impl Display) -> String {
        if self.on { text.bold().to_string() } else { text.to_string() }
    }

    /// A cell of a table. Control characters are escaped.
    pub fn cell(self, text: impl Display, tone: Tone) -> Cell {
        let cell = Cell::new(clean(&text.to_string()));
        match tone {
            _ if !self.on => cell,
            Tone::Plain => cell,
            Tone::Good => cell.fg(comfy_table::Color::Green),
            Tone::Middling => cell.fg(comfy_table::Color::Yellow),
            Tone::Bad => cell.fg(comfy_table::Color::Red),
        }
    }

    /// A table without lines, so that it can be cut and searched. It is as wide as it needs to be.
    pub fn table<'a>(self, header: impl IntoIterator<Item = &'a str>) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        if self.on {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table.set_header(header);
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        table
    }
}

/// How good a piece of news is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Neither.
    Plain,
    /// As it should be.
    Good,
    /// On its way.
    Middling,
    /// Not as it should be.
    Bad,
}

impl Tone {
    fn color(self) -> Option<AnsiColors> {
        match self {
            Self::Plain => None,
            Self::Good => Some(AnsiColors::Green),
            Self::Middling => Some(AnsiColors::Yellow),
            Self::Bad => Some(AnsiColors::Red),
        }
    }

    /// The tone of a state's word.
    pub fn of(word: &str) -> Self {
        match word {
            "stable" | "up" | "member" | "yes" | "ready" | "recovered" => Self::Good,
            "installed" | "transition" | "forming" | "reset" | "greeted" | "leaving" => Self::Middling,
            "waiting" | "claiming" | "starting" | "stopping" | "backoff" | "frozen" | "degraded" => Self::Middling,
            "down" | "evicted" | "no" | "failed" | "blocked" | "unplaced" => Self::Bad,
            _ => Self::Plain,
        }
    }
}

/// A finished table as text.
pub fn lines(table: &Table) -> String {
    let mut text = table.trim_fmt();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_used_when_it_is_wanted() {
        for (color, terminal, no_color, on) in [
            (Color::Auto, true, false, true),
            (Color::Auto, true, true, false),
            (Color::Auto, false, false, false),
            (Color::Always, false, true, true),
            (Color::Never, true, false, false),
        ] {
            assert_eq!(Paint::new(color, terminal, no_color).on, on);
        }
        assert_eq!(Paint { on: true }.text("up", Tone::Good), "\u{1b}[32mup\u{1b}[39m");
        assert_eq!(Paint::NONE.text("up", Tone::Good), "up");
    }

    #[test]
    fn tables_are_plain_columns() {
        let mut table = Paint::NONE.table(["NODE", "STATE"]);
        table.add_row([Paint::NONE.cell("n1\u{7}", Tone::Plain), Paint::NONE.cell("up", Tone::Good)]);
        assert_eq!(lines(&table), "NODE     STATE\nn1\\u{7}  up\n");
    }
}
