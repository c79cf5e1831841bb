//! How quorum stands, and who votes, as text.

use quorate::v1;

use crate::output::{Paint, Tone, lines};
use crate::words::{clean, short, view_id};

/// Whether the answering node has quorum, and why not.
pub fn quorum(answer: &v1::GetQuorumResponse, paint: Paint) -> String {
    let quorum = answer.quorum.clone().unwrap_or_default();
    let node = answer.header.as_ref().map_or("", |header| header.node_name.as_str());
    let (word, tone) = if quorum.granted { ("yes", Tone::Good) } else { ("no", Tone::Bad) };
    let mut text = format!("Quorum   {}, says {}\n", paint.text(word, tone), clean(node));
    if !quorum.granted {
        text += &format!("Reason   {}\n", clean(&quorum.text));
    }
    if quorum.epoch > 0 {
        let known = if quorum.granted { "" } else { " (the last one known here)" };
        text += &format!("Epoch    {}{known}\n", quorum.epoch);
        let holder = if quorum.holder.is_empty() { "-".to_owned() } else { clean(&quorum.holder) };
        text += &format!("View     {}, held by {holder}\n", view_id(quorum.view_id.as_ref()));
    }
    if let Some(valid) = &quorum.valid_duration {
        text += &format!("Valid    for {}\n", short(valid));
    }
    if !quorum.cluster_uid.is_empty() {
        text += &format!("Cluster  {}\n", clean(&quorum.cluster_uid));
    }
    text
}

/// One line about a change, for a list of events.
pub fn change(quorum: &v1::Quorum, paint: Paint) -> String {
    if quorum.granted {
        let title = paint.text("quorum granted", Tone::Good);
        return format!("{title}  epoch {}, view {}", quorum.epoch, view_id(quorum.view_id.as_ref()));
    }
    let title = paint.text("no quorum", Tone::Bad);
    format!("{title}  {}", clean(&quorum.text))
}

/// A line about how voters are chosen, then the voters.
pub fn voters(answer: &v1::ListVotersResponse, paint: Paint) -> String {
    let how = match answer.mode() {
        v1::VoterMode::Pinned => {
            let names: Vec<String> = answer.pinned_names.iter().map(|name| clean(name)).collect();
            format!("pinned to {}", names.join(", "))
        }
        _ => format!("auto, at most {}", answer.most),
    };
    let head = format!("voters are chosen: {how}\n");
    if answer.voters.is_empty() {
        return head + "nobody votes: the cluster was not formed, or this node does not know\n";
    }
    let mut table = paint.table(["NODE", "ROLE", "PRESENT", "ZONE", "NODE ID"]);
    for voter in &answer.voters {
        let role = match (voter.leader, voter.witness) {
            (true, _) => "leader",
            (false, true) => "witness",
            (false, false) => "voter",
        };
        let (present, tone) = if voter.present { ("yes", Tone::Good) } else { ("no", Tone::Bad) };
        let zone = if voter.zone.is_empty() { "-" } else { &voter.zone };
        table.add_row([
            paint.cell(voter.node_name.clone(), Tone::Plain),
            paint.cell(role, Tone::Plain),
            paint.cell(present, tone),
            paint.cell(zone, Tone::Plain),
            paint.cell(voter.node_id.clone(), Tone::Plain),
        ]);
    }
    head + &lines(&table)
}

/// What would happen, and what would help.
pub fn explanation(answer: &v1::ExplainQuorumResponse, paint: Paint) -> String {
    let (word, tone) = if answer.kept { ("kept", Tone::Good) } else { ("lost", Tone::Bad) };
    let list = |names: &[String]| if names.is_empty() { "-".to_owned() } else { clean(&names.join(", ")) };
    let mut text = format!("Quorum   would be {}\n", paint.text(word, tone));
    text += &format!("Voters   {}; left of them: {}\n", list(&answer.voters), list(&answer.voters_left));
    text += &format!("Needed   {} of {}, {} more may fail\n", answer.needed, answer.voters.len(), answer.spare);
    for advice in &answer.advice {
        text += &format!("Note     {}\n", clean(advice));
    }
    text
}
