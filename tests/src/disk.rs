//! Disks that fail: one that is small and can be filled, and one that does not take what it is told to keep.
//!
//! Both work for root on any Linux, without modules of the kernel: no device mapper, no loop devices.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::agent::Spec;

/// A small disk (a tmpfs) in the place of an agent's data folder. It outlives the agent, and nobody else sees it: it is
/// mounted in a namespace of its own, which a process holds that ends with the test.
#[derive(Debug)]
pub struct SmallDisk {
    holder: Child,
    data: PathBuf,
}

impl SmallDisk {
    /// Gives the agent that is to be started a disk of this size, such as `4m`.
    ///
    /// # Panics
    /// When it cannot be mounted.
    #[must_use]
    pub fn under(spec: &mut Spec, size: &str) -> Self {
        fs::create_dir(&spec.data).expect("a new folder");
        // It ends when its input does: with this process at the latest.
        let script =
            format!("mount -t tmpfs -o size={size} tmpfs '{}' && echo mounted && read end", spec.data.display());
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut holder = command.spawn().expect("unshare can be run");
        let mut said = [0; "mounted".len()];
        let output = holder.stdout.as_mut().expect("its output");
        std::io::Read::read_exact(output, &mut said).expect("a tmpfs can be mounted");
        let namespace = format!("--mount=/proc/{}/ns/mnt", holder.id());
        spec.launcher = ["nsenter", &namespace, "--"].map(str::to_owned).to_vec();
        Self { holder, data: spec.data.clone() }
    }

    /// Where its content can be reached from outside.
    fn folder(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        root.join(self.data.strip_prefix("/").expect("an absolute path"))
    }

    /// Takes all the room there is.
    ///
    /// # Panics
    /// When it cannot be written for another reason.
    pub fn fill(&self) {
        let mut ballast = OpenOptions::new().create(true).append(true).open(self.ballast()).expect("a file on it");
        let full = loop {
            if let Err(why) = ballast.write_all(&[0; 512]) {
                break why;
            }
        };
        assert_eq!(full.kind(), ErrorKind::StorageFull, "{full}");
    }

    /// Gives the room back.
    ///
    /// # Panics
    /// When it was not full.
    pub fn free(&self) {
        fs::remove_file(self.ballast()).expect("it was filled");
    }

    fn ballast(&self) -> PathBuf {
        self.folder().join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// What stands between an agent and the C library: what is to be made durable is refused as by a broken disk, while there
/// is a file that says so. Writing works as ever, so only who looks at what `fsync` says notices.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int broken(void) {
    const char *mark = getenv("BROKEN_DISK");
    return mark && access(mark, F_OK) == 0;
}

int fsync(int file) {
    if (broken()) { errno = EIO; return -1; }
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
}

int fdatasync(int file) {
    if (broken()) { errno = EIO; return -1; }
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
}
"#;

/// A disk under an agent that can be broken: then nothing can be made durable on it any more. It is a library that is put
/// before the C library (`LD_PRELOAD`), built here with the C compiler that Rust links with.
#[derive(Debug)]
pub struct BrokenDisk {
    mark: PathBuf,
}

impl BrokenDisk {
    /// Puts it under the agent that is to be started; it works until it is [broken](Self::break_down).
    ///
    /// # Panics
    /// When there is no C compiler.
    #[must_use]
    pub fn under(spec: &mut Spec) -> Self {
        let beside = |ending: &str| spec.data.with_extension(ending);
        let (source, library, mark) = (beside("c"), beside("so"), beside("broken"));
        fs::write(&source, SHIM).expect("a file beside the data folder");
        build(&source, &library);
        let set = |name: &str, value: &Path| format!("{name}={}", value.display());
        spec.launcher = vec!["env".to_owned(), set("LD_PRELOAD", &library), set("BROKEN_DISK", &mark)];
        Self { mark }
    }

    /// From now on nothing can be made durable.
    ///
    /// # Panics
    /// When that cannot be noted.
    pub fn break_down(&self) {
        fs::write(&self.mark, "").expect("a file beside the data folder");
    }

    /// It works again.
    ///
    /// # Panics
    /// When it was not broken.
    pub fn mend(&self) {
        fs::remove_file(&self.mark).expect("it was broken");
    }
}

fn build(source: &Path, library: &Path) {
    let mut command = Command::new("cc");
    command.args(["-shared", "-fPIC", "-o"]).args([library, source]).arg("-ldl");
    let built = command.output().expect("a C compiler, `cc`, as Rust needs it too");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
}
