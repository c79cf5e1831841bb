//! `quorate nodes`.

use crate::app::App;
use crate::failure::Failure;
use crate::{json, text};

pub async fn run(mut app: App) -> Result<(), Failure> {
    let answer = app.client.nodes().await?;
    if app.out.is_json() {
        app.out.json(&json::Nodes::from(&answer))?;
    } else {
        let text = text::nodes::nodes(&answer, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}
