use chrono::DateTime;
use chrono_tz::Tz;
use std::str::FromStr;

pub fn times(expr: &str, after: DateTime<Tz>, count: usize) -> Result<Vec<DateTime<Tz>>, String> {
    let schedule = cron::Schedule::from_str(expr).map_err(|error| error.to_string())?;
    Ok(schedule.after(&after).take(count).collect())
}
