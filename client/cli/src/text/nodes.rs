//! All known nodes as a table.

use quorate::v1;

use crate::output::{Paint, Tone, lines};
use crate::words::{or_dash, view_id, word};

/// One row a node.
pub fn nodes(answer: &v1::ListNodesResponse, paint: Paint) -> String {
    let mut table = paint.table(["NODE", "STATE", "LINK", "TRUSTED", "VIEW", "SINCE", "ADDRESSES", "NOTE"]);
    for node in &answer.nodes {
        let state = word::<v1::NodeState>(node.state);
        let (link, trusted) = link_words(node);
        let since = if node.since_incarnation == 0 { "-".to_owned() } else { node.since_incarnation.to_string() };
        table.add_row([
            paint.cell(&node.node_name, Tone::Plain),
            paint.cell(&state, Tone::of(&state)),
            paint.cell(&link, Tone::of(&link)),
            paint.cell(trusted, Tone::of(trusted)),
            paint.cell(view_id(node.view_id.as_ref()), Tone::Plain),
            paint.cell(since, Tone::Plain),
            paint.cell(addresses(&node.addresses), Tone::Plain),
            paint.cell(if node.self_distrust { "distrusts its timers" } else { "" }, Tone::Middling),
        ]);
    }
    lines(&table)
}

/// State of the link and whether the node counts as reached.
fn link_words(node: &v1::Node) -> (String, &'static str) {
    match &node.link {
        _ if node.is_self => ("self".to_owned(), "-"),
        Some(link) => (word::<v1::LinkState>(link.state), if link.trusted { "yes" } else { "no" }),
        None => ("-".to_owned(), "-"),
    }
}

/// Addresses on one line; the network is named when there are several.
pub fn addresses(addresses: &[v1::NetworkAddress]) -> String {
    let named = |one: &v1::NetworkAddress| match addresses.len() {
        1 => one.address.clone(),
        _ => format!("{}={}", one.network, one.address),
    };
    or_dash(&addresses.iter().map(named).collect::<Vec<_>>().join(","))
}
