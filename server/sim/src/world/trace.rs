//! What agents publish, as lines of a trace.

use quorate_core::Publication;

pub(super) fn describe(publication: &Publication) -> String {
    match publication {
        Publication::TransitionStarted { left, controller, summary } => {
            let left = left.as_ref().map_or("nothing".to_owned(), ToString::to_string);
            let controller = controller.as_ref().map_or("?", |name| name.as_str());
            format!("leaves {left} for {controller}: {summary}")
        }
        Publication::View { view, installed } => {
            let members: Vec<_> = view.members.iter().map(|member| format!("{:?}", member.identity)).collect();
            let how = if *installed { "INSTALLS" } else { "learns of (missed)" };
            format!("{how} {} {{{}}}", view.id, members.join(" "))
        }
        Publication::Stable { id, .. } => format!("knows that {id} is stable"),
        Publication::Quorum { granted: Some((epoch, view)), .. } => format!("HAS QUORUM: epoch {epoch}, {view}"),
        Publication::Quorum { granted: None, lack } => format!("has no quorum: {lack:?}"),
        Publication::Coordination(update) => format!("tells of {update:?}"),
        Publication::NodeChanged { name } => format!("sees a change of {name}"),
        Publication::Recovery(news) => format!("recovers: {news:?}"),
    }
}
