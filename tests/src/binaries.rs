//! The programs under test, built once for each test process so that they are never old; or, to test programs that were
//! built elsewhere, those in the folder that `QUORATE_TEST_PROGRAMS` names.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// Names the folder of programs that are to be tested as they are.
const GIVEN: &str = "QUORATE_TEST_PROGRAMS";

/// Where the programs are.
pub(crate) struct Binaries {
    pub(crate) quorated: PathBuf,
    pub(crate) quorate: PathBuf,
}

/// Builds the programs, when this process has not done so yet: before something whose time is taken.
///
/// # Panics
/// When they cannot be built.
pub fn build_programs() {
    binaries();
}

/// The programs, fresh.
///
/// # Panics
/// When they cannot be built.
pub(crate) fn binaries() -> &'static Binaries {
    static FOUND: OnceLock<Result<Binaries, String>> = OnceLock::new();
    FOUND.get_or_init(find).as_ref().unwrap_or_else(|why| panic!("{why}"))
}

fn find() -> Result<Binaries, String> {
    let folder = match env::var_os(GIVEN) {
        Some(folder) => PathBuf::from(folder),
        None => build()?,
    };
    let program = |name: &str| {
        let path = folder.join(name);
        if path.is_file() { Ok(path) } else { Err(format!("{} is not there", path.display())) }
    };
    Ok(Binaries { quorated: program("quorated")?, quorate: program("quorate")? })
}

/// Builds them with the profile of this test, and returns the folder they are in.
fn build() -> Result<PathBuf, String> {
    let folder = profile_folder();
    let profile = folder.file_name().and_then(|name| name.to_str()).unwrap_or("debug");
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--quiet", "-p", "quorate-agent", "-p", "quorate-cli", "--bins"]);
    command.args(["--profile", if profile == "debug" { "dev" } else { profile }]);
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
    let built = command.output().map_err(|why| format!("cargo cannot be run: {why}"))?;
    if built.status.success() {
        return Ok(folder);
    }
    Err(format!("quorated and quorate cannot be built:\n{}", String::from_utf8_lossy(&built.stderr)))
}

/// The folder of the profile this test was built with: the test itself is in `deps` below it.
fn profile_folder() -> PathBuf {
    let test = env::current_exe().expect("the test has a path");
    let deps = test.parent().expect("the test is in a folder");
    let folder = if deps.ends_with("deps") { deps.parent() } else { Some(deps) };
    folder.expect("the test is in the target folder").to_owned()
}
