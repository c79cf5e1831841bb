//! Quorate with the example `ip-failover`: address and web server are started where they are to be.

use quorate_tests::failover::{Fault, Site};

use super::{Holder, Round, Watch};

/// How often a program that fails is started again on its node, as by default.
const TRIES: u32 = 3;

/// A round.
pub(super) async fn round(fault: Fault) -> Round {
    let mut site = Site::start(TRIES).await;
    let watch = Watch::start(site.cluster().lab()).await;
    site.strike(fault, &watch.old);
    watch.end(Holder::Quorate, fault).await
}
