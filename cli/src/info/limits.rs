//! `info --limits`: the published limits that `reach --overlay` has by name.

use millibrem::study::reach::ReachError;
use millibrem::study::reach::recast::{PUBLISHED, Published};
use millibrem::text::six_digits;
use serde_json::{Value, json};

use crate::json::number;

pub(super) fn json() -> Result<Value, ReachError> {
    let entry = |limit: &Published| {
        let file = limit.file()?;
        let (low, high) = file.range_gev();
        Ok(json!({
            "name": limit.name,
            "experiment": file.experiment(),
            "m_chi_min_gev": number(low),
            "m_chi_max_gev": number(high),
            "kind": limit.kind(),
            "source": limit.source(),
        }))
    };
    let limits = PUBLISHED.iter().map(entry);
    Ok(json!({ "published_limits": limits.collect::<Result<Vec<_>, ReachError>>()? }))
}

pub(super) fn text() -> Result<String, ReachError> {
    let entry = |limit: &Published| {
        let file = limit.file()?;
        let (low, high) = file.range_gev();
        Ok(format!(
            "{:<23}{}, {} to {} GeV\n{:<23}{}\n{:<23}{}",
            limit.name,
            file.experiment().unwrap_or_default(),
            six_digits(low),
            six_digits(high),
            "",
            limit.kind(),
            "",
            limit.source()
        ))
    };
    let limits = PUBLISHED.iter().map(entry);
    Ok(limits.collect::<Result<Vec<_>, ReachError>>()?.join("\n"))
}
