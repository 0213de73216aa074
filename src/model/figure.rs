//! The unit of a figure, by its dotted path.

/// What a number in `figures` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Seconds,
    /// Seconds since the start of the run.
    Instant,
    Kilograms,
    KilogramsADay,
    /// Minor units of the home currency.
    Money,
    ADay,
    Share,
    Count,
    Consignments,
    ConsignmentSeconds,
    MoneyADay,
    Days,
}

impl Unit {
    /// As the column `unit` of a table says it.
    pub fn name(self, currency: &str) -> String {
        match self {
            Unit::Seconds => "s".to_owned(),
            Unit::Instant => "s since start".to_owned(),
            Unit::Kilograms => "kg".to_owned(),
            Unit::KilogramsADay => "kg/d".to_owned(),
            Unit::Money => format!("minor {currency}"),
            Unit::ADay => "1/d".to_owned(),
            Unit::Share => "share".to_owned(),
            Unit::Count => "count".to_owned(),
            Unit::Consignments => "consignments".to_owned(),
            Unit::ConsignmentSeconds => "consignments s".to_owned(),
            Unit::MoneyADay => format!("minor {currency}/d"),
            Unit::Days => "d".to_owned(),
        }
    }
}

impl Unit {
    /// What a scenario may say of such a figure, beside a bare number.
    pub fn example(self) -> &'static str {
        match self {
            Unit::Seconds => "a time, such as \"3h\"",
            Unit::Instant => "a date",
            Unit::Kilograms => "a mass, such as \"12 t\"",
            Unit::KilogramsADay => "the mass of a day, such as \"600 t\"",
            Unit::Money => "a sum of money",
            Unit::MoneyADay => "the money of a day",
            Unit::ADay => "a rate, such as \"3/d\"",
            Unit::Share => "a share, such as 0.9 or \"90 %\"",
            Unit::Days => "a number of days, such as \"9d\"",
            Unit::Count => "a count: a bare number",
            Unit::Consignments => "a number of consignments: a bare number",
            Unit::ConsignmentSeconds => "in consignment-seconds: a bare number",
        }
    }
}

/// The unit of a figure.
pub fn of(path: &str) -> Unit {
    let parts: Vec<&str> = path.split('.').collect();
    let (first, last) = (parts[0], parts[parts.len() - 1]);
    let stem = ["_mean", "_sd", "_p50", "_p90", "_p95", "_p99", "_max", "_total", "_now"]
        .iter()
        .find_map(|end| last.strip_suffix(end))
        .unwrap_or(last);
    match (first, last) {
        ("bottleneck", "waited") => return Unit::Seconds,
        ("bottleneck", _) => return Unit::Share,
        ("money", "share" | "share_by_rule" | "share_against_rule") => return Unit::Share,
        ("money", _) if parts.get(1) == Some(&"conversion") => return Unit::Share,
        ("money", _) => return Unit::Money,
        ("mechanisms", "price" | "allocated" | "needed" | "next_gap") => return Unit::Money,
        ("mechanisms", "first_arrival") => return Unit::Instant,
        ("mechanisms", "drafted" | "opened" | "funded" | "released") if parts.contains(&"packages") => {
            return Unit::Instant;
        }
        ("stages", "backlog") => return Unit::Money,
        ("stages", "backlog_step") => return Unit::Seconds,
        (_, "quantile_step") => return Unit::Share,
        _ if parts.contains(&"little") => return Unit::ConsignmentSeconds,
        (_, "days_of_supply" | "days_of_supply_mean") => return Unit::Days,
        (_, "throughput_value") => return Unit::MoneyADay,
        (_, "throughput") => return Unit::ADay,
        (_, "throughput_t") => return Unit::KilogramsADay,
        (_, "utilisation" | "fill_rate" | "fill_rate_end" | "otif") => return Unit::Share,
        _ => {}
    }
    // Lengths of time, alone or charged to a cause (`waited.money_mean`).
    let times =
        ["wait", "stay", "service", "age", "lead_time", "interval", "work", "paused", "blocked", "worked", "gate"];
    let charged = parts.len() > 1 && ["waited", "stayed"].contains(&parts[parts.len() - 2]);
    match stem {
        _ if charged || times.contains(&stem) => Unit::Seconds,
        stem if stem.ends_with("_share") => Unit::Share,
        stem if stem.ends_with("_t") || last.ends_with("_t") => Unit::Kilograms,
        stem if stem.ends_with("_value") => Unit::Money,
        "in_system" | "queue" | "load" => Unit::Consignments,
        _ => Unit::Count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_units() {
        let cases = [
            ("stations.hub.receipt.wait_mean", Unit::Seconds),
            ("stations.hub.receipt.arrivals", Unit::Count),
            ("stations.hub.receipt.little.0", Unit::ConsignmentSeconds),
            ("stations.hub.receipt.throughput_value", Unit::MoneyADay),
            ("stations.hub.receipt.quantile_step", Unit::Share),
            ("stocks.depot.days_of_supply_mean", Unit::Days),
            ("money.conversion.30d", Unit::Share),
            ("money.nations.norway.share_by_rule", Unit::Share),
            ("stations.hub.receipt.arrivals_t", Unit::Kilograms),
            ("stations.hub.receipt.in_system_t_mean", Unit::Kilograms),
            ("stations.hub.receipt.in_system_p90", Unit::Consignments),
            ("stations.hub.receipt.waited_share", Unit::Share),
            ("stations.hub.receipt.priority.1.wait_mean", Unit::Seconds),
            ("legs.a:b:road.load_mean", Unit::Consignments),
            ("requirements.total.waited.money_mean", Unit::Seconds),
            ("requirements.total.open_value", Unit::Money),
            ("requirements.total.fill_rate", Unit::Share),
            ("requirements.total.lead_time_p50", Unit::Seconds),
            ("money.mechanisms.purl.committed", Unit::Money),
            ("mechanisms.purl.packages.1.funded", Unit::Instant),
            ("mechanisms.purl.funded", Unit::Count),
            ("mechanisms.purl.funded_value", Unit::Money),
            ("bottleneck.2025-08.money", Unit::Share),
        ];
        for (path, unit) in cases {
            assert_eq!(of(path), unit, "{path}");
        }
    }
}
