//! `quorate voters`.

use crate::app::App;
use crate::failure::Failure;
use crate::{json, text};

pub async fn run(mut app: App) -> Result<(), Failure> {
    let answer = app.client.voters().await?;
    if app.out.is_json() {
        app.out.json(&json::Voters::from(&answer))?;
    } else {
        let text = text::quorum::voters(&answer, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}
