//! Answers JSON lines {"expr","tz","after","count"} with {"next":[…]} or {"error"}. `adapter.rs` asks one package.
mod adapter;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{json, Value};
use std::io::BufRead;

fn main() {
    for line in std::io::stdin().lock().lines() {
        let asked: Value = serde_json::from_str(&line.unwrap()).unwrap();
        println!("{}", answer(&asked).unwrap_or_else(|error| json!({ "error": error })));
    }
}

fn answer(asked: &Value) -> Result<Value, String> {
    let text = |name: &str| asked[name].as_str().unwrap().to_string();
    let zone: chrono_tz::Tz = text("tz").parse().map_err(|error| format!("{error}"))?;
    let after: DateTime<Utc> = text("after").parse().unwrap();
    let count = asked["count"].as_u64().unwrap() as usize;
    let times = adapter::times(&text("expr"), after.with_timezone(&zone), count)?;
    let next: Vec<String> = times
        .iter()
        .map(|time| time.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Secs, true))
        .collect();
    Ok(json!({ "next": next }))
}
