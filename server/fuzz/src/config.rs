//! The configuration file.

use quorate_agent::config::Config;

/// Reads the bytes as a configuration file. One that is good comes out the same when it is printed and read again.
pub fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Config::parse(text) {
        Ok(config) => {
            let printed = config.to_toml();
            let back = Config::parse(&printed).unwrap_or_else(|why| panic!("{why}\n{printed}"));
            assert_eq!(back, config, "what was printed is another configuration:\n{printed}");
            let _ = config.warnings();
        }
        Err(why) => assert!(!why.to_string().is_empty(), "an error without words"),
    }
}
