//! What is expected of an answer.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What steps before have kept, by the names that `$name` stands for.
pub type Kept = BTreeMap<String, Value>;

/// A value with what was kept in the place of each `$name`.
pub fn filled(value: &Value, kept: &Kept) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('$').and_then(|name| kept.get(name)) {
            Some(value) => value.clone(),
            None => value.clone(),
        },
        Value::Array(values) => values.iter().map(|value| filled(value, kept)).collect(),
        Value::Object(fields) => {
            let fields: Map<String, Value> =
                fields.iter().map(|(key, value)| (key.clone(), filled(value, kept))).collect();
            Value::Object(fields)
        }
        _ => value.clone(),
    }
}

/// Whether a value is as expected: all of the fields that are named, all elements of a list, or what one word says.
pub fn fits(expected: &Value, seen: &Value) -> bool {
    match (expected, seen) {
        (Value::String(word), seen) if word == "any" => !seen.is_null(),
        (Value::Object(rule), seen) if rule.len() == 1 => match rule.iter().next() {
            Some((word, bound)) if word == "above" => is_above(seen, bound),
            Some((word, bound)) if word == "not" => !fits(bound, seen),
            Some((word, bound)) if word == "least" => is_above(seen, bound) || seen == bound,
            _ => has(rule, seen),
        },
        (Value::Object(fields), seen) => has(fields, seen),
        (Value::Array(wanted), Value::Array(seen)) => {
            wanted.len() == seen.len() && wanted.iter().zip(seen).all(|(wanted, seen)| fits(wanted, seen))
        }
        _ => expected == seen,
    }
}

fn has(fields: &Map<String, Value>, seen: &Value) -> bool {
    fields.iter().all(|(name, wanted)| seen.get(name).is_some_and(|seen| fits(wanted, seen)))
}

/// Whether one is greater: numbers as such, lists as tokens, element by element.
fn is_above(seen: &Value, bound: &Value) -> bool {
    match (seen, bound) {
        (Value::Array(seen), Value::Array(bound)) => {
            let numbers = |values: &[Value]| values.iter().map(Value::as_u64).collect::<Vec<_>>();
            numbers(seen) > numbers(bound)
        }
        _ => seen.as_f64().zip(bound.as_f64()).is_some_and(|(seen, bound)| seen > bound),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Kept, filled, fits};

    #[test]
    fn named_fields_are_compared_and_the_rest_is_not() {
        assert!(fits(&json!({"a": 1}), &json!({"a": 1, "b": 2})));
        assert!(!fits(&json!({"a": 1, "c": null}), &json!({"a": 1})));
        assert!(fits(&json!([{"a": 1}]), &json!([{"a": 1, "b": 2}])));
        assert!(!fits(&json!([]), &json!([1])));
        assert!(fits(&json!(null), &json!(null)) && !fits(&json!("any"), &json!(null)));
    }

    #[test]
    fn tokens_are_compared_by_epoch_first() {
        assert!(fits(&json!({"above": [1, 9]}), &json!([2, 0])));
        assert!(!fits(&json!({"above": [1, 9]}), &json!([1, 9])));
        assert!(fits(&json!({"least": 3}), &json!(3)) && !fits(&json!({"above": 3}), &json!(3)));
        assert!(fits(&json!({"not": "x"}), &json!("y")));
    }

    #[test]
    fn what_was_kept_is_filled_in() {
        let kept = Kept::from([("token".to_owned(), json!([1, 2]))]);
        assert_eq!(filled(&json!({"above": "$token", "as": "$none"}), &kept), json!({"above": [1, 2], "as": "$none"}));
    }
}
