//! TLS between real agents: a cluster forms, who does not belong is told why and disturbs nobody, and certificates are
//! renewed in place.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    time::{Duration, SystemTime},
};

use quorate_tests::{
    Agent, Calm, Cluster, Plan, Spec, causes_of, names_of,
    tls::{Certificates, expired, node},
    wait_until,
};
use quorate_tls::Subject;

/// How long a certificate is valid that expires while a test looks on.
const SHORT: Duration = Duration::from_secs(10);

fn plan(size: usize, certificates: &Certificates) -> Plan {
    let mut plan = Plan::new(size);
    plan.specs().iter_mut().for_each(|spec| certificates.secure_peers(spec));
    plan
}

/// Whether the channels of an agent to a node say this of their last failure.
async fn says(agent: &Agent, peer: &str, words: &str) -> bool {
    let Ok(answer) = agent.client().node(peer).await else { return false };
    let link = answer.node.and_then(|node| node.link);
    link.is_some_and(|link| link.channels.iter().any(|channel| channel.last_failure.contains(words)))
}

/// Waits until the agent is in a view of its own.
async fn alone(agent: &Agent) {
    wait_until("the agent to be alone", async || {
        let view = agent.view().await.ok().and_then(|answer| answer.view);
        view.is_some_and(|view| names_of(&view) == [agent.spec().name.as_str()])
    })
    .await;
}

#[tokio::test]
async fn a_cluster_forms_in_tls_and_notices_a_crash_at_once() {
    let certificates = Certificates::new("ours");
    let mut plan = plan(3, &certificates);
    plan.specs().iter_mut().for_each(|spec| certificates.secure_api(spec));
    let mut cluster = plan.form().await;
    cluster.agent_mut("n3").kill_dash_nine();
    let view = cluster.agree(&["n1", "n2"]).await;
    let causes = format!("{:?}", causes_of(&view, "n3"));
    assert!(causes.contains("connection reset") || causes.contains("connection refused"), "not by silence: {causes}");
    cluster.agent_mut("n3").restart();
    cluster.agree_all().await;
    for agent in cluster.agents() {
        assert!(!agent.log().contains("not trusted"), "{} distrusts somebody", agent.name());
    }
}

#[tokio::test]
async fn a_stranger_is_refused_and_both_ends_say_why() {
    let (ours, theirs) = (Certificates::new("ours"), Certificates::new("theirs"));
    let mut cluster = plan(2, &ours).form().await;
    let calm = Calm::before(&cluster).await;

    let other_ca = cluster.add("other-ca", |spec| {
        spec.flags.clear();
        theirs.secure_peers(spec);
    });
    let why = "its certificate is not signed by the cluster's CA";
    other_ca.logged(&["WARN", "connection to a peer given up", why]).await;
    cluster.agent("n1").logged(&["WARN", "peer turned away", "127.0.0.1", "it refused this side's certificate"]).await;
    alone(&other_ca).await;

    let plain = cluster.add("plain", |spec| spec.flags.clear());
    plain.logged(&["WARN", "connection to a peer given up", "it speaks TLS, this side speaks plain text"]).await;
    cluster.agent("n1").logged(&["WARN", "peer turned away", "it speaks plain text, this side speaks TLS"]).await;
    alone(&plain).await;
    calm.after(&cluster).await;
}

#[tokio::test]
async fn an_agent_in_tls_is_refused_by_a_cluster_in_plain_text() {
    let mut cluster = Cluster::form(2).await;
    let calm = Calm::before(&cluster).await;
    let certificates = Certificates::new("ours");
    let secure = cluster.add("secure", |spec| certificates.secure_peers(spec));
    secure.logged(&["WARN", "connection to a peer given up", "it speaks plain text, this side speaks TLS"]).await;
    cluster.agent("n1").logged(&["WARN", "peer turned away", "it speaks TLS, this side speaks plain text"]).await;
    alone(&secure).await;
    calm.after(&cluster).await;
}

#[tokio::test]
async fn an_agent_does_not_start_with_files_that_peers_would_refuse() {
    let (ours, theirs) = (Certificates::new("ours"), Certificates::new("theirs"));
    let mut cluster = Cluster::form(1).await;
    let mut ended = async |label: &str, words: &[&str], change: &dyn Fn(&mut Spec)| {
        let mut agent = cluster.add(label, change);
        assert_eq!(agent.exit().await.code(), Some(2), "{label}: {}", agent.log());
        assert!(!agent.spec().data.exists(), "{label} has made a data folder");
        for word in words {
            assert!(agent.log().contains(word), "{label}: no {word:?} in {}", agent.log());
        }
    };
    ended("a", &["tls.peer", "a.pem cannot be used: it is expired"], &|spec| {
        spec.flags.extend(ours.peer_flags(&ours.issue(&expired(node("a")))));
    })
    .await;
    ended("b", &["it is for other, localhost, and this node is b"], &|spec| {
        spec.flags.extend(ours.peer_flags(&ours.node("other")));
    })
    .await;
    ended("c", &["c.pem cannot be used: it is not signed by", "ca.pem"], &|spec| {
        spec.flags.extend(ours.peer_flags(&theirs.node("c")));
    })
    .await;
    ended("d", &["a node's certificate must be for both serverAuth and clientAuth"], &|spec| {
        spec.flags.extend(ours.peer_flags(&ours.issue(&Subject::client("d"))));
    })
    .await;
    ended("e", &["--peer-tls-ca", "tls.peer.certificate and tls.peer.key must be set too"], &|spec| {
        spec.flags.push("--peer-tls-ca=/nowhere".to_owned());
    })
    .await;
    ended("f", &["tls.api: cannot read /nowhere"], &|spec| {
        spec.flags.extend(["--api-tls-certificate=/nowhere", "--api-tls-key=/nowhere"].map(str::to_owned));
    })
    .await;
}

#[tokio::test]
async fn an_expired_certificate_is_refused_until_it_is_renewed() {
    let certificates = Certificates::new("ours");
    let mut cluster = plan(1, &certificates).form().await;
    cluster.agent_mut("n1").kill_dash_nine();
    let until = SystemTime::now() + SHORT;
    let late = cluster.add("late", |spec| {
        spec.flags = certificates.peer_flags(&certificates.issue(&Subject { until, ..node("late") })).to_vec();
    });
    alone(&late).await;
    wait_until("the certificate to expire", async || SystemTime::now() > until + Duration::from_secs(1)).await;
    cluster.agent_mut("n1").restart();
    cluster.agent("n1").logged(&["WARN", "peer turned away", "its certificate is expired"]).await;
    late.logged(&["WARN", "it refused this side's certificate: it is expired, or not valid yet"]).await;
    alone(&late).await;

    let _ = certificates.node("late");
    late.logged(&["INFO", "certificate files have changed: new connections use them"]).await;
    wait_until("the two to be in one view", async || {
        let view = late.view().await.ok().and_then(|answer| answer.view);
        view.is_some_and(|view| names_of(&view) == ["late", "n1"])
    })
    .await;
}

#[tokio::test]
async fn why_a_known_peer_is_not_trusted_is_seen_beside_its_channels() {
    let (ours, theirs) = (Certificates::new("ours"), Certificates::new("theirs"));
    let mut cluster = plan(3, &ours).form().await;
    cluster.agent_mut("n3").kill_dash_nine();
    cluster.agree(&["n1", "n2"]).await;
    let own = cluster.agent("n3").spec().clone();
    let wrong = Agent::start(Spec { flags: theirs.peer_flags(&theirs.node("n3")).to_vec(), ..own });
    for name in ["n1", "n2"] {
        let why = "its certificate is not signed by the cluster's CA";
        wait_until(format!("{name} to say why"), async || says(cluster.agent(name), "n3", why).await).await;
        let shown = cluster.cli(&[name]).stdout(&["links"]).await;
        assert!(shown.contains(why), "{shown}");
    }
    drop(wrong);
    cluster.agent_mut("n3").restart();
    cluster.agree_all().await;
}

#[tokio::test]
async fn a_bad_new_file_changes_nothing_and_a_key_for_everybody_is_warned_of() {
    let certificates = Certificates::new("ours");
    let mut plan = plan(2, &certificates);
    let pair = certificates.node("n1");
    fs::set_permissions(&pair.key, fs::Permissions::from_mode(0o644)).unwrap();
    plan.specs()[0].flags = certificates.peer_flags(&pair).to_vec();
    let mut cluster = plan.form().await;
    cluster.agent("n1").logged(&["WARN", "everybody on this machine can use this private key", "644"]).await;
    let calm = Calm::before(&cluster).await;
    let good = fs::read_to_string(&pair.certificate).unwrap();
    fs::write(&pair.certificate, &good[..good.len() / 2]).unwrap();
    let fresh = cluster.add("stranger", |spec| {
        spec.cluster = "another".to_owned();
        spec.flags.clear();
        certificates.secure_peers(spec);
    });
    // It got as far as the handshake of the cluster, so the old certificate still serves.
    fresh.logged(&["WARN", "refused by a peer", "WrongCluster"]).await;
    cluster.agent("n1").logged(&["WARN", "cannot be used: the last good ones stay", "it is cut off"]).await;
    calm.after(&cluster).await;
}
