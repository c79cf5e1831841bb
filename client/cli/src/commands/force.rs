//! `quorate force-new-cluster`.

use crate::app::App;
use crate::args::ForceArgs;
use crate::failure::Failure;
use crate::{json, text};

/// Forms the cluster anew when its uid was given; otherwise says what that would mean.
pub async fn run(mut app: App, args: ForceArgs) -> Result<(), Failure> {
    app.one_endpoint("this")?;
    let forced = args.cluster_uid.is_some();
    let answer = app.client.force_new_cluster(args.cluster_uid.as_deref().unwrap_or_default(), !forced).await?;
    if app.out.is_json() {
        app.out.json(&json::Forced::new(&answer, forced))?;
    } else {
        let text = text::history::forced(&answer, forced, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}
