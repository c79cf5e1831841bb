//! The four sources of a configuration, and everything that can be wrong with it.

use std::{fs, path::Path};

use clap::{Args, Command};
use quorate_core::types::{Boot, Identity, NodeId, NodeName};

use super::{Config, ConfigError, LogFormat, SettingsArgs};

/// What the agent would make of these flags.
fn flags(flags: &[&str]) -> Result<Config, ConfigError> {
    let command = SettingsArgs::augment_args(Command::new("quorated"));
    Config::load(&command.get_matches_from([&["quorated", "--node-name", "n1"], flags].concat()))
}

fn text(text: &str) -> Result<Config, ConfigError> {
    Config::parse(&format!("node_name = \"n1\"\n{text}"))
}

/// What is said of a configuration that is refused.
fn refusal(config: &str) -> String {
    text(config).expect_err(config).to_string()
}

fn file(dir: &Path, text: &str) -> String {
    let path = dir.join("q.toml");
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn the_defaults_are_usable() {
    let config = text("").unwrap();
    assert_eq!(config.cluster, "quorate");
    assert_eq!(config.api_listen.to_string(), "127.0.0.1:7401");
    assert_eq!(config.http_listen.unwrap().to_string(), "127.0.0.1:7601");
    assert_eq!(config.networks[0].name.as_str(), "default");
    assert_eq!(config.networks[0].advertise.as_str(), "127.0.0.1:7501");
    assert_eq!(
        (config.limits.max_watchers, config.limits.max_connections, config.limits.event_buffer),
        (10_000, 1000, 1024)
    );
    assert!(config.discovery.multicast.is_none());
    assert_eq!(config.warnings().len(), 1, "a node that looks for nobody is told so");
}

#[test]
fn the_host_name_in_lower_case_names_the_node() {
    let host = rustix::system::uname().nodename().to_string_lossy().to_lowercase();
    match Config::parse("") {
        Ok(config) => assert_eq!(config.node_name.as_str(), host),
        Err(why) => assert!(why.to_string().contains("node_name"), "{why}"),
    }
}

const FULL: &str = r#"
cluster = "prod"
data_dir = "/srv/quorate"
[api]
listen = "0.0.0.0:7401"
advertise = "api.example.org"
[http]
listen = "off"
[[network]]
name = "front"
listen = "10.0.0.1:7501"
[[network]]
name = "back"
listen = "[::]:7502"
advertise = "n1.back.example.org"
[discovery]
seeds = ["n2.example.org:7501", "10.0.0.3:7501"]
srv = ["_quorate._tcp.example.org"]
dns_servers = ["127.0.0.1:8600"]
interval = "30s"
[discovery.multicast]
interface = "10.0.0.1"
[timing]
heartbeat = "50ms"
detect_timeout = "1s 500ms"
[limits]
history = 64
[log]
level = "info,quorate_agent=debug"
format = "json"
"#;

#[test]
fn the_configuration_in_force_reads_back_the_same() {
    for config in [text("").unwrap(), text(FULL).unwrap()] {
        let written = config.to_toml();
        assert_eq!(Config::parse(&written).unwrap(), config, "{written}");
    }
    let written = text("").unwrap().to_toml();
    for line in ["heartbeat = \"100ms\"", "max_nodes = 2048", "level = \"info\"", "cluster = \"quorate\""] {
        assert!(written.contains(line), "{line} is missing in\n{written}");
    }
}

#[test]
fn the_page_is_off_where_the_api_speaks_tls_unless_it_is_asked_for() {
    let tls = "[tls.api]\ncertificate = \"/a.pem\"\nkey = \"/a.key\"\n";
    assert!(text("").unwrap().http_page && !text(tls).unwrap().http_page);
    assert!(text(&format!("[http]\npage = \"on\"\n{tls}")).unwrap().http_page);
    assert!(!text("[http]\npage = \"off\"").unwrap().http_page);
    assert!(refusal("[http]\npage = true").contains("\"on\" or \"off\""));
}

#[test]
fn a_full_file_is_understood() {
    let config = text(FULL).unwrap();
    assert_eq!(config.api_advertise.as_deref(), Some("api.example.org:7401"));
    assert_eq!(config.http_listen, None);
    assert_eq!(config.networks[1].advertise.as_str(), "n1.back.example.org:7502");
    let multicast = config.discovery.multicast.as_ref().unwrap();
    assert_eq!(multicast.group.to_string(), "239.255.74.1:7400");
    assert_eq!(config.log.format, LogFormat::Json);
    let identity = Identity { name: NodeName::new("n1").unwrap(), id: NodeId::default(), boot: Boot::default() };
    let settings = config.settings(identity);
    assert_eq!((settings.heartbeat.as_millis(), settings.detect_timeout.as_millis(), settings.history), (50, 1500, 64));
    assert_eq!((&*settings.cluster, settings.endpoints.len()), ("prod", 2));
    assert_eq!(settings.check(), Ok(()));
}

#[test]
fn an_unknown_key_is_refused_with_file_and_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "cluster = \"c\"\n[timing]\nheart_beat = \"1s\"\n");
    let said = flags(&["--config", &path]).unwrap_err().to_string();
    assert!(
        said.contains(&path) && said.contains("line 3") && said.contains("heart_beat") && said.contains("heartbeat"),
        "{said}"
    );
}

#[test]
fn a_value_of_the_wrong_form_is_named_with_what_is_expected() {
    for (config, expected) in [
        ("[timing]\nheartbeat = 100", "a duration such as"),
        ("[timing]\nheartbeat = \"100\"", "a duration such as"),
        ("[limits]\nhistory = \"many\"", "a whole number"),
        ("[limits]\nhistory = -1", "a whole number"),
        ("[api]\nlisten = \"localhost:7401\"", "host names cannot be listened on"),
        ("[[network]]\nname = \"Front\"", "a name of 1 to 63 characters"),
        ("[log]\nformat = \"xml\"", "\"text\" or \"json\""),
        ("[discovery]\nseeds = \"n1:7501\"", "expected a sequence"),
    ] {
        let said = refusal(config);
        assert!(said.contains(expected) && said.contains("line"), "{config}: {said}");
    }
}

#[test]
fn a_value_out_of_range_is_named_with_line_and_range() {
    for (config, expected) in [
        ("[timing]\nheartbeat = \"1ms\"", "configuration:3: timing.heartbeat is 1ms; allowed is 10ms to 10s"),
        (
            "[timing]\nheartbeat = \"100ms\"\ndetect_timeout = \"299ms\"",
            "configuration:4: timing.detect_timeout is 299ms; allowed is 300ms to 60s",
        ),
        ("[timing]\nheartbeat = \"1s\"", "default: timing.detect_timeout is 1s; allowed is 3s to 60s"),
        ("[limits]\nmax_nodes = 1", "configuration:3: limits.max_nodes is 1; allowed is 2 to 10000"),
        ("[limits]\nevent_buffer = 1", "limits.event_buffer is 1; allowed is 16 to 65536"),
        ("[limits]\nhandshake_timeout = \"0s\"", "limits.handshake_timeout is 0s; allowed is 1s to 5m"),
        ("[limits]\nkeepalive = \"2h\"", "limits.keepalive is 2h; allowed is 1s to 1h"),
        ("[discovery]\ninterval = \"1ms\"", "discovery.interval is 1ms; allowed is 100ms to 1h"),
        ("[discovery]\nseeds = [\"n2\"]", "discovery.seeds is n2; it must be host:port"),
        (
            "[discovery.multicast]\ngroup = \"10.0.0.1:7400\"",
            "discovery.multicast.group is 10.0.0.1:7400; allowed is a multicast",
        ),
        ("[log]\nlevel = \"quorate=loud\"", "log.level is quorate=loud; it must be"),
        ("[log]\nlevel = \"verbose\"", "'verbose' is no level"),
        ("[log]\nlevel = \"info,\"", "'' is no level"),
        ("cluster = \"My Cluster\"", "configuration:2: cluster is My Cluster; allowed are"),
        ("data_dir = \"\"", "data_dir is empty; it must name a folder"),
    ] {
        let said = refusal(config);
        assert!(said.contains(expected), "{config}: {said}");
    }
}

#[test]
fn addresses_that_do_not_fit_together_are_named() {
    for (config, expected) in [
        ("[api]\nlisten = \"127.0.0.1:0\"", "its port must be 1 to 65535"),
        ("[api]\nlisten = \"127.0.0.1:7601\"", "http.listen is 127.0.0.1:7601; api.listen has that address already"),
        ("[api]\nlisten = \"0.0.0.0:7501\"", "network.0.listen is 127.0.0.1:7501; api.listen has that address already"),
        (
            "[[network]]\nlisten = \"0.0.0.0:7501\"",
            "configuration:3: network.0.listen is 0.0.0.0:7501; a wildcard cannot tell",
        ),
        ("[[network]]\nadvertise = \"0.0.0.0:7501\"", "nobody can dial that"),
        ("[[network]]\nadvertise = \"10.0.0.1:0\"", "its port must be 1 to 65535"),
        ("[api]\nadvertise = \"[::]:1\"", "nobody can dial that"),
        (
            "[[network]]\nlisten = \"127.0.0.1:1\"\n[[network]]\nlisten = \"127.0.0.1:2\"",
            "network.1.name is default; each network needs a name of its own",
        ),
        (
            "[[network]]\nname = \"a\"\nlisten = \"127.0.0.1:1\"\n[[network]]\nname = \"b\"\nlisten = \"127.0.0.1:1\"",
            "two networks cannot have the same address",
        ),
        (
            "[[network]]\nname = \"a\"\nlisten = \"127.0.0.1:1\"\n[[network]]\nname = \"b\"",
            "with several networks each needs its own",
        ),
    ] {
        let said = refusal(config);
        assert!(said.contains(expected), "{config}: {said}");
    }
    let nine: String = (1..=9).map(|n| format!("[[network]]\nname = \"n{n}\"\nlisten = \"127.0.0.1:{n}\"\n")).collect();
    assert!(refusal(&nine).contains("network is 9; allowed is 1 to 8"), "{}", refusal(&nine));
}

#[test]
fn a_flag_comes_before_the_file_and_is_named_when_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "cluster = \"c\"\n[timing]\nheartbeat = \"50ms\"\n");
    assert_eq!(flags(&["--config", &path]).unwrap().timing.heartbeat.as_millis(), 50);
    assert_eq!(flags(&["--config", &path, "--heartbeat", "20ms"]).unwrap().timing.heartbeat.as_millis(), 20);
    let said = flags(&["--config", &path, "--heartbeat", "1h"]).unwrap_err().to_string();
    assert_eq!(said, "--heartbeat: timing.heartbeat is 3600s; allowed is 10ms to 10s");
    let said = flags(&["--heartbeat", "soon"]).unwrap_err().to_string();
    assert!(said.starts_with("--heartbeat: timing.heartbeat is soon; it must be a duration"), "{said}");
    let said = flags(&["--config", "/nowhere/q.toml"]).unwrap_err().to_string();
    assert!(said.starts_with("cannot read the configuration file /nowhere/q.toml"), "{said}");
}

#[test]
fn every_flag_reaches_its_key() {
    let given = [
        "--cluster=c2",
        "--data-dir=/d",
        "--api-listen=10.0.0.1:1",
        "--api-advertise=a.b:2",
        "--http-listen=10.0.0.1:3",
        "--http-page=on",
        "--peer-listen=x=10.0.0.1:4",
        "--peer-listen=y=0.0.0.0:5",
        "--peer-advertise=y=h",
        "--seed=s:6,t:7",
        "--seed=u:8",
        "--srv=_q._tcp.e",
        "--dns-server=10.0.0.1:53",
        "--discovery-interval=9s",
        "--multicast=239.1.1.1:10",
        "--multicast-interface=10.0.0.1",
        "--multicast-interval=11s",
        "--peer-tls-certificate=/p.pem",
        "--peer-tls-key=/p.key",
        "--peer-tls-ca=/ca.pem",
        "--api-tls-certificate=/a.pem",
        "--api-tls-key=/a.key",
        "--api-tls-client-ca=/clients.pem",
        "--bootstrap-expect=5",
        "--vote=witness",
        "--lease=450ms",
        "--voter-grace=2m",
        "--label=zone=a,rack=7",
        "--label=disk=ssd",
        "--heartbeat=12ms",
        "--detect-timeout=13s",
        "--settle-time=14ms",
        "--settle-max=15s",
        "--phase-timeout=16s",
        "--form-time=17s",
        "--leave-timeout=18s",
        "--damping-min=19s",
        "--damping-max=20s",
        "--redial-max=21s",
        "--history=22",
        "--max-nodes=23",
        "--max-watchers=24",
        "--max-connections=25",
        "--event-buffer=26",
        "--handshake-timeout=27s",
        "--keepalive=28s",
        "--max-sessions=131",
        "--max-client-sessions=30",
        "--max-names=132",
        "--max-session-names=33",
        "--max-value-bytes=34",
        "--max-state-bytes=1048611",
        "--max-holders=36",
        "--max-queue=37",
        "--max-participants=38",
        "--max-requests=39",
        "--log-level=debug",
        "--log-format=json",
    ];
    let written = flags(&given).unwrap().to_toml();
    let expected = r#"cluster = "c2"
node_name = "n1"
data_dir = "/d"

[api]
listen = "10.0.0.1:1"
advertise = "a.b:2"

[http]
listen = "10.0.0.1:3"
page = "on"

[[network]]
name = "x"
listen = "10.0.0.1:4"
advertise = "10.0.0.1:4"

[[network]]
name = "y"
listen = "0.0.0.0:5"
advertise = "h:5"

[discovery]
seeds = ["s:6", "t:7", "u:8"]
srv = ["_q._tcp.e"]
dns_servers = ["10.0.0.1:53"]
interval = "9s"

[discovery.multicast]
group = "239.1.1.1:10"
interface = "10.0.0.1"
interval = "11s"

[tls.peer]
certificate = "/p.pem"
key = "/p.key"
ca = "/ca.pem"

[tls.api]
certificate = "/a.pem"
key = "/a.key"
client_ca = "/clients.pem"

[quorum]
bootstrap_expect = 5
vote = "witness"
lease = "450ms"
voter_grace = "2m"

[labels]
disk = "ssd"
rack = "7"
zone = "a"

[timing]
heartbeat = "12ms"
detect_timeout = "13s"
settle_time = "14ms"
settle_max = "15s"
phase_timeout = "16s"
form_time = "17s"
leave_timeout = "18s"
damping_min = "19s"
damping_max = "20s"
redial_max = "21s"

[limits]
history = 22
max_nodes = 23
max_watchers = 24
max_connections = 25
handshake_timeout = "27s"
keepalive = "28s"
event_buffer = 26

[coordination]
max_sessions = 131
max_client_sessions = 30
max_names = 132
max_session_names = 33
max_value_bytes = 34
max_state_bytes = 1048611
max_holders = 36
max_queue = 37
max_participants = 38
max_requests = 39

[log]
level = "debug"
format = "json"
"#;
    assert_eq!(written, expected);
}

#[test]
fn a_flag_without_a_network_is_for_the_only_one() {
    let dir = tempfile::tempdir().unwrap();
    let one = file(dir.path(), "[[network]]\nname = \"lan\"\nlisten = \"10.0.0.1:7501\"\n");
    let config = flags(&["--config", &one, "--peer-listen", "10.0.0.2:7501"]).unwrap();
    assert_eq!((config.networks.len(), config.networks[0].name.as_str()), (1, "lan"));
    assert_eq!(config.networks[0].advertise.as_str(), "10.0.0.2:7501");
    let two = ["--peer-listen", "a=10.0.0.1:1", "--peer-listen", "b=10.0.0.1:2", "--peer-advertise", "10.0.0.1"];
    let said = flags(&two).unwrap_err().to_string();
    assert!(said.contains("--peer-advertise") && said.contains("NET=ADDR"), "{said}");
}

#[test]
fn multicast_can_be_switched_on_and_off_by_flag() {
    assert_eq!(flags(&["--multicast"]).unwrap().discovery.multicast.unwrap().group.to_string(), "239.255.74.1:7400");
    let dir = tempfile::tempdir().unwrap();
    let on = file(dir.path(), "[discovery.multicast]\n");
    assert!(flags(&["--config", &on]).unwrap().discovery.multicast.is_some());
    assert!(flags(&["--config", &on, "--multicast=off"]).unwrap().discovery.multicast.is_none());
    let said = flags(&["--multicast", "--multicast-interface", "eth0"]).unwrap_err().to_string();
    assert!(said.contains("an IP address"), "{said}");
}

#[test]
fn files_for_tls_come_together() {
    for (config, expected) in [
        (
            "[tls.peer]\ncertificate = \"/p.pem\"",
            "configuration:3: tls.peer.certificate is /p.pem; tls.peer.key and tls.peer.ca must be set too",
        ),
        ("[tls.peer]\nkey = \"/k\"\nca = \"/ca\"", "tls.peer.key is /k; tls.peer.certificate must be set too"),
        (
            "[tls.api]\nclient_ca = \"/ca\"",
            "configuration:3: tls.api.client_ca is /ca; tls.api.certificate and tls.api.key must be set too",
        ),
        ("[tls.api]\ncertificate = \"/a\"\nkey = \"\"", "configuration:4: tls.api.key is empty; it must name a file"),
        ("[tls]\ncertificate = \"/a\"", "unknown field `certificate`"),
    ] {
        let said = refusal(config);
        assert!(said.contains(expected), "{config}: {said}");
    }
    let config = text("[tls.api]\ncertificate = \"/a\"\nkey = \"/k\"").unwrap();
    assert!(config.tls.peer.is_none() && config.tls.api.unwrap().client_ca.is_none());
    let said = flags(&["--peer-tls-key", "/k"]).unwrap_err().to_string();
    assert!(
        said.starts_with("--peer-tls-key: tls.peer.key is /k; tls.peer.certificate and tls.peer.ca must"),
        "{said}"
    );
}

#[test]
fn a_node_that_advertises_loopback_to_others_is_warned() {
    let config = text("[discovery]\nseeds = [\"10.0.0.2:7501\"]").unwrap();
    assert!(config.warnings()[0].contains("only this machine can reach"), "{:?}", config.warnings());
    let config = text("[discovery]\nseeds = [\"127.0.0.1:7502\", \"localhost:7503\"]").unwrap();
    assert!(config.warnings().is_empty(), "{:?}", config.warnings());
}

#[test]
fn the_example_file_shows_the_defaults() {
    let example = Config::parse(include_str!("../../quorated.example.toml")).unwrap();
    let default = Config::parse("node_name = \"n1\"").unwrap();
    assert_eq!(example.timing, default.timing);
    assert_eq!(example.limits, default.limits);
    assert_eq!(example.log, default.log);
    assert_eq!((example.data_dir, example.api_listen), (default.data_dir, default.api_listen));
}

#[test]
fn a_file_that_is_no_text_is_named_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("q.toml");
    fs::write(&path, b"cluster = \"c\"\nnode_name = \"\xff\"\n").unwrap();
    let said = Config::from_file(&path).unwrap_err().to_string();
    assert!(said.contains("q.toml:2") && said.contains("UTF-8"), "{said}");
}

#[test]
fn l1_a_file_without_end_is_not_read() {
    let said = Config::from_file(Path::new("/dev/zero")).unwrap_err().to_string();
    assert!(said.contains("/dev/zero") && said.contains("1048576 bytes"), "{said}");
}

#[test]
fn an_empty_file_is_all_defaults() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(flags(&["--config", &file(dir.path(), "")]).unwrap().limits, text("").unwrap().limits);
}
