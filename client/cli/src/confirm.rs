//! Asking before something that is hard to undo.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::failure::Failure;

/// Asks on the terminal, unless `yes`. Where there is no terminal to ask on, `--yes` must have been given.
pub fn confirm(question: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage("there is no terminal to ask for confirmation on: give --yes".to_owned()));
    }
    let mut stderr = io::stderr();
    write!(stderr, "{question} Continue? [y/N] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if is_yes(&answer) { Ok(()) } else { Err(Failure::Declined) }
}

fn is_yes(answer: &str) -> bool {
    ["y", "yes"].iter().any(|yes| answer.trim().eq_ignore_ascii_case(yes))
}

#[cfg(test)]
mod tests {
    use super::is_yes;

    #[test]
    fn only_a_clear_yes_counts() {
        assert!(is_yes("y\n") && is_yes(" YES\n"));
        assert!(!is_yes("\n") && !is_yes("n\n") && !is_yes("yep\n"));
    }
}
