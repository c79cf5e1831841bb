//! `quorate sessions`.

use crate::app::App;
use crate::failure::Failure;
use crate::{json, text};

pub async fn run(mut app: App) -> Result<(), Failure> {
    let answer = app.client.sessions().await?;
    if app.out.is_json() {
        app.out.json(&json::Sessions::from(&answer))?;
    } else {
        let text = text::coordination::sessions(&answer, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}
