//! What a stack costs, in words.

use std::fmt::Write;

use engine::config::Config;
use engine::cost::{DATE, Item, PICTURE_MB, PICTURES, PRICES, Per, REGION, SECONDS, estimate};

/// The line of a plan.
#[must_use]
pub(crate) fn cost_line(config: &Config) -> String {
    let cost = estimate(config);
    format!(
        "Cost: about {} per 1,000 pictures of {PICTURE_MB} MB, {} a month to keep them, {} a month with none ({REGION}, {DATE}; \
         see `explain cost`)",
        dollars(cost.usd(Per::Pictures)),
        dollars(cost.usd(Per::MonthOfPictures)),
        dollars(cost.usd(Per::Month)),
    )
}

/// The whole reckoning.
#[must_use]
pub(crate) fn cost_text(config: &Config) -> String {
    let cost = estimate(config);
    let mut text = format!("What stack {} costs on AWS, about.\n", config.stack);
    for (per, title) in [
        (Per::Pictures, format!("Once for {PICTURES} pictures of {PICTURE_MB} MB")),
        (Per::MonthOfPictures, "Each month that they are kept, original and copy".to_owned()),
        (Per::Month, "Each month, with no picture at all".to_owned()),
    ] {
        let _ = writeln!(text, "\n{title}: {}", dollars(cost.usd(per)));
        for item in cost.items.iter().filter(|item| item.per == per) {
            let _ = writeln!(text, "{}", row(item));
        }
    }
    let mut sources: Vec<&str> = PRICES.iter().map(|price| price.source).collect();
    sources.dedup();
    let _ = write!(
        text,
        "\nPrices of {REGION} as of {DATE}; most other regions are up to a third dearer. Assumed: pictures of\n\
         {PICTURE_MB} MB uploaded in one piece, each cleaned once in {SECONDS} s. Not in it: the free tier (one million\n\
         invocations and 400,000 GB-seconds a month), old versions, keys of KMS ($1 a month each), taxes,\n\
         and what readers download ($0.09 per GB), which is most often the largest part.\n\nToday's prices: {}\n",
        sources.join("\n                ")
    );
    text
}

fn row(item: &Item) -> String {
    let units =
        if item.units.fract() == 0.0 { format!("{}", item.units) } else { format!("{:.4}", item.units) };
    format!("  {:32} {units:>8} x ${:<12} {:>9}", item.price.what, plain(item.price.usd), dollars(item.usd()))
}

/// A price without an exponent and without zeros at its end.
fn plain(usd: f64) -> String {
    format!("{usd:.10}").trim_end_matches('0').to_owned()
}

/// Two digits that say something: `$0.02`, `$0.0008`, `$12.30`.
fn dollars(usd: f64) -> String {
    if usd == 0.0 {
        "$0".to_owned()
    } else if usd < 0.000_05 {
        "<$0.0001".to_owned()
    } else if usd < 0.0095 {
        format!("${usd:.4}")
    } else {
        format!("${usd:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_sums_are_not_nothing() {
        for (usd, words) in [
            (0.0, "$0"),
            (0.000_01, "<$0.0001"),
            (0.000_75, "$0.0008"),
            (0.0201, "$0.02"),
            (0.3, "$0.30"),
            (12.3, "$12.30"),
        ] {
            assert_eq!(dollars(usd), words);
        }
        assert_eq!(plain(0.000_005), "0.000005");
    }
}
