//! `quorate explain`.

use quorate::v1;

use crate::app::App;
use crate::args::ExplainArgs;
use crate::failure::Failure;
use crate::{json, text};

pub async fn run(mut app: App, args: ExplainArgs) -> Result<(), Failure> {
    let request = v1::ExplainQuorumRequest { failing_nodes: args.fail, leaving_nodes: args.leave };
    let answer = app.client.explain_quorum(request).await?;
    if app.out.is_json() {
        app.out.json(&json::Explanation::from(&answer))?;
    } else {
        let text = text::quorum::explanation(&answer, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}
