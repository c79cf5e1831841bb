//! Generates `proto/src/gen/` from the `.proto` files, with protox in the place of protoc.
//!
//! `cargo run -p quorate-codegen` writes the stubs; `-- --check` compares them with what is there, changes nothing and
//! fails on a difference.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};

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
    "quorate/v1/admin.proto",
    "quorate/peer/v1/words.proto",
    "quorate/peer/v1/coordination.proto",
    "quorate/peer/v1/peer.proto",
    "quorate/store/v1/database.proto",
];

/// The packages that are not public: their messages come from anybody who knows the port, and are read with care, or lie
/// in files.
const INTERNAL: [&str; 2] = ["quorate.peer.v1", "quorate.store.v1"];

fn main() -> Result<ExitCode> {
    let check = match env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(other) => bail!("unknown argument {other:?}; the only one is --check"),
    };
    // Read when it runs, not when it was built: a target folder may be shared by several copies of the tree.
    let own = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).context("run it through cargo")?;
    let root = own.parent().context("codegen lies in proto/")?;
    let committed = root.join("src/gen");
    let fresh = tempfile::tempdir()?;
    generate(root, fresh.path())?;
    if !check {
        fs::create_dir_all(&committed)?;
        for (name, content) in read_all(fresh.path())? {
            fs::write(committed.join(name), content)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    if read_all(fresh.path())? == read_all(&committed)? {
        println!("proto/src/gen is up to date");
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("proto/src/gen differs from the schema: run `make fix` and commit the result");
    Ok(ExitCode::FAILURE)
}

/// Compiles the schema under `root` and writes stubs and the descriptor set to `out`.
fn generate(root: &Path, out: &Path) -> Result<()> {
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
    bounded.compile_fds(peer).context("cannot generate the stubs for peers")
}

fn read_all(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        files.insert(PathBuf::from(entry.file_name()), fs::read(entry.path())?);
    }
    Ok(files)
}
