//! Definitions from files, folders and standard input, taken together.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use quorate::v1;

use super::{Fault, of_toml, to_message};

/// Most bytes of a file: far more than all definitions of a cluster may have.
const MOST: u64 = 16 * 1024 * 1024;

/// Reads all services from files, folders with `*.toml`, and standard input (`-`), in the order of their names. All that is
/// wrong with any of them is told at once.
pub fn read(paths: &[PathBuf]) -> Result<Vec<v1::Service>, Fault> {
    let (mut services, mut faults) = (BTreeMap::<String, (String, v1::Service)>::new(), Vec::new());
    for path in files(paths)? {
        let source = if is_stdin(&path) { "standard input".to_owned() } else { path.display().to_string() };
        let text = text(&path).map_err(|why| format!("{source}: {why}"));
        let definitions = match text.and_then(|text| of_toml(&source, &text)) {
            Ok(definitions) => definitions,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        for (name, definition) in definitions {
            if let Some((other, _)) = services.get(&name) {
                faults.push(format!("{source}: service {name:?} is defined in {other}, too"));
                continue;
            }
            match to_message(&name, definition) {
                Ok(service) => drop(services.insert(name, (source.clone(), service))),
                Err(fault) => faults.push(format!("{source}: {fault}")),
            }
        }
    }
    if faults.is_empty() {
        Ok(services.into_values().map(|(_, service)| service).collect())
    } else {
        Err(faults.join("; "))
    }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// The files, those in a folder in the order of their names.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Fault> {
    let mut files = Vec::new();
    for path in paths {
        if is_stdin(path) || !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = fs::read_dir(path).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
        let entries = entries.map_err(|why| format!("{}: {why}", path.display()))?;
        let mut found: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
        found.retain(|file| file.extension().is_some_and(|ending| ending == "toml") && file.is_file());
        if found.is_empty() {
            return Err(format!("{}: there is no *.toml in this folder", path.display()));
        }
        found.sort();
        files.extend(found);
    }
    Ok(files)
}

fn text(path: &Path) -> io::Result<String> {
    let mut source: Box<dyn Read> =
        if is_stdin(path) { Box::new(io::stdin()) } else { Box::new(fs::File::open(path)?) };
    let mut text = String::new();
    source.by_ref().take(MOST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST { Err(io::Error::other(format!("more than {MOST} bytes"))) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn names(paths: &[PathBuf]) -> Vec<String> {
        read(paths).unwrap().into_iter().map(|service| service.name).collect()
    }

    #[test]
    fn files_and_folders_are_taken_together() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let folder_path = folder.path().to_owned();
        assert!(read(std::slice::from_ref(&folder_path)).unwrap_err().ends_with("there is no *.toml in this folder"));
        let a = put("a.toml", "[services.web]\ncommand = [\"/bin/web\"]\n");
        let b = put("b.toml", "[services.db]\ncommand = [\"/bin/db\"]\n");
        put("README", "no TOML");
        assert_eq!(names(std::slice::from_ref(&folder_path)), ["db", "web"]);
        assert_eq!(names(&[b.clone(), a.clone()]), ["db", "web"]);

        // All that is wrong is told at once.
        put("b.toml", "[services.web]\ncommand = [\"/bin/db\"]\n[services.db]\n");
        put("c.toml", "[services.x]\ncomand = []\n");
        let faults = read(&[folder_path]).unwrap_err();
        for part in [
            "b.toml: service \"db\": say how it is run",
            "b.toml: service \"web\" is defined in",
            "c.toml:2: unknown key `comand`",
        ] {
            assert!(faults.contains(part), "{part} is missing in {faults}");
        }
        assert!(read(&[folder.path().join("none.toml")]).unwrap_err().contains("none.toml: "));
    }
}
