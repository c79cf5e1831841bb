//! Names of units.

/// Bytes of a name, as systemd has it.
const MAX: usize = 255;
/// What can be started and stopped.
const KINDS: [&str; 7] = ["service", "socket", "mount", "swap", "target", "timer", "path"];

/// Whether a unit of this name can be a service of the cluster.
///
/// # Errors
/// Why not.
pub fn check_name(name: &str) -> Result<(), String> {
    let plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b':' | b'-' | b'_' | b'.' | b'\\' | b'@');
    let (stem, kind) = name.rsplit_once('.').unwrap_or_default();
    if stem.is_empty() || name.len() > MAX || !name.bytes().all(plain) {
        return Err(format!("{name:?} is no name of a unit, as in \"nginx.service\""));
    }
    if !KINDS.contains(&kind) {
        return Err(format!("{name:?} cannot be started and stopped: {} are possible", KINDS.join(", ")));
    }
    if stem.ends_with('@') {
        return Err(format!("{name:?} is a template: name an instance of it, as in \"{stem}one.{kind}\""));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_name;

    #[test]
    fn names_are_those_of_systemd() {
        for good in ["nginx.service", "getty@tty1.service", r"dev-disk-by\x2dlabel-a.swap", "srv-data.mount"] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        let long = format!("{}.service", "x".repeat(250));
        for bad in ["", "nginx", ".service", "a b.service", "../a.service", "a.scope", "a@.service", &long] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
