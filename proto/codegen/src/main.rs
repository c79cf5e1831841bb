//! Generates `proto/src/gen/` from the `.proto` files, with protox in the place of protoc.
//!
//! `cargo run -p quorate-codegen` writes the stubs; its test compares them with what is there.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The schema, relative to `proto/`.
const FILES: &[&str] = &[
    "quorate/v1/common.proto",
    "quorate/v1/errors.proto",
    "quorate/v1/membership.proto",
    "quorate/v1/event.proto",
    "quorate/v1/quorum.proto",
    "quorate/v1/session.proto",
    "quorate/v1/name.proto",
    "quorate/v1/lock.proto",
    "quorate/v1/election.proto",
    "quorate/v1/barrier.proto",
    "quorate/v1/recovery.proto",
    "quorate/v1/admin.proto",
    "quorate/peer/v1/words.proto",
    "quorate/peer/v1/coordination.proto",
    "quorate/peer/v1/recovery.proto",
    "quorate/peer/v1/peer.proto",
    "quorate/store/v1/database.proto",
];

/// The packages that are not public: their messages come from anybody who knows the port, and are read with care, or lie
/// in files.
const INTERNAL: [&str; 2] = ["quorate.peer.v1", "quorate.store.v1"];

fn main() -> Result<()> {
    let root = root()?;
    let committed = committed(&root);
    fs::create_dir_all(&committed)?;
    for (name, content) in generate(&root)? {
        fs::write(committed.join(name), content)?;
    }
    Ok(())
}

/// `proto/`: read when it runs, not when it was built, for a target folder may be shared by several copies of the tree.
fn root() -> Result<PathBuf> {
    let own = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).context("run it through cargo")?;
    Ok(own.parent().context("codegen lies in proto/")?.to_owned())
}

fn committed(root: &Path) -> PathBuf {
    root.join("src/gen")
}

/// The stubs and the descriptor set of the schema under `root`, by the names of their files.
fn generate(root: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let fresh = tempfile::tempdir()?;
    let out = fresh.path();
    let mut compiler = protox::Compiler::new([root])?;
    compiler.include_source_info(true).include_imports(true);
    compiler.open_files(FILES)?;
    fs::write(out.join("descriptors.bin"), compiler.encode_file_descriptor_set())?;
    let (mut public, mut peer) = (compiler.file_descriptor_set(), compiler.file_descriptor_set());
    public.file.retain(|file| !INTERNAL.contains(&file.package()));
    peer.file.retain(|file| INTERNAL.contains(&file.package()));
    let stubs = || tonic_prost_build::configure().out_dir(out);
    // Of two fencing tokens the later one is the greater: by epoch, then by counter, as their fields are ordered.
    let ordered = stubs().type_attribute("quorate.v1.Token", "#[derive(PartialOrd, Ord)]");
    ordered.compile_fds(public).context("cannot generate the public stubs")?;
    let bounded = stubs().codec_path("crate::codec::BoundedCodec");
    bounded.compile_fds(peer).context("cannot generate the stubs for peers")?;
    read_all(out)
}

fn read_all(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        files.insert(PathBuf::from(entry.file_name()), fs::read(entry.path())?);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{committed, generate, read_all, root};

    #[test]
    fn the_stubs_are_those_of_the_schema() {
        let root = root().unwrap();
        let same = generate(&root).unwrap() == read_all(&committed(&root)).unwrap();
        assert!(same, "proto/src/gen differs from the schema: run `make fix` and commit the result");
    }
}
