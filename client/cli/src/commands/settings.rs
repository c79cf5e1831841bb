//! `quorate settings`.

use crate::app::App;
use crate::args::{SettingsArgs, SettingsChange};
use crate::failure::Failure;
use crate::{json, text};

/// Lists the settings; after a change, as they are then.
pub async fn run(mut app: App, args: SettingsArgs) -> Result<(), Failure> {
    match args.change {
        Some(SettingsChange::Set { value, .. }) if value.is_empty() => {
            return Err(Failure::Usage("a value must not be empty: `unset` removes a setting".to_owned()));
        }
        Some(SettingsChange::Set { name, value }) => drop(app.client.set_setting(&name, &value).await?),
        Some(SettingsChange::Unset { name }) => drop(app.client.set_setting(&name, "").await?),
        None => {}
    }
    let answer = app.client.settings().await?;
    if app.out.is_json() {
        app.out.json(&json::Settings::from(&answer))?;
    } else {
        let text = text::history::settings(&answer, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}
