//! `quorate backup` and `restore`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::app::App;
use crate::args::{BackupArgs, RestoreArgs};
use crate::confirm::confirm;
use crate::failure::Failure;
use crate::{json, text};

/// Largest file that can be a backup.
const MOST: u64 = 16 * 1024 * 1024;

/// Writes the database into a file.
pub async fn backup(mut app: App, args: BackupArgs) -> Result<(), Failure> {
    let to_stdout = args.file == Path::new("-");
    if !to_stdout && !args.force && args.file.exists() {
        return Err(Failure::Usage(format!("{} exists: give --force to overwrite it", args.file.display())));
    }
    let bytes = app.client.backup().await?;
    if to_stdout {
        io::stdout().write_all(&bytes)?;
        return Ok(io::stdout().flush()?);
    }
    write(&args.file, args.force, &bytes).map_err(|why| at(&args.file, &why))?;
    let done = json::BackupFile { file: args.file.display().to_string(), bytes: bytes.len() as u64 };
    if app.out.is_json() {
        app.out.json(&done)?;
    } else {
        app.out.text(&format!("{} bytes written to {}\n", done.bytes, done.file))?;
    }
    Ok(())
}

/// The file is whole and durable under its name, or not there: a backup cut short helps nobody.
fn write(path: &Path, overwrite: bool, bytes: &[u8]) -> io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let mut file = OpenOptions::new().write(true).create_new(true).open(&part)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| {
        // Somebody may have made it meanwhile.
        if !overwrite {
            OpenOptions::new().write(true).create_new(true).open(path)?;
        }
        fs::rename(&part, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

/// Brings back what a backup has.
pub async fn restore(mut app: App, args: RestoreArgs) -> Result<(), Failure> {
    let bytes = read(&args.file).map_err(|why| at(&args.file, &why))?;
    let from = args.from_cluster.as_deref();
    let mut answer = app.client.restore(&bytes, from, true).await?;
    if !args.dry_run {
        let question = text::history::restore_question(&answer);
        confirm(&question, args.yes)?;
        answer = app.client.restore(&bytes, from, false).await?;
    }
    if app.out.is_json() {
        app.out.json(&json::Restored::new(&answer, !args.dry_run))?;
    } else {
        app.out.text(&text::history::restored(&answer, !args.dry_run))?;
    }
    Ok(())
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut source: Box<dyn Read> =
        if path == Path::new("-") { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
    source.by_ref().take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        return Err(io::Error::other(format!("more than {MOST} bytes: this is no backup")));
    }
    Ok(bytes)
}

fn at(path: &Path, why: &io::Error) -> Failure {
    Failure::Usage(format!("{}: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_backup_replaces_a_file_only_when_told_to() {
        let folder = std::env::temp_dir().join(format!("quorate-backup-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a");
        write(&path, false, b"one").unwrap();
        assert!(write(&path, false, b"two").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
        write(&path, true, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "something was left");
        fs::remove_dir_all(&folder).unwrap();
    }
}
