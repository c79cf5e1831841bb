//! The data folder under everything that can happen to it.

use std::{fs, path::Path};

use quorate_core::{
    Durable,
    types::{ClusterUid, Identity, Incarnation, NodeName},
    wire::Eviction,
};
use tempfile::TempDir;

use super::{FILE, SHELL, Shell, Store, StoreError, body::Body};
use crate::driver::wall;

fn name(text: &str) -> NodeName {
    NodeName::new(text).unwrap()
}

fn open(dir: &Path) -> Result<(Store, Identity, Durable), StoreError> {
    Store::open(dir, "c1", &name("n1"))
}

fn sample() -> Durable {
    let eviction =
        |name: NodeName, evicted| Eviction { name, stamp: u64::MAX, evicted, reason: "disk \"x\"\nfails".into() };
    Durable {
        promised: Incarnation(u64::MAX),
        evictions: vec![eviction(name("n2"), true), eviction(name("n3"), false)],
        cluster: Some(ClusterUid([9; 16])),
    }
}

/// A closed folder with something in it, and the bytes of its file.
fn closed() -> (TempDir, Vec<u8>) {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, _) = open(dir.path()).unwrap();
    store.write(&sample()).unwrap();
    let bytes = fs::read(dir.path().join(FILE)).unwrap();
    (dir, bytes)
}

/// Opens the folder with these bytes as its file, and sees that they were left alone when it was refused.
fn refused_with(dir: &Path, bytes: &[u8]) -> StoreError {
    fs::write(dir.join(FILE), bytes).unwrap();
    let why = open(dir).expect_err("the file must be refused");
    assert_eq!(fs::read(dir.join(FILE)).unwrap(), bytes, "a refused file must be left alone");
    why
}

#[test]
fn the_first_start_makes_folder_and_identity() {
    use std::os::unix::fs::PermissionsExt;
    let above = tempfile::tempdir().unwrap();
    let dir = above.path().join("a/b");
    let (store, identity, durable) = open(&dir).unwrap();
    assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o711);
    assert_eq!((identity.name, store.starts(), durable), (name("n1"), 1, Durable::default()));
}

#[test]
fn the_boot_count_rises_and_the_node_id_stays() {
    let dir = tempfile::tempdir().unwrap();
    let (counts, starts): (Vec<_>, Vec<_>) =
        (0..3).map(|_| open(dir.path()).unwrap()).map(|(store, start, _)| (store.starts(), start)).unzip();
    assert_eq!(counts, [1, 2, 3]);
    assert!(starts.windows(2).all(|pair| pair[0].boot.count + 1 == pair[1].boot.count));
    assert!(starts.iter().all(|start| start.id == starts[0].id));
    assert!(starts[0].boot.id != starts[1].boot.id && starts[1].boot.id != starts[2].boot.id);
}

/// So a node that has lost its folder is known for the newer one by all who remember it.
#[test]
fn a_folder_that_is_made_later_begins_above() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (_, old, _) = open(dirs[0].path()).unwrap();
    while wall().0 < old.boot.count {}
    let (_, new, _) = open(dirs[1].path()).unwrap();
    assert!(new.boot > old.boot && new.id != old.id, "{new:?} after {old:?}");
}

#[test]
fn what_was_written_comes_back() {
    let (dir, _) = closed();
    let (store, _, durable) = open(dir.path()).unwrap();
    assert_eq!((store.starts(), durable), (2, sample()));
}

#[test]
fn a_file_torn_at_any_byte_is_refused() {
    let (dir, bytes) = closed();
    for length in 0..bytes.len() {
        let why = refused_with(dir.path(), &bytes[..length]);
        assert!(matches!(why, StoreError::Damaged { .. }), "torn at {length}: {why}");
    }
    let longer = [bytes.as_slice(), b"x"].concat();
    assert!(matches!(refused_with(dir.path(), &longer), StoreError::Damaged { .. }));
}

#[test]
fn every_flipped_bit_is_noticed() {
    let (dir, bytes) = closed();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            let why = refused_with(dir.path(), &flipped);
            let named = if at < 8 {
                matches!(why, StoreError::Foreign { .. })
            } else {
                matches!(why, StoreError::Damaged { .. })
            };
            assert!(named, "bit {bit} of byte {at}: {why}");
        }
    }
}

#[test]
fn a_foreign_file_is_refused() {
    let (dir, _) = closed();
    let why = refused_with(dir.path(), b"[identity]\nname = \"somebody\"\n");
    assert!(matches!(why, StoreError::Foreign { .. }));
    assert!(why.to_string().contains(FILE), "{why}");
}

#[test]
fn a_newer_format_is_refused() {
    let (dir, bytes) = closed();
    let why = refused_with(dir.path(), &Shell { version: 2, ..SHELL }.pack(&bytes[20..]));
    assert!(matches!(why, StoreError::Newer { found: 2, known: 1, .. }), "{why}");
}

#[test]
fn a_whole_file_with_nonsense_in_it_is_refused() {
    let (dir, bytes) = closed();
    let body = Body::decode(&bytes[20..]).unwrap();
    let why = refused_with(dir.path(), &SHELL.pack(b"\xff\xff\xff"));
    assert!(matches!(why, StoreError::Damaged { .. }), "{why}");
    let why = refused_with(dir.path(), &SHELL.pack(&body.encode()[..10]));
    assert!(matches!(why, StoreError::Damaged { .. }), "{why}");
}

#[test]
fn the_folder_of_another_cluster_or_node_is_refused() {
    let (dir, bytes) = closed();
    let why = Store::open(dir.path(), "c2", &name("n1")).unwrap_err();
    assert!(matches!(&why, StoreError::OtherCluster { found, wanted, .. } if found == "c1" && wanted == "c2"), "{why}");
    let why = Store::open(dir.path(), "c1", &name("n2")).unwrap_err();
    assert!(matches!(&why, StoreError::OtherNode { found, wanted, .. } if found == "n1" && wanted == "n2"), "{why}");
    assert_eq!(fs::read(dir.path().join(FILE)).unwrap(), bytes);
    assert_eq!(open(dir.path()).unwrap().0.starts(), 2);
}

#[test]
fn a_second_agent_is_kept_out_and_told_of_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let (first, _, _) = open(dir.path()).unwrap();
    let why = open(dir.path()).unwrap_err();
    assert!(matches!(why, StoreError::Locked { pid: Some(pid), .. } if pid == std::process::id()), "{why}");
    drop(first);
    assert_eq!(open(dir.path()).unwrap().0.starts(), 2);
}

#[test]
fn a_folder_that_cannot_be_made_or_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "x").unwrap();
    for bad in [file.clone(), file.join("below")] {
        let why = open(&bad).unwrap_err();
        assert!(matches!(why, StoreError::Io { .. }), "{why}");
        assert!(why.to_string().contains(&*file.to_string_lossy()), "{why}");
    }
}

#[test]
fn a_folder_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o500)).unwrap();
    let opened = open(dir.path());
    // Root may write everywhere; for everybody else the folder is named.
    if !rustix::process::geteuid().is_root() {
        let why = opened.unwrap_err();
        assert!(matches!(&why, StoreError::Io { path, .. } if path.starts_with(dir.path())), "{why}");
    }
}

#[test]
fn a_failed_write_leaves_the_old_content() {
    let (dir, bytes) = closed();
    let (store, _, _) = open(dir.path()).unwrap();
    let before = fs::read(dir.path().join(FILE)).unwrap();
    assert_ne!(before, bytes, "the start itself is written down");
    fs::create_dir(dir.path().join(format!("{FILE}.tmp"))).unwrap();
    assert!(matches!(store.write(&Durable::default()), Err(StoreError::Io { .. })));
    assert_eq!(fs::read(dir.path().join(FILE)).unwrap(), before);
}

#[test]
fn what_an_interrupted_write_left_is_ignored() {
    let (dir, _) = closed();
    fs::write(dir.path().join(format!("{FILE}.tmp")), b"half a fi").unwrap();
    let (store, _, durable) = open(dir.path()).unwrap();
    assert_eq!((store.starts(), durable), (2, sample()));
    assert!(!dir.path().join(format!("{FILE}.tmp")).exists());
}
