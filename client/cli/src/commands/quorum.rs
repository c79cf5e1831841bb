//! `quorate quorum`.

use crate::app::App;
use crate::failure::Failure;
use crate::{json, text};

pub async fn run(mut app: App) -> Result<(), Failure> {
    let answer = app.client.quorum().await?;
    if app.out.is_json() {
        app.out.json(&json::QuorumAnswer::from(&answer))?;
    } else {
        let text = text::quorum::quorum(&answer, app.out.paint());
        app.out.text(&text)?;
    }
    let granted = answer.quorum.is_some_and(|quorum| quorum.granted);
    if granted { Ok(()) } else { Err(Failure::NoQuorum) }
}
