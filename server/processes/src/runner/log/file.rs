//! The files of a log: never larger than they may be, never more.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{end::time_now, program::LogLimits};

/// Bytes that are written at once.
const BUFFER: usize = 64 * 1024;

/// The file that is written to, and the older ones beside it.
pub(super) struct LogFile {
    path: PathBuf,
    limits: LogLimits,
    file: Option<File>,
    /// Bytes of the file, with those of the buffer.
    size: u64,
    buffer: Vec<u8>,
    /// Lines in the buffer.
    lines: u64,
    /// Dropped lines that the log has told of.
    told: u64,
}

impl LogFile {
    pub(super) fn new(path: PathBuf, limits: LogLimits) -> Self {
        Self { path, limits, file: None, size: 0, buffer: Vec::new(), lines: 0, told: 0 }
    }

    /// Writes a line, with its end. Lines that cannot be written are dropped and counted.
    pub(super) fn write(&mut self, line: &[u8], dropped: &AtomicU64) {
        let lost = dropped.load(Ordering::Relaxed);
        if lost > self.told && self.lines == 0 {
            let note = format!("{} runner {} lines were dropped\n", time_now(), lost - self.told);
            // The note is no line of the service: it is not counted when it is lost as well.
            if self.put(note.as_bytes()).and_then(|()| self.save()).is_ok() {
                self.told = lost;
            }
        }
        match self.put(line) {
            Ok(()) => self.lines += 1,
            Err(_) => self.lose(dropped, 1),
        }
        if self.buffer.len() >= BUFFER {
            self.flush(dropped);
        }
    }

    /// Hands to the system what is buffered.
    pub(super) fn flush(&mut self, dropped: &AtomicU64) {
        if self.save().is_err() {
            self.lose(dropped, 0);
        }
    }

    fn put(&mut self, line: &[u8]) -> io::Result<()> {
        let len = line.len() as u64;
        if self.file.is_none() {
            self.open()?;
        }
        if self.size + len > self.limits.bytes {
            self.save()?;
            self.rotate()?;
        }
        self.buffer.extend_from_slice(line);
        self.size += len;
        Ok(())
    }

    fn save(&mut self) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.write_all(&self.buffer)?;
        }
        self.buffer.clear();
        self.lines = 0;
        Ok(())
    }

    /// What is buffered is lost, and `more` lines; what the disk took of it is cut off, and the file is opened anew.
    fn lose(&mut self, dropped: &AtomicU64, more: u64) {
        let kept = self.size - self.buffer.len() as u64;
        dropped.fetch_add(self.lines + more, Ordering::Relaxed);
        self.buffer.clear();
        self.lines = 0;
        if let Some(file) = self.file.take() {
            let _ = file.set_len(kept);
        }
    }

    fn open(&mut self) -> io::Result<()> {
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path)?;
        self.size = file.metadata()?.len();
        self.file = Some(file);
        Ok(())
    }

    fn rotate(&mut self) -> io::Result<()> {
        self.file = None;
        self.size = 0;
        let older = |number: u32| numbered(&self.path, number);
        for number in (1..self.limits.files).rev() {
            rename(&older(number), &older(number + 1))?;
        }
        if self.limits.files > 0 {
            rename(&self.path, &older(1))?;
        } else {
            fs::remove_file(&self.path)?;
        }
        self.open()
    }
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(why),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_bounded_in_size_and_number() {
        let folder = tempfile::tempdir().unwrap();
        let (path, dropped) = (folder.path().join("log"), AtomicU64::new(0));
        let mut log = LogFile::new(path.clone(), LogLimits { bytes: 100, files: 2 });
        for number in 0..100 {
            log.write(format!("line {number:04}\n").as_bytes(), &dropped);
        }
        log.flush(&dropped);
        let mut files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert_eq!(files, [path.clone(), numbered(&path, 1), numbered(&path, 2)]);
        for file in &files {
            let size = fs::metadata(file).unwrap().len();
            assert!(size > 0 && size <= 100, "{file:?} has {size} bytes");
        }
        assert!(fs::read_to_string(&path).unwrap().ends_with("line 0099\n"));
        assert!(fs::read_to_string(numbered(&path, 2)).unwrap().starts_with("line 0070\n"));
        assert_eq!(dropped.into_inner(), 0);
    }

    #[test]
    fn a_full_disk_costs_lines_and_they_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let (path, dropped) = (folder.path().join("log"), AtomicU64::new(0));
        std::os::unix::fs::symlink("/dev/full", &path).unwrap();
        let mut log = LogFile::new(path.clone(), LogLimits { bytes: 1000, files: 2 });
        for _ in 0..3 {
            log.write(b"a line\n", &dropped);
        }
        log.flush(&dropped);
        assert_eq!(dropped.load(Ordering::Relaxed), 3);
        fs::remove_file(&path).unwrap();
        log.write(b"again\n", &dropped);
        log.flush(&dropped);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("runner 3 lines were dropped\n") && text.ends_with("again\n"), "{text}");
        assert_eq!(dropped.into_inner(), 3);
    }
}
