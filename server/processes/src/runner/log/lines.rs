//! Bytes into lines.

/// Bytes of a line; what is longer is cut.
pub(super) const MAX_LINE: usize = 8 * 1024;
/// What stands where something was cut.
const CUT: &[u8] = b" [cut]";

/// A line that is not complete yet.
#[derive(Default)]
pub(super) struct Lines {
    open: Vec<u8>,
    cut: bool,
}

impl Lines {
    /// Takes what was read; `take` gets each line that is complete, without its end.
    pub(super) fn feed(&mut self, bytes: &[u8], take: &mut impl FnMut(&[u8])) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, complete) = part.strip_suffix(b"\n").map_or((part, false), |text| (text, true));
            let room = MAX_LINE - CUT.len() - self.open.len();
            self.open.extend_from_slice(&text[..text.len().min(room)]);
            self.cut |= text.len() > room;
            if complete {
                self.give(take);
            }
        }
    }

    /// There is no more: what is left is a line, too.
    pub(super) fn end(&mut self, take: &mut impl FnMut(&[u8])) {
        if !self.open.is_empty() {
            self.give(take);
        }
    }

    fn give(&mut self, take: &mut impl FnMut(&[u8])) {
        if self.cut {
            self.open.extend_from_slice(CUT);
        }
        take(&self.open);
        self.open.clear();
        self.cut = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(parts: &[&[u8]]) -> Vec<Vec<u8>> {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        for part in parts {
            lines.feed(part, &mut |line: &[u8]| found.push(line.to_vec()));
        }
        lines.end(&mut |line: &[u8]| found.push(line.to_vec()));
        found
    }

    #[test]
    fn lines_come_whole_however_they_were_read() {
        assert_eq!(lines(&[b"a\nb", b"c\n\nd"]), [&b"a"[..], b"bc", b"", b"d"]);
        assert!(lines(&[]).is_empty());
    }

    #[test]
    fn a_line_without_end_is_cut_and_the_next_is_whole() {
        let long = vec![b'x'; 5000];
        let found = lines(&[&long, &long, &long, b"\nnext\n"]);
        assert_eq!(found[0].len(), MAX_LINE);
        assert!(found[0].ends_with(CUT));
        assert_eq!(found[1..], [b"next".to_vec()]);
    }
}
