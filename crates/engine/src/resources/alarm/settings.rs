//! What an alarm watches, when it goes off and whom it tells: all that `PutMetricAlarm` overwrites in one call
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>).

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmFluentBuilder;
use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension, MetricAlarm, StandardUnit, Statistic};

use contract::metrics::FUNCTION_NAME;
use serde_json::json;

use super::super::Shown;
use super::super::setting::{self, Setting};
use super::Kind;
use crate::config::AlarmsConfig;
use crate::stack::Stack;

/// Seconds over which events are counted.
const PERIOD: i32 = 300;

/// The settings of an alarm.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// For whoever is told.
    pub description: String,
    /// Namespace and name of the metric; anything else than one metric is `"an expression"`.
    pub metric: (String, String),
    /// Of what.
    pub dimensions: BTreeMap<String, String>,
    /// `Sum`, or what else somebody chose.
    pub statistic: String,
    /// The unit asked for, when there is one.
    pub unit: Option<String>,
    /// Seconds over which events are counted.
    pub period: i32,
    /// So many periods are looked at, and so many of them must be bad.
    pub periods: (i32, i32),
    /// How it is compared.
    pub comparison: String,
    /// With what.
    pub threshold: f64,
    /// What a period without data means.
    pub missing_data: String,
    /// Whether anybody is told at all.
    pub actions_enabled: bool,
    /// Whom it tells.
    pub actions: BTreeSet<String>,
    /// Whom it tells that all is well, or that there is no data; ours tell nobody.
    pub other_actions: BTreeSet<String>,
}

impl Settings {
    /// The settings that the configuration asks for.
    #[must_use]
    pub fn wanted(stack: &Stack, config: &AlarmsConfig, kind: Kind) -> Self {
        Self {
            description: kind.description().to_owned(),
            metric: (kind.namespace().to_owned(), kind.metric().to_owned()),
            dimensions: BTreeMap::from([(FUNCTION_NAME.to_owned(), stack.names.function.clone())]),
            statistic: kind.statistic().as_str().to_owned(),
            unit: None,
            period: PERIOD,
            periods: (1, 1),
            comparison: ComparisonOperator::GreaterThanOrEqualToThreshold.as_str().to_owned(),
            threshold: kind.threshold(stack, config),
            // Lambda says nothing when nothing happens.
            missing_data: "notBreaching".to_owned(),
            actions_enabled: true,
            actions: config.actions.iter().cloned().collect(),
            other_actions: BTreeSet::new(),
        }
    }

    pub(super) fn of(alarm: &MetricAlarm) -> Self {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let metric = match alarm.metrics() {
            [] => (text(alarm.namespace()), text(alarm.metric_name())),
            _ => (String::new(), "an expression".to_owned()),
        };
        let periods = alarm.evaluation_periods().unwrap_or(1);
        Self {
            description: text(alarm.alarm_description()),
            metric,
            dimensions: (alarm.dimensions().iter())
                .map(|dimension| (text(dimension.name()), text(dimension.value())))
                .collect(),
            statistic: text(alarm.extended_statistic().or(alarm.statistic().map(Statistic::as_str))),
            unit: alarm.unit().map(|unit: &StandardUnit| unit.as_str().to_owned()),
            period: alarm.period().unwrap_or_default(),
            // Without a number of its own, all of them must be bad.
            periods: (periods, alarm.datapoints_to_alarm().unwrap_or(periods)),
            comparison: text(alarm.comparison_operator().map(ComparisonOperator::as_str)),
            threshold: alarm.threshold().unwrap_or_default(),
            missing_data: alarm.treat_missing_data().unwrap_or("missing").to_owned(),
            actions_enabled: alarm.actions_enabled().unwrap_or(true),
            actions: alarm.alarm_actions().iter().cloned().collect(),
            other_actions: (alarm.ok_actions().iter())
                .chain(alarm.insufficient_data_actions())
                .cloned()
                .collect(),
        }
    }

    /// The call that writes them; only ever made with settings of ours.
    pub(super) fn put(&self, client: &Client, name: &str) -> PutMetricAlarmFluentBuilder {
        let dimensions = self.dimensions.iter().map(|(n, v)| Dimension::builder().name(n).value(v).build());
        client
            .put_metric_alarm()
            .alarm_name(name)
            .alarm_description(&self.description)
            .namespace(&self.metric.0)
            .metric_name(&self.metric.1)
            .set_dimensions(Some(dimensions.collect()))
            .statistic(Statistic::from(self.statistic.as_str()))
            .period(self.period)
            .evaluation_periods(self.periods.0)
            .comparison_operator(ComparisonOperator::from(self.comparison.as_str()))
            .threshold(self.threshold)
            .treat_missing_data(&self.missing_data)
            .actions_enabled(self.actions_enabled)
            .set_alarm_actions(Some(self.actions.iter().cloned().collect()))
    }

    /// Only what differs, before and after.
    pub(super) fn differences(from: &Self, to: &Self) -> (Option<Shown>, Option<Shown>) {
        let (from, to) = setting::differing(from.settings(), to.settings());
        (setting::shown(from), setting::shown(to))
    }

    fn settings(&self) -> Vec<Setting> {
        let list = |actions: &BTreeSet<String>| match actions.is_empty() {
            true => "nobody".to_owned(),
            false => actions.iter().map(String::as_str).collect::<Vec<_>>().join(" "),
        };
        let dimensions: Vec<String> = self.dimensions.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let (namespace, name) = &self.metric;
        let (looked_at, bad) = self.periods;
        let enabled = if self.actions_enabled { "enabled" } else { "disabled" };
        vec![
            Setting::new("description", format!("description: {:?}", self.description), &*self.description),
            Setting::new(
                "metric",
                format!("metric: {namespace} {name}"),
                json!({"namespace": namespace, "name": name}),
            ),
            Setting::new(
                "dimensions",
                format!("dimensions: {}", dimensions.join(" ")),
                json!(self.dimensions),
            ),
            Setting::new("statistic", format!("statistic: {}", self.statistic), &*self.statistic),
            Setting::new(
                "unit",
                format!("unit: {}", self.unit.as_deref().unwrap_or("any")),
                json!(self.unit),
            ),
            Setting::new("period", format!("period: {} s", self.period), self.period),
            Setting::new(
                "periods",
                format!("periods to alarm: {bad} of {looked_at}"),
                json!({"evaluated": looked_at, "to_alarm": bad}),
            ),
            Setting::new("comparison", format!("comparison: {}", self.comparison), &*self.comparison),
            Setting::new("threshold", format!("threshold: {}", self.threshold), self.threshold),
            Setting::new("missing_data", format!("missing data: {}", self.missing_data), &*self.missing_data),
            Setting::new("actions_enabled", format!("actions: {enabled}"), self.actions_enabled),
            Setting::new("actions", format!("tells: {}", list(&self.actions)), json!(self.actions)),
            Setting::new(
                "other_actions",
                format!("tells when well: {}", list(&self.other_actions)),
                json!(self.other_actions),
            ),
        ]
    }
}

impl std::fmt::Display for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, minutes) = (&self.metric.1, self.period / 60);
        if self.statistic == Statistic::Sum.as_str() {
            write!(f, "{} or more {name} in {minutes} minutes", self.threshold)
        } else {
            write!(f, "{} {name} of {} or more in {minutes} minutes", self.statistic, self.threshold)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Overrides, parse};

    #[test]
    fn the_plan_shows_only_what_differs() {
        let config = parse("stack = \"abc\"\n[alarms]\n", "config.toml", &Overrides::default()).unwrap();
        let stack = Stack::new(config, "aws", "123456789012", "eu-central-1");
        let wanted = Settings::wanted(&stack, stack.config.alarms.as_ref().unwrap(), Kind::Errors);
        let disabled = Settings { actions_enabled: false, threshold: 9.5, ..wanted.clone() };
        let (from, to) = Settings::differences(&disabled, &wanted);
        let value =
            |threshold: f64, enabled: bool| json!({"threshold": threshold, "actions_enabled": enabled});
        assert_eq!(from, Shown::value("threshold: 9.5\nactions: disabled", value(9.5, false)));
        assert_eq!(to, Shown::value("threshold: 5\nactions: enabled", value(5.0, true)));
        assert_eq!(wanted.to_string(), "5 or more Errors in 5 minutes");
    }

    #[test]
    fn an_alarm_with_more_than_ours_differs() {
        let alarm = MetricAlarm::builder().evaluation_periods(3).ok_actions("arn:x").build();
        let settings = Settings::of(&alarm);
        assert_eq!(settings.periods, (3, 3));
        assert_eq!(settings.other_actions.len(), 1);
        assert_eq!(settings.missing_data, "missing");
    }
}
