//! What the nodes agree on, asked of each over the public API.

use std::{collections::BTreeSet, net::SocketAddr, time::Duration};

use futures_util::future::join_all;
use quorate_proto::v1::{
    GetViewRequest, GetViewResponse, ViewState, membership_service_client::MembershipServiceClient,
};
use quorate_tls::{ClientTls, Connector, Faults};
use tokio::{
    sync::{mpsc::Sender, watch},
    time::timeout,
};
use tonic::transport::{Channel, Endpoint};

/// A view that all running nodes have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Agreed {
    /// As people write it: `incarnation@controller`.
    pub(super) id: String,
    /// The members in rank order.
    pub(super) members: Vec<String>,
}

/// Asks again and again, and tells each view that all of `running` have come to. Ends when nobody listens.
pub(super) async fn follow(
    nodes: Vec<(String, SocketAddr)>,
    tls: Option<ClientTls>,
    mut running: watch::Receiver<BTreeSet<String>>,
    told: Sender<Agreed>,
) {
    let clients: Vec<_> = nodes.into_iter().map(|(name, api)| (name, client(api, tls.clone()))).collect();
    // Quick while something happens, but not so that asking becomes the load.
    let quick = Duration::from_millis(50).max(Duration::from_millis(10) * u32::try_from(clients.len()).unwrap_or(50));
    let mut last = None;
    while !told.is_closed() {
        let expected = running.borrow_and_update().clone();
        let now = agreed(&clients, &expected).await;
        let pause = if now.is_some() && now == last { quick * 5 } else { quick };
        if let Some(view) = now.filter(|view| last.as_ref() != Some(view)) {
            last = Some(view.clone());
            if told.send(view).await.is_err() {
                return;
            }
        }
        // Over early when a node came or went.
        if let Ok(Err(_)) = timeout(pause, running.changed()).await {
            return;
        }
    }
}

fn client(api: SocketAddr, tls: Option<ClientTls>) -> MembershipServiceClient<Channel> {
    let endpoint = Endpoint::from_shared(format!("http://{api}")).expect("an IP address and a port make a URI");
    let connector = Connector::new(tls, None, Faults::default());
    MembershipServiceClient::new(
        endpoint.connect_timeout(Duration::from_secs(1)).connect_with_connector_lazy(connector),
    )
}

/// The view that all expected nodes report as stable, if they do.
async fn agreed(clients: &[(String, MembershipServiceClient<Channel>)], expected: &BTreeSet<String>) -> Option<Agreed> {
    let asked = clients.iter().filter(|(name, _)| expected.contains(name)).map(|(_, client)| ask(client.clone()));
    let mut answers = join_all(asked).await.into_iter();
    let first = answers.next()??;
    let same = answers.all(|answer| answer.as_ref() == Some(&first));
    let whole = expected.iter().all(|name| first.members.contains(name));
    (same && whole).then_some(first)
}

async fn ask(mut client: MembershipServiceClient<Channel>) -> Option<Agreed> {
    let answer = timeout(Duration::from_secs(2), client.get_view(GetViewRequest {})).await.ok()?.ok()?;
    stable(answer.into_inner())
}

fn stable(answer: GetViewResponse) -> Option<Agreed> {
    if answer.state() != ViewState::Stable {
        return None;
    }
    let view = answer.view?;
    let id = view.id?;
    Some(Agreed {
        id: format!("{}@{}", id.incarnation, id.controller),
        members: view.members.into_iter().map(|member| member.node_name).collect(),
    })
}
