//! Takes part in recovery after each change of the cluster, and says what it is told.
//!
//! ```text
//! cargo run --example participate -- 127.0.0.1:7401 127.0.0.1:7402 127.0.0.1:7403
//! ```
//!
//! Kill an agent meanwhile, and see `quorate recovery --watch`.

use std::time::Duration;

use quorate::{Client, ClientOptions, Error, Notice, Participant, ParticipantOptions, PhaseError};

/// Something that uses what is shared.
struct Store;

impl Participant for Store {
    async fn prepare(&self, epoch: Option<u64>) -> Result<(), PhaseError> {
        match epoch {
            Some(epoch) => println!("epoch {epoch}: stopped"),
            None => println!("no agent: stopped"),
        }
        Ok(())
    }

    async fn recover(&self, epoch: u64) -> Result<(), PhaseError> {
        println!("epoch {epoch}: recovering");
        tokio::time::sleep(Duration::from_secs(1)).await;
        println!("epoch {epoch}: recovered");
        Ok(())
    }

    async fn resume(&self, epoch: u64) -> Result<(), PhaseError> {
        println!("epoch {epoch}: working");
        Ok(())
    }

    fn notice(&self, notice: Notice) {
        println!("-- {notice}");
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mut endpoints: Vec<String> = std::env::args().skip(1).collect();
    if endpoints.is_empty() {
        endpoints = vec!["127.0.0.1:7401".to_owned(), "127.0.0.1:7402".to_owned(), "127.0.0.1:7403".to_owned()];
    }
    let client = Client::new(ClientOptions::new(endpoints))?;
    let options = ParticipantOptions::new("store").level(3).deadline(Duration::from_secs(5));
    tokio::select! {
        error = client.participate(options, &Store) => Err(error),
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}
