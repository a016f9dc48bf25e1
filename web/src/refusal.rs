//! What is wrong, in the words of the program, as an object of JSON with the key `text`.

use std::fmt::Display;

use serde_json::{Value, json};

pub(crate) type Refusal = Value;

/// An error of which there is nothing more to say than its text.
pub(crate) fn refusal(text: impl Display) -> Refusal {
    json!({ "text": text.to_string() })
}
