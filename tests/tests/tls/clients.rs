//! TLS on the API: the SDK and the CLI with the right certificates work, and with any other they say what does not fit.

use std::{fs, path::Path};

use quorate::{Cause, Client, ClientOptions, Error, Fault, TlsOptions};
use quorate_tests::{
    Calm, Cli, Cluster, Plan, StreamChecker,
    tls::{Certificates, expired, node},
    wait_until,
};
use quorate_tls::{Pair, Subject};

/// So many agents that speak TLS everywhere and demand certificates of clients.
async fn secure(size: usize, certificates: &Certificates) -> Cluster {
    let mut plan = Plan::new(size);
    certificates.secure(plan.specs());
    plan.form().await
}

fn shown(pair: &Pair, ca: &Path) -> TlsOptions {
    TlsOptions::new(ca).certificate(&pair.certificate, &pair.key)
}

/// Why a client with these options is not served.
async fn refusal(endpoint: &str, tls: Option<TlsOptions>) -> Cause {
    let options = ClientOptions::new([endpoint]).rounds(1);
    let options = if let Some(tls) = tls { options.tls(tls) } else { options };
    match Client::new(options).unwrap().view().await {
        Err(Error::Unavailable { mut tried }) => tried.remove(0).cause,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_cli_and_the_sdk_work_over_tls() {
    let certificates = Certificates::new("ours");
    let mut cluster = secure(3, &certificates).await;
    let checker = StreamChecker::follow(&cluster).await;
    let (ca, pair) = (certificates.ca().display().to_string(), certificates.issue(&Subject::client("alice")));
    let (certificate, key) = (pair.certificate.display().to_string(), pair.key.display().to_string());
    let flags = ["--tls-ca", &ca, "--tls-certificate", &certificate, "--tls-key", &key];
    let cli = Cli::new(cluster.endpoints("n1").into_iter().map(|endpoint| format!("https://{endpoint}")));
    let status = cli.json(&[&["status"], &flags[..]].concat()).await;
    assert_eq!((status["state"].as_str(), status["member_count"].as_u64()), (Some("stable"), Some(3)), "{status}");
    let plain_endpoints = cluster.cli(&["n1"]);
    let members = plain_endpoints.stdout(&[&["members"], &flags[..]].concat()).await;
    assert!(members.contains("n3"), "without a scheme the flags decide: {members}");
    cluster.agent_mut("n2").kill_dash_nine();
    let view = cluster.agree(&["n1", "n3"]).await;
    checker.all_told(&view).await;
    cluster.agent_mut("n2").restart();
    checker.all_told(&cluster.agree_all().await).await;
    checker.verify(&cluster, &[]).await;
}

#[tokio::test]
async fn a_client_that_does_not_fit_is_told_why_and_disturbs_nobody() {
    let (ours, theirs) = (Certificates::new("ours"), Certificates::new("theirs"));
    let cluster = secure(2, &ours).await;
    let calm = Calm::before(&cluster).await;
    let n1 = cluster.agent("n1");
    let good = ours.issue(&Subject::client("alice"));
    let strange = theirs.issue(&Subject::client("bob"));
    let over = ours.issue(&expired(Subject::client("carol")));
    let none = "its certificate is not signed by the cluster's CA";
    for (name, tls, at_client, at_agent) in [
        (
            "plain text",
            None,
            "it speaks TLS, this side speaks plain text",
            "it speaks plain text, this side speaks TLS",
        ),
        (
            "no certificate",
            Some(TlsOptions::new(ours.ca())),
            "there is none, and it wants one",
            "it has no certificate",
        ),
        ("wrong CA", Some(shown(&good, &theirs.ca())), none, "it is not signed by the CA trusted there"),
        ("of another CA", Some(shown(&strange, &ours.ca())), "it is not signed by the CA trusted there", none),
        ("expired", Some(shown(&over, &ours.ca())), "it is expired, or not valid yet", "its certificate is expired"),
        ("wrong name", Some(shown(&good, &ours.ca()).server_name("n2")), "not for n2", "it cannot be used there"),
    ] {
        let cause = refusal(n1.api(), tls).await;
        assert!(matches!(&cause, Cause::Untrusted(fault) if fault.to_string().contains(at_client)), "{name}: {cause}");
        n1.logged(&["WARN", "client turned away", at_agent]).await;
    }
    calm.after(&cluster).await;
}

#[tokio::test]
async fn the_cli_ends_with_its_code_for_the_unreachable_and_for_wrong_usage() {
    let (ours, theirs) = (Certificates::new("ours"), Certificates::new("theirs"));
    let cluster = secure(1, &ours).await;
    let (ca, wrong) = (ours.ca().display().to_string(), theirs.ca().display().to_string());
    let cli = cluster.cli(&["n1"]);
    for (args, code, words) in [
        (vec!["members"], 3, "not trusted: it speaks TLS, this side speaks plain text"),
        (vec!["members", "--tls-ca", &ca], 3, "not trusted: it refused this side's certificate: there is none"),
        (vec!["members", "--tls-ca", &wrong], 3, "not trusted: its certificate is not signed by the cluster's CA"),
        (vec!["members", "--tls-ca", "/nowhere"], 2, "cannot read /nowhere: No such file"),
        (
            vec!["members", "--tls-ca", &ca, "--tls-key", &ca],
            2,
            "--tls-certificate and --tls-key must be given together",
        ),
        (vec!["members", "--tls-server-name", "n1"], 2, "TLS needs --tls-ca"),
        (vec!["members", "--endpoint", "https://n1:1"], 2, "https needs to know the cluster's CA"),
    ] {
        let output = cli.run(&args).await;
        assert_eq!(output.code, code, "{args:?}: {}", output.stderr);
        assert!(output.stderr.contains(words), "{args:?}: {}", output.stderr);
    }
}

#[tokio::test]
async fn an_api_in_plain_text_is_named_to_a_client_in_tls() {
    let cluster = Cluster::form(1).await;
    let certificates = Certificates::new("ours");
    let cause = refusal(cluster.agent("n1").api(), Some(TlsOptions::new(certificates.ca()))).await;
    assert_eq!(cause, Cause::Untrusted(Fault::PlainText));
    cluster.agent("n1").logged(&["WARN", "client turned away", "it speaks TLS, this side speaks plain text"]).await;
    cluster.agree_all().await;
}

#[tokio::test]
async fn a_renewed_certificate_of_the_api_is_taken_up() {
    let (ours, theirs) = (Certificates::new("ours"), Certificates::new("theirs"));
    let pair = ours.node("n1");
    let mut plan = Plan::new(1);
    let flags = [("--api-tls-certificate", &pair.certificate), ("--api-tls-key", &pair.key)];
    plan.specs()[0].flags.extend(flags.map(|(flag, path)| format!("{flag}={}", path.display())));
    plan.specs()[0].tls = Some(TlsOptions::new(ours.ca()));
    let cluster = plan.form().await;
    let n1 = cluster.agent("n1");
    let old = Client::new(ClientOptions::new([n1.api()]).tls(TlsOptions::new(ours.ca()))).unwrap();
    old.view().await.unwrap();

    fs::write(&pair.certificate, "-----BEGIN CERTIFICATE-----\n").unwrap();
    let cause = refusal(n1.api(), Some(TlsOptions::new(theirs.ca()))).await;
    assert_eq!(cause, Cause::Untrusted(Fault::UnknownIssuer), "the last good one stays");
    n1.logged(&["WARN", "cannot be used: the last good ones stay"]).await;
    theirs.issue_in(pair.certificate.parent().unwrap(), &node("n1"));
    let new = Client::new(ClientOptions::new([n1.api()]).tls(TlsOptions::new(theirs.ca()))).unwrap();
    wait_until("the new certificate to be shown", async || new.view().await.is_ok()).await;
    old.view().await.expect("an open connection goes on");
    assert_eq!(refusal(n1.api(), Some(TlsOptions::new(ours.ca()))).await, Cause::Untrusted(Fault::UnknownIssuer));
}
