//! The log: lines for people or JSON for machines, on stderr.

use std::io::{self, IsTerminal};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{LogConfig, LogFormat};

/// Sends the log of this process to stderr; colours only on a terminal, and not with `NO_COLOR`. A second call does
/// nothing.
pub fn init(config: &LogConfig) {
    let filter = EnvFilter::try_new(&config.level).unwrap_or_else(|_| EnvFilter::new("info"));
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
