//! A reader that stays with no agent: after every event it goes on at the next one with its cursor.

use quorate::v1::{WatchEventsRequest, watch_events_response::Message};
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

/// Reads on until something has happened.
async fn until_event(api: &str, tape: &Shared) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut client = EventServiceClient::connect(api.to_owned()).await?;
    let cursor = lock(tape).cursor().to_owned();
    let mut stream = client.watch_events(WatchEventsRequest { cursor, kinds: Vec::new() }).await?.into_inner();
    while let Some(message) = stream.message().await? {
        let happened = matches!(message.message, Some(Message::Event(_)));
        lock(tape).message(message);
        if happened {
            return Ok(());
        }
    }
    Err("it was ended".into())
}
