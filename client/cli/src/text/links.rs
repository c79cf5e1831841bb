//! The channels to all peers as a table.

use quorate::v1;

use crate::output::{Paint, Tone, lines};
use crate::words::{or_dash, short, word};

const COLUMNS: [&str; 11] = [
    "PEER",
    "LINK",
    "NETWORK",
    "RELAYED BY",
    "CHANNEL",
    "ACTIVE",
    "RTT",
    "LOSS",
    "TRUSTED",
    "FAILURES",
    "LAST FAILURE",
];

/// One row a channel; a link without channels gets one row of its own.
pub fn links<'a>(nodes: impl IntoIterator<Item = &'a v1::Node>, paint: Paint) -> String {
    let mut table = paint.table(COLUMNS);
    for node in nodes {
        let Some(link) = &node.link else { continue };
        let state = word::<v1::LinkState>(link.state);
        let unset = v1::Channel::default();
        let channels = if link.channels.is_empty() { std::slice::from_ref(&unset) } else { &link.channels };
        for channel in channels {
            let known = !link.channels.is_empty();
            let head = [paint.cell(&node.node_name, Tone::Plain), paint.cell(&state, Tone::of(&state))];
            let tail = cells(channel, known).map(|text| {
                let tone = Tone::of(&text);
                paint.cell(text, tone)
            });
            table.add_row(head.into_iter().chain(tail));
        }
    }
    if table.is_empty() { "no links\n".to_owned() } else { lines(&table) }
}

fn cells(channel: &v1::Channel, known: bool) -> [String; 9] {
    if !known {
        return std::array::from_fn(|_| "-".to_owned());
    }
    let hold = channel.hold.as_ref().filter(|_| !channel.trusted).map(|hold| format!("in {}", short(hold)));
    let trusted = if channel.trusted { "yes".to_owned() } else { hold.unwrap_or_else(|| "no".to_owned()) };
    [
        or_dash(&channel.network),
        or_dash(&channel.relayed_by),
        word::<v1::ChannelState>(channel.state),
        if channel.active { "active" } else { "-" }.to_owned(),
        channel.round_trip_time.as_ref().map_or_else(|| "-".to_owned(), short),
        format!("{:.1}%", channel.loss * 100.0),
        trusted,
        channel.failures.to_string(),
        or_dash(&channel.last_failure),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_has_a_row_and_every_link_too() {
        let channel = v1::Channel {
            network: "lan".to_owned(),
            state: v1::ChannelState::Up.into(),
            round_trip_time: Some(prost_types::Duration { seconds: 0, nanos: 420_000 }),
            loss: 0.125,
            hold: Some(prost_types::Duration { seconds: 4, nanos: 0 }),
            ..v1::Channel::default()
        };
        let up = v1::Link { state: v1::LinkState::Up.into(), channels: vec![channel], ..v1::Link::default() };
        let down = v1::Link { state: v1::LinkState::Down.into(), ..v1::Link::default() };
        let node = |name: &str, link| v1::Node { node_name: name.to_owned(), link, ..v1::Node::default() };
        let nodes = [node("n1", None), node("n2", Some(up)), node("n3", Some(down))];
        let text = links(&nodes, Paint::NONE);
        let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows.len(), 3, "{text}");
        assert_eq!(rows[1], ["n2", "up", "lan", "-", "up", "-", "420", "us", "12.5%", "in", "4.0", "s", "0", "-"]);
        assert_eq!(rows[2][..2], ["n3", "down"]);
        assert_eq!(links(&nodes[..1], Paint::NONE), "no links\n");
    }
}
