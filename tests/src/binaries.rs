//! The programs under test, built once for each test process so that they are never old.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// Where the programs are.
pub(crate) struct Binaries {
    pub(crate) quorated: PathBuf,
    pub(crate) quorate: PathBuf,
}

/// The programs, fresh.
///
/// # Panics
/// When they cannot be built.
pub(crate) fn binaries() -> &'static Binaries {
    static BUILT: OnceLock<Binaries> = OnceLock::new();
    BUILT.get_or_init(build)
}

fn build() -> Binaries {
    let folder = profile_folder();
    let profile = folder.file_name().and_then(|name| name.to_str()).unwrap_or("debug");
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--quiet", "-p", "quorate-agent", "-p", "quorate-cli", "--bins"]);
    command.args(["--profile", if profile == "debug" { "dev" } else { profile }]);
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
    let built = command.output().expect("cargo can be run");
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "quorated and quorate cannot be built:\n{said}");
    let program = |name: &str| {
        let path = folder.join(name);
        assert!(path.is_file(), "{} is not there after the build", path.display());
        path
    };
    Binaries { quorated: program("quorated"), quorate: program("quorate") }
}

/// The folder of the profile this test was built with: the test itself is in `deps` below it.
fn profile_folder() -> PathBuf {
    let test = env::current_exe().expect("the test has a path");
    let deps = test.parent().expect("the test is in a folder");
    let folder = if deps.ends_with("deps") { deps.parent() } else { Some(deps) };
    folder.expect("the test is in the target folder").to_owned()
}
