//! From the configuration to dollars.

use super::prices::{ALARM, COMPUTE_ARM, COMPUTE_X86, GET, INVOCATION, LOG, LOG_KEPT, PUT, Price, STORAGE};
use crate::config::{Architecture, Config};
use crate::resources::alarm;

/// So many pictures.
pub const PICTURES: u32 = 1000;
/// Of so many MB each.
pub const PICTURE_MB: f64 = 3.0;
/// So long the function takes for one, waits for S3 included: an assumption.
pub const SECONDS: f64 = 0.5;

/// Lines of a picture and of its invocation.
const LOG_KB: f64 = 1.5;
/// A picture is uploaded, and its copy is written.
const PUTS: f64 = 2.0;
/// The function reads it, and someone looks at the result once.
const GETS: f64 = 2.0;

/// When something is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// Once for [`PICTURES`] pictures.
    Pictures,
    /// Each month in which [`PICTURES`] pictures are kept.
    MonthOfPictures,
    /// Each month, with or without pictures.
    Month,
}

/// One thing that is paid for.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The price of one unit.
    pub price: Price,
    /// How many units.
    pub units: f64,
    /// When.
    pub per: Per,
}

impl Item {
    /// US dollars.
    #[must_use]
    pub fn usd(&self) -> f64 {
        self.price.usd * self.units
    }
}

/// What a stack costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// Everything that is paid for.
    pub items: Vec<Item>,
}

impl Cost {
    /// US dollars for one of the three.
    #[must_use]
    pub fn usd(&self, per: Per) -> f64 {
        self.items.iter().filter(|item| item.per == per).map(Item::usd).sum()
    }
}

/// What a stack of this configuration costs.
#[must_use]
pub fn estimate(config: &Config) -> Cost {
    let pictures = f64::from(PICTURES);
    let gigabytes = pictures * PICTURE_MB / 1000.0;
    let memory = f64::from(config.function.memory) / 1024.0;
    let compute = match config.function.architecture {
        Architecture::X86_64 => COMPUTE_X86,
        Architecture::Arm64 => COMPUTE_ARM,
    };
    let log = pictures * LOG_KB / 1e6;
    let log_months = f64::from(config.function.log_retention_days) / 30.0;
    let alarms = config.alarms.as_ref().map_or(0, |_| alarm::Kind::ALL.len());
    let item = |price, units, per| Item { price, units, per };
    let all = [
        item(PUT, PUTS * pictures, Per::Pictures),
        item(GET, GETS * pictures, Per::Pictures),
        item(INVOCATION, pictures, Per::Pictures),
        item(compute, pictures * SECONDS * memory, Per::Pictures),
        item(LOG, log, Per::Pictures),
        // It goes by itself: for a thousand pictures it is paid once, as long as it stays.
        item(LOG_KEPT, log * log_months, Per::Pictures),
        // The original and the clean copy.
        item(STORAGE, 2.0 * gigabytes, Per::MonthOfPictures),
        item(ALARM, f64::from(u32::try_from(alarms).unwrap_or_default()), Per::Month),
    ];
    Cost { items: all.into_iter().filter(|item| item.units > 0.0).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Overrides, parse};

    fn cents(more: &str, per: Per) -> f64 {
        let config =
            parse(&format!("stack = \"abc\"\n{more}"), "config.toml", &Overrides::default()).unwrap();
        (estimate(&config).usd(per) * 10_000.0).round() / 100.0
    }

    /// Reckoned by hand: 1 cent for PUTs, 0.08 for GETs, 0.02 for invocations, 0.83 for 500 GB-seconds, 0.08 for logs.
    #[test]
    fn a_thousand_pictures_cost_two_cents() {
        assert_eq!(cents("", Per::Pictures), 2.01);
        assert_eq!(cents("function.architecture = \"arm64\"", Per::Pictures), 1.85);
        assert_eq!(cents("function.memory = 2048", Per::Pictures), 2.85);
        // 6 GB for a month.
        assert_eq!(cents("", Per::MonthOfPictures), 13.8);
    }

    #[test]
    fn with_no_picture_only_alarms_cost() {
        assert_eq!(cents("", Per::Month), 0.0);
        assert_eq!(cents("[alarms]", Per::Month), 50.0);
    }
}
