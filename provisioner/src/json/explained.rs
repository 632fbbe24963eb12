//! `explain`, and the costs in a plan.

use serde::Serialize;

use crate::explain;
use engine::config::Config;
use engine::cost::{self, DATE, PICTURE_MB, PICTURES, Per, REGION, estimate};

/// What the resources of a stack are. With a word only those that it means.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Explained {
    /// The stack's name.
    stack: String,
    /// The resources.
    resources: Vec<Resource>,
    /// What the stack costs, about.
    cost: Cost,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Resource {
    /// What it is, as in a plan: `source bucket`, `role`, ...
    resource: String,
    /// Its name in AWS; `{account}` and `{region}` stand in it for what only AWS knows.
    name: String,
    /// What it is, in a sentence.
    what: &'static str,
    /// Why the stack has it.
    why: &'static str,
    /// What it may do, or what is allowed on it, in words.
    rights: Vec<String>,
    /// What it costs, in words.
    cost: &'static str,
    /// AWS's documentation.
    page: &'static str,
}

/// What a stack costs, about, in US dollars.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Cost {
    /// Once for `pictures`.
    usd_per_pictures: f64,
    /// Each month that they are kept, original and copy.
    usd_per_month_of_pictures: f64,
    /// Each month, with no picture at all.
    usd_per_month: f64,
    /// How many pictures that is for.
    pictures: u32,
    /// How large each is.
    picture_mb: f64,
    /// Where these prices are asked.
    prices_of: &'static str,
    /// The month that they are of.
    prices_from: &'static str,
    /// What is paid for.
    items: Vec<Item>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Item {
    /// What, with its unit.
    what: &'static str,
    /// `pictures`, `month_of_pictures` or `month`.
    per: &'static str,
    /// How many units.
    units: f64,
    /// US dollars for a unit.
    unit_usd: f64,
    /// AWS's page of prices.
    source: &'static str,
}

impl Explained {
    pub(crate) fn of(config: &Config, all: &[explain::Explained]) -> Self {
        let resource = |one: &explain::Explained| Resource {
            resource: one.address.to_string(),
            name: one.name.clone(),
            what: one.what,
            why: one.why,
            rights: one.rights.clone(),
            cost: one.cost,
            page: one.page,
        };
        Self {
            stack: config.stack.clone(),
            resources: all.iter().map(resource).collect(),
            cost: Cost::of(config),
        }
    }
}

impl Cost {
    pub(crate) fn of(config: &Config) -> Self {
        let cost = estimate(config);
        let item = |item: &cost::Item| Item {
            what: item.price.what,
            per: match item.per {
                Per::Pictures => "pictures",
                Per::MonthOfPictures => "month_of_pictures",
                Per::Month => "month",
            },
            units: short(item.units),
            unit_usd: item.price.usd,
            source: item.price.source,
        };
        Self {
            usd_per_pictures: short(cost.usd(Per::Pictures)),
            usd_per_month_of_pictures: short(cost.usd(Per::MonthOfPictures)),
            usd_per_month: short(cost.usd(Per::Month)),
            pictures: PICTURES,
            picture_mb: PICTURE_MB,
            prices_of: REGION,
            prices_from: DATE,
            items: cost.items.iter().map(item).collect(),
        }
    }
}

/// Without the digits that only binary fractions have.
fn short(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}
