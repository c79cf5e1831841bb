//! Services that say themselves that they are ready.

use std::{fs, os::unix::fs::PermissionsExt};

use quorate::v1::{self, readiness, service::Kind};
use quorate_tests::{Plan, services::*};

/// The data folder is its owner's alone, and the socket can be reached all the same.
#[tokio::test]
async fn a_service_of_another_user_says_that_it_is_ready() {
    let stage = Stage::default();
    let mut plan = Plan::new(1);
    for spec in plan.specs().iter() {
        for above in spec.data.ancestors().skip(1).take_while(|folder| *folder != std::env::temp_dir()) {
            fs::set_permissions(above, fs::Permissions::from_mode(0o711)).unwrap();
        }
    }
    let cluster = plan.quorate().form().await;
    cluster.quorum_all().await;
    let tell = r#"import os, socket, time
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
time.sleep(100000)"#;
    let mut told = stage.script("told", "");
    if let Some(Kind::Program(program)) = &mut told.kind {
        program.command = ["/usr/bin/python3", "-S", "-c", tell].map(str::to_owned).into();
        program.user = "nobody".to_owned();
    }
    told.readiness = Some(v1::Readiness { kind: Some(readiness::Kind::Notify(<_>::default())), ..<_>::default() });
    apply(cluster.agent("n1"), vec![told]).await.unwrap();
    let is_ready =
        |now: &v1::Recovery| if ready(now).contains_key("told") { Ok(()) } else { Err(format!("{:?}", now.instances)) };
    cluster.recovered(&["n1"], is_ready).await;
    let data = &cluster.agent("n1").spec().data;
    assert_eq!(fs::metadata(data).unwrap().permissions().mode() & 0o777, 0o711);
    assert_eq!(fs::metadata(data.join("services/told.0/unit.json")).unwrap().permissions().mode() & 0o777, 0o600);
    apply(cluster.agent("n1"), Vec::new()).await.unwrap();
}
