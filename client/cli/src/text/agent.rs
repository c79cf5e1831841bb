//! One agent as a list of its properties.

use quorate::v1;

use crate::output::{Paint, Tone, lines};
use crate::text::nodes::addresses;
use crate::words::{or_dash, short, time};

/// One row a property, then the configuration in force.
pub fn agent(agent: &v1::Agent, paint: Paint) -> String {
    let rows = [
        ("version", agent.version.clone()),
        ("node", agent.node_name.clone()),
        ("node id", agent.node_id.clone()),
        ("boot id", agent.boot_id.clone()),
        ("boots", agent.boot_count.to_string()),
        ("pid", agent.pid.to_string()),
        ("started", agent.start_time.as_ref().and_then(time).unwrap_or_else(|| "-".to_owned())),
        ("uptime", agent.uptime.as_ref().map_or_else(|| "-".to_owned(), short)),
        ("api", or_dash(&agent.api_address)),
        ("http", if agent.http_address.is_empty() { "off".to_owned() } else { agent.http_address.clone() }),
        ("peers at", addresses(&agent.peer_listen_addresses)),
        ("advertised", addresses(&agent.peer_advertise_addresses)),
        ("protocol", format!("{} to {}", agent.min_protocol_version, agent.max_protocol_version)),
        ("self-distrust", format!("{} of 8", agent.self_distrust)),
    ];
    let mut table = paint.table(["AGENT", &agent.node_name]);
    for (name, value) in rows {
        table.add_row([paint.cell(name, Tone::Plain), paint.cell(value, Tone::Plain)]);
    }
    format!("{}\n{}\n{}", lines(&table), paint.bold("Configuration in force"), config(agent))
}

/// The configuration as it is, with a line break at its end.
pub fn config(agent: &v1::Agent) -> String {
    let mut text: String = agent.config_toml.lines().map(|line| crate::words::clean(line) + "\n").collect();
    if text.is_empty() {
        text.push('\n');
    }
    text
}
