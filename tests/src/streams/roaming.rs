//! A reader that stays with no agent: after every event that is new it goes on at the next one with its cursor.

use quorate::v1::{WatchEventsRequest, event::Kind, watch_events_response::Message};
use quorate_proto::v1::event_service_client::EventServiceClient;
use tokio::time::sleep;

use super::{AGAIN, Shared, lock};

/// Reads for ever, one event here and the next there. Agents that do not answer are passed over.
pub(super) async fn read(apis: Vec<String>, tape: Shared) {
    for api in apis.iter().cycle() {
        if let Err(why) = until_event(api, &tape).await {
            lock(&tape).ended(why.to_string());
            sleep(AGAIN).await;
        }
    }
}

/// Reads on until something new is told: a view, or what happens after the agent has told of all that is in force.
async fn until_event(api: &str, tape: &Shared) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut client = EventServiceClient::connect(api.to_owned()).await?;
    let cursor = lock(tape).cursor().to_owned();
    let mut stream = client.watch_events(WatchEventsRequest { cursor, ..Default::default() }).await?.into_inner();
    let mut live = false;
    while let Some(message) = stream.message().await? {
        let is_new = match &message.message {
            Some(Message::Event(event)) => live || matches!(event.kind, Some(Kind::View(_))),
            Some(Message::Bookmark(_)) => {
                live = true;
                false
            }
            Some(Message::Snapshot(_) | Message::Coordination(_) | Message::Recovery(_)) | None => false,
        };
        lock(tape).message(message);
        if is_new {
            return Ok(());
        }
    }
    Err("it was ended".into())
}
