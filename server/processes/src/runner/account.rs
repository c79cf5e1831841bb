//! Users and groups by name, from the files of this machine.
//!
//! Read here and not asked of the system's library: that loads whatever a machine has configured into the runner, and
//! may ask servers. A service of a cluster should not depend on those anyway.

use std::{fs, path::PathBuf};

use crate::{launch::Refusal, program::Program};

/// Whom a service runs as.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Account {
    pub user: Option<u32>,
    pub group: Option<u32>,
    pub home: Option<PathBuf>,
}

impl Account {
    pub(super) fn of(program: &Program) -> Result<Self, Refusal> {
        let read = |path: &str| {
            fs::read(path)
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .map_err(|why| Refusal::System(format!("{path}: {why}")))
        };
        let mut account = Self::default();
        if let Some(name) = &program.user {
            account = user(&read("/etc/passwd")?, name).ok_or_else(|| Refusal::UnknownUser(name.clone()))?;
        }
        if let Some(name) = &program.group {
            let id = group(&read("/etc/group")?, name).ok_or_else(|| Refusal::UnknownGroup(name.clone()))?;
            account.group = Some(id);
        }
        Ok(account)
    }
}

/// `name:password:uid:gid:comment:home:shell`
fn user(passwd: &str, name: &str) -> Option<Account> {
    let fields = line(passwd, name)?;
    let (user, group) = (fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?);
    Some(Account { user: Some(user), group: Some(group), home: fields.get(5).map(PathBuf::from) })
}

/// `name:password:gid:members`
fn group(groups: &str, name: &str) -> Option<u32> {
    line(groups, name)?.get(2)?.parse().ok()
}

fn line<'a>(file: &'a str, name: &str) -> Option<Vec<&'a str>> {
    file.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields.first() == Some(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whole() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nweb:x:33:34::/srv/web:/sbin/nologin\n";
        let web = Account { user: Some(33), group: Some(34), home: Some("/srv/web".into()) };
        assert_eq!(user(passwd, "web"), Some(web));
        assert_eq!(user(passwd, "we"), None);
        assert_eq!(group("a:x:1:\nweb:x:34:web,root\n", "web"), Some(34));
        assert_eq!(group("broken\n", "broken"), None);
    }
}
