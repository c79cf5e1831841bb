//! What a node's behaviour depends on: two nodes with the same essence do the same from here on, whatever happens.
//!
//! A model checker recognises by it where it has been before. Left out are the settings, which never change, and what
//! can be told from the rest or only has to differ from what was before: numbers that nodes have here, the overlay,
//! versions, tokens, and the count of heartbeats and of reports passed on, which only spread work over time. The
//! destructuring names every field, so that a new one must be put on one side.

use core::hash::{Hash, Hasher};

use super::Integration;

impl Hash for Integration {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            me,
            endpoints: _,
            cluster,
            founding,
            suffrage,
            profile: _,
            detect_timeout: _,
            heartbeat: _,
            settle_time: _,
            settle_max: _,
            phase_timeout: _,
            leave_timeout: _,
            form_until,
            form_time: _,
            peers,
            reports,
            marks,
            unconnected,
            evictions,
            unresponsive,
            expected,
            silences_until,
            sought,
            watched,
            current,
            standing,
            stable,
            promised,
            history,
            foreign,
            foreign_news: _,
            overlay: _,
            looked_at,
            map,
            order,
            stage,
            passed_over,
            token: _,
            writes,
            durable,
            batch_due,
            flooded: _,
            looks: _,
            leaving,
            departed,
        } = self;
        let looked = looked_at.as_ref() == Some(&self.basis());
        (me, peers, reports, marks, unconnected, evictions, unresponsive, sought, watched).hash(state);
        (cluster, founding, suffrage).hash(state);
        (form_until, expected, silences_until, batch_due, leaving, departed).hash(state);
        (current, standing, stable, promised, writes, durable, history, foreign).hash(state);
        (looked, map, order, stage, passed_over).hash(state);
    }
}
