//! The library behind the page of `web/`: a question in JSON, an answer in JSON.
//!
//! [`Desk::answer`] takes one question, an object whose `ask` names it, and gives an object; one with
//! the key `error` says in the words of the program what is wrong. Units are those of the library and
//! stand in the names: GeV, pb. Numbers are written so that they read back to the same bits. Natively
//! and in WebAssembly the answers are the same bytes. Nothing is computed here: each question is a
//! call of the library. Pinned by the tests below and, in a browser, by `tests/page.mjs`.
#![deny(unsafe_code)]

mod card;
#[cfg(target_arch = "wasm32")]
pub mod door;
mod events;
mod reach;
mod refusal;
mod sigma;
mod start;

use refusal::{Refusal, refusal};
use serde_json::{Value, json};

/// Answers questions; keeps the run whose events are streamed.
#[derive(Default)]
pub struct Desk {
    live: Option<events::Live>,
}

impl Desk {
    /// The answer to `question`.
    pub fn answer(&mut self, question: &str) -> String {
        let found = serde_json::from_str(question)
            .map_err(|error| refusal(format!("the question is no JSON: {error}")))
            .and_then(|question: Value| self.one(&question));
        let answer = found.unwrap_or_else(|error| json!({ "error": error }));
        answer.to_string()
    }

    fn one(&mut self, question: &Value) -> Result<Value, Refusal> {
        match question["ask"].as_str() {
            Some("start") => Ok(start::start()),
            Some("card") => card::describe(question),
            Some("sigma") => sigma::total(question),
            Some("spectrum") => sigma::spectrum(question),
            Some("masses") => sigma::masses(question),
            Some("reach") => reach::reach(question),
            Some("generate") => {
                self.live = None;
                let live = events::Live::begin(question)?;
                let said = live.about();
                self.live = Some(live);
                Ok(said)
            }
            Some("events") => match &mut self.live {
                Some(live) => live.more(question["count"].as_u64().unwrap_or(1)),
                None => Err(refusal("there is no run to take events from")),
            },
            _ => Err(refusal(format!("there is no question {}", question["ask"]))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(question: &Value) -> Value {
        serde_json::from_str(&Desk::default().answer(&question.to_string())).unwrap()
    }

    #[test]
    fn a_card_is_refused_in_the_words_of_the_program() {
        let card = json!({ "text": "schema = 1\n[beam]\nenergy = 3", "file": "mine.toml" });
        let error = &ask(&json!({ "ask": "card", "card": card }))["error"];
        let expected = "mine.toml:3: beam.energy: found an unknown key";
        assert!(
            error["text"].as_str().unwrap().starts_with(expected),
            "{error}"
        );
        assert_eq!(error["line"], 3);
        assert_eq!(error["nearest"], "energy_gev");
    }

    #[test]
    fn every_shipped_card_answers_each_question() {
        let mut desk = Desk::default();
        let start: Value = serde_json::from_str(&desk.answer(r#"{"ask":"start"}"#)).unwrap();
        for shipped in start["cards"].as_array().unwrap() {
            let card = json!({ "text": shipped["text"], "file": shipped["name"] });
            for (ask, what) in [
                ("card", "toml"),
                ("sigma", "value_pb"),
                ("spectrum", "dsigma_dx_pb"),
                ("masses", "sigma_pb"),
                ("reach", "curves"),
                ("generate", "histograms"),
                ("events", "histograms"),
            ] {
                // What is no pair through the photon has no limit on a charge; not all are approximated.
                let text = shipped["text"].as_str().unwrap();
                let is_pair = text.contains("kind = \"pair\"");
                if ask == "reach" && !is_pair {
                    continue;
                }
                let method = if is_pair { "iww" } else { "quadrature" };
                let question = json!({ "ask": ask, "card": card, "method": method, "goal": 1e-2,
                    "at": [0.6], "masses": [0.01], "count": 10 });
                let answer: Value =
                    serde_json::from_str(&desk.answer(&question.to_string())).unwrap();
                assert!(
                    !answer[what].is_null(),
                    "{}: {ask}: {answer}",
                    shipped["name"]
                );
            }
        }
    }

    #[test]
    fn the_reach_follows_the_losses_of_the_target() {
        let limit = |losses: &str| {
            let text = format!(
                "schema = 1\ndark_sector.m_chi_gev = 0.1\nreach = {{}}\n[beam]\nlepton = \"e-\"\n\
                 energy_gev = 100\non_target = 1e12\n[target]\nelement = \"Pb\"\nthickness_x0 = 40\n\
                 losses = \"{losses}\"\n[cuts]\nx_min = 0.5"
            );
            let card = json!({ "text": text, "file": "mine.toml" });
            let answer =
                ask(&json!({ "ask": "reach", "card": card, "masses": [0.1], "goal": 1e-3 }));
            answer["curves"][0]["q_over_e"][0]
                .as_f64()
                .expect("a limit")
        };
        assert!(limit("tsai-whitis") > 1.5 * limit("none"));
    }

    #[test]
    fn a_stream_goes_on_with_new_events_and_holds_the_cross_section() {
        let mut desk = Desk::default();
        let text = "schema = 1\ndark_sector.m_chi_gev = 0.1\n[beam]\nlepton = \"mu-\"\nenergy_gev = 160\n\
                    [target]\nelement = \"Pb\"";
        let card = json!({ "text": text, "file": "mine.toml" });
        desk.answer(&json!({ "ask": "generate", "card": card }).to_string());
        let mut more = || -> Value {
            serde_json::from_str(&desk.answer(r#"{"ask":"events","count":20000}"#)).unwrap()
        };
        let (first, second) = (more(), more());
        let count = |answer: &Value| answer["n_events"].as_u64().unwrap();
        assert!(
            count(&first) >= 20_000 && count(&second) >= count(&first) + 20_000,
            "{second}"
        );
        assert_ne!(first["event"], second["event"]);
        let energies = |answer: &Value| -> f64 {
            let particles = answer["event"].as_array().unwrap();
            particles.iter().map(|p| p["p"][0].as_f64().unwrap()).sum()
        };
        // Beam and a lead nucleus at rest.
        assert!((energies(&second) - 353.0).abs() < 1.0, "{second}");
        let histogram = &second["histograms"][0];
        let sum: f64 = (0..histogram["values"].as_array().unwrap().len())
            .map(|i| {
                let edge = |k: usize| histogram["edges"][k].as_f64().unwrap();
                histogram["values"][i].as_f64().unwrap() * (edge(i + 1) - edge(i))
            })
            .sum();
        let sigma_pb = second["sigma_pb"].as_f64().unwrap();
        assert!((sum / sigma_pb - 1.0).abs() < 0.02, "{sum} {sigma_pb}");
    }
}
