//! The log: lines for people or JSON for machines, on stderr.

mod throttle;

use std::io::{self, IsTerminal};

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

pub use self::throttle::Throttle;
pub(crate) use self::throttle::warn_if;
use crate::config::{LogConfig, LogFormat};

/// The library that tells of every vote and every lost message; it does only when it is asked for by name.
const CONSENSUS: &str = "openraft";

/// What is logged: a level, levels of modules, or both, with commas between, as in `info,quorate_agent=debug`.
///
/// # Errors
/// What cannot be read, in words. A word that is neither is an error too: it would be taken for a module, and all else
/// would be silent.
pub fn filter(text: &str) -> Result<Targets, String> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    for part in &parts {
        if part.is_empty() || (!part.contains('=') && part.parse::<LevelFilter>().is_err()) {
            return Err(format!("'{part}' is no level"));
        }
    }
    let asked: Targets = parts.join(",").parse().map_err(|why| format!("{why}"))?;
    let named = parts.iter().any(|part| part.starts_with(CONSENSUS));
    // What the agent makes of it, it says itself.
    Ok(if named { asked } else { asked.with_target(CONSENSUS, LevelFilter::ERROR) })
}

/// Sends the log of this process to stderr; colours only on a terminal, and not with `NO_COLOR`. A second call does
/// nothing.
pub fn init(config: &LogConfig) {
    let filter = filter(&config.level).unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    let registry = tracing_subscriber::registry().with(filter);
    let ready = match config.format {
        LogFormat::Json => registry.with(fmt::layer().json().flatten_event(true).with_writer(io::stderr)).try_init(),
        LogFormat::Text => {
            let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
            registry.with(fmt::layer().with_ansi(colour).with_target(false).with_writer(io::stderr)).try_init()
        }
    };
    // Only a test process that runs several agents comes here twice; the first log serves all of them.
    drop(ready);
}
