//! The plan of a cluster, and how people are told of it.

use std::{net::TcpListener, path::Path};

use clap::{Args, Command};

use super::{Plan, certificates::Certificates, commands::to_try, free};
use crate::{
    cli::DevArgs,
    config::{Config, SettingsArgs},
    tls::{ApiTls, PeerTls},
};

fn args(nodes: u16, base_port: u16, extra: &[&str]) -> DevArgs {
    let extra = extra.iter().map(ToString::to_string).collect();
    DevArgs { nodes, base_port, data_dir: None, respawn: false, tls: false, extra }
}

#[test]
fn ports_are_where_the_documentation_says() {
    let plan = Plan::new(&args(3, 7400, &[]), "/data".into());
    let ports: Vec<_> = plan.nodes.iter().map(|node| (node.api.port(), node.peer.port(), node.http.port())).collect();
    assert_eq!(ports, [(7401, 7501, 7601), (7402, 7502, 7602), (7403, 7503, 7603)]);
}

#[test]
fn the_flags_of_every_node_are_a_good_configuration() {
    let plan = Plan::new(&args(50, 65_000, &["--heartbeat", "50ms"]), "/data".into());
    for node in &plan.nodes {
        let command = SettingsArgs::augment_args(Command::new("quorated"));
        let words = std::iter::once("quorated").chain(node.flags.iter().map(String::as_str));
        let config = Config::load(&command.get_matches_from(words)).unwrap();
        assert_eq!((config.node_name.as_str(), config.cluster.as_str()), (node.name.as_str(), "dev"));
        assert_eq!(
            (config.api_listen, config.networks[0].listen, config.http_listen),
            (node.api, node.peer, Some(node.http))
        );
        let own = plan.nodes[..3].iter().filter(|other| other.name == node.name).count();
        assert_eq!(config.discovery.seeds.len(), 3 - own, "a few seeds are enough");
        assert_eq!(config.discovery.multicast.as_ref().unwrap().group.port(), 65_000);
        assert_eq!(config.timing.heartbeat.as_millis(), 50);
        assert!(config.warnings().is_empty(), "{:?}", config.warnings());
    }
}

#[test]
fn certificates_are_a_good_configuration_and_are_named_in_the_commands() {
    let folder = tempfile::tempdir().unwrap();
    let mut plan = Plan::new(&args(2, 7400, &[]), folder.path().into());
    let certificates = Certificates::make(&folder.path().join("t l s"), &mut plan.nodes).unwrap();
    certificates.load().unwrap();
    for node in &plan.nodes {
        let command = SettingsArgs::augment_args(Command::new("quorated"));
        let words = std::iter::once("quorated").chain(node.flags.iter().map(String::as_str));
        let config = Config::load(&command.get_matches_from(words)).unwrap();
        PeerTls::load(config.tls.peer.as_ref().unwrap(), &config.node_name).unwrap();
        ApiTls::load(config.tls.api.as_ref().unwrap()).unwrap();
    }
    let said = to_try(&plan.nodes[0], Some(&certificates), 42);
    let ca = format!("'{}/t l s/ca.pem'", folder.path().display());
    assert!(said.contains(&format!("QUORATE_TLS_CA={ca}")) && said.contains(&format!("-cacert {ca}")), "{said}");
    assert!(said.contains("--endpoint 127.0.0.1:7401") && said.ends_with("  kill -9 42\n"), "{said}");
}

#[test]
fn a_command_line_can_be_pasted() {
    let plan = Plan::new(&args(1, 7400, &["--log-level", "it's"]), "/my data".into());
    let line = plan.nodes[0].command_line(Path::new("/usr/bin/quorated"));
    assert!(line.starts_with("/usr/bin/quorated --cluster=dev --node-name=n1 '--data-dir=/my data/n1' "), "{line}");
    assert!(line.ends_with(r"--log-level 'it'\''s'"), "{line}");
}

#[test]
fn an_address_in_use_is_named_before_anything_starts() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut plan = Plan::new(&args(1, 7400, &[]), "/data".into());
    plan.nodes[0].api.set_port(port);
    plan.nodes[0].peer.set_port(0);
    plan.nodes[0].http.set_port(0);
    let said = free(&plan).unwrap_err().to_string();
    assert!(said.starts_with(&format!("cannot listen on 127.0.0.1:{port} for the API of n1")), "{said}");
    drop(taken);
    assert!(free(&plan).is_ok());
}
