//! `quorate agent`.

use crate::app::App;
use crate::args::AgentArgs;
use crate::failure::Failure;
use crate::{json, text};

pub async fn run(mut app: App, args: AgentArgs) -> Result<(), Failure> {
    let answer = app.client.agent().await?;
    let agent = answer.agent.unwrap_or_default();
    if args.config {
        app.out.text(&text::agent::config(&agent))?;
    } else if app.out.is_json() {
        app.out.json(&json::Agent::new(answer.header.as_ref(), &agent))?;
    } else {
        let text = text::agent::agent(&agent, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}
