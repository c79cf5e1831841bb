//! What is wrong with a text, where, and what may have been meant.

use toml::de::Error;

/// How alike, from 0 to 1, a name must be to another one to be taken for it, mistyped.
const ALIKE: f64 = 0.6;

/// The error with its place, on one line. A key that is not known is named with the one that is most like it.
pub fn describe(source: &str, text: &str, error: &Error) -> String {
    let at = match error.span() {
        Some(span) => format!("{source}:{}", line(text, span.start)),
        None => source.to_owned(),
    };
    let message = error.message().trim().replace('\n', ", ");
    match unknown_key(&message) {
        Some((key, allowed)) => format!("{at}: {}", unknown(&key, &allowed)),
        None => format!("{at}: {message}"),
    }
}

/// The one of these names that is most like what was written, if one is at all.
pub fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |name: &'a str| (strsim::normalized_damerau_levenshtein(&written.to_lowercase(), name), name);
    let best = names.into_iter().map(likeness).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= ALIKE).then_some(best.1)
}

fn unknown(key: &str, allowed: &[String]) -> String {
    let all = allowed.join(", ");
    match nearest(key, allowed.iter().map(String::as_str)) {
        Some(meant) => format!("unknown key `{key}`: did you mean `{meant}`? Allowed here: {all}"),
        None => format!("unknown key `{key}`; allowed here: {all}"),
    }
}

/// What serde says of an unknown key: it puts it first, and those that are allowed after it, all in backticks.
fn unknown_key(message: &str) -> Option<(String, Vec<String>)> {
    let rest = message.strip_prefix("unknown field `")?;
    let (key, rest) = rest.split_once('`')?;
    let allowed = rest.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    Some((key.to_owned(), allowed))
}

/// The line, from 1, in which a byte of a text is.
fn line(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use crate::definition::of_toml;

    fn fault(text: &str) -> String {
        of_toml("a.toml", text).expect_err("it is wrong")
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_what_was_meant() {
        let text = fault("[services.web]\ncommand = [\"/bin/web\"]\nreadines = \"notify\"\n");
        assert!(
            text.starts_with("a.toml:3: unknown key `readines`: did you mean `readiness`? Allowed here: "),
            "{text}"
        );
        let text = fault("[services.web]\ncommand = [\"/bin/web\"]\n\n[services.web.placement]\ninstance = 2\n");
        assert!(text.starts_with("a.toml:5: unknown key `instance`: did you mean `instances`?"), "{text}");
        let text = fault("[services.web]\nreadiness = { tpc = \"127.0.0.1:80\" }\n");
        assert!(text.starts_with("a.toml:2: unknown key `tpc`: did you mean `tcp`?"), "{text}");
        let text = fault("[service.web]\ncommand = [\"/bin/web\"]\n");
        assert!(text.starts_with("a.toml:1: unknown key `service`: did you mean `services`?"), "{text}");
        let text = fault("[services.web]\nzzz = 1\n");
        assert!(text.starts_with("a.toml:2: unknown key `zzz`; allowed here: description, "), "{text}");
    }

    #[test]
    fn other_faults_have_their_line_too() {
        for (text, line, part) in [
            ("[services.web]\ngrace = \"5parsecs\"\n", 2, "no duration"),
            ("[services.web]\ngrace = 5\n", 2, "a duration, as in \"500ms\""),
            ("[services.web]\nwithout_quorum = \"panic\"\n", 2, "carry-on"),
            ("[services.web]\nlog = { bytes = \"many\" }\n", 2, "bytes"),
            ("[services.web\n", 1, ""),
            ("[services.web]\nlevel = -1\n", 2, "-1"),
            ("[services.web]\n[services.web]\n", 2, "duplicate"),
        ] {
            let fault = fault(text);
            assert!(fault.starts_with(&format!("a.toml:{line}: ")) && fault.contains(part), "{fault}");
            assert!(!fault.contains('\n'), "{fault}");
        }
    }
}
