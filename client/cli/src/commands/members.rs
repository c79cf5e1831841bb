//! `quorate members`.

use crate::app::App;
use crate::failure::Failure;
use crate::{json, text};

pub async fn run(mut app: App) -> Result<(), Failure> {
    let answer = app.client.view().await?;
    if app.out.is_json() {
        app.out.json(&json::Members::from(&answer))?;
    } else {
        let text = text::members::members(&answer, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}
