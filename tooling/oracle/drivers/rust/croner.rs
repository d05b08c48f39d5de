use chrono::DateTime;
use chrono_tz::Tz;
use std::str::FromStr;

pub fn times(expr: &str, after: DateTime<Tz>, count: usize) -> Result<Vec<DateTime<Tz>>, String> {
    let line = croner::Cron::from_str(expr).map_err(|error| error.to_string())?;
    let mut times = vec![];
    let mut at = after;
    while times.len() < count {
        at = line.find_next_occurrence(&at, false).map_err(|error| error.to_string())?;
        times.push(at);
    }
    Ok(times)
}
