//! `quorate voters`.

use quorate::v1;

use crate::app::App;
use crate::args::{VotersArgs, VotersChange};
use crate::failure::Failure;
use crate::{json, text};

/// Lists the voters; after a change, as they are then: they change one set at a time.
pub async fn run(mut app: App, args: VotersArgs) -> Result<(), Failure> {
    if let Some(change) = args.change {
        app.client.set_voters(request(change)).await?;
    }
    let answer = app.client.voters().await?;
    if app.out.is_json() {
        app.out.json(&json::Voters::from(&answer))?;
    } else {
        let text = text::quorum::voters(&answer, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}

fn request(change: VotersChange) -> v1::SetVotersRequest {
    let (mode, most, pinned_names) = match change {
        VotersChange::Auto { most } => (v1::VoterMode::Auto, most, Vec::new()),
        VotersChange::Pin { names } => (v1::VoterMode::Pinned, 0, names),
    };
    v1::SetVotersRequest { mode: mode.into(), most, pinned_names }
}
