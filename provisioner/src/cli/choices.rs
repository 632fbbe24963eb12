//! The words that options of the sanitizer take, each with its meaning.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use sanitizer::{
    GainMaps, HiddenPixels, IccPolicy, Orientation, PartialEdges, Rights, UnknownWord, UnreadableProfile,
};

pub(super) fn orientations() -> impl TypedValueParser<Value = Orientation> {
    choices([
        (Orientation::Upright.as_str(), "Turn them, without loss"),
        (Orientation::Tag.as_str(), "Keep a tag that says nothing else"),
        (Orientation::Drop.as_str(), "Keep nothing: they show sideways"),
    ])
}

pub(super) fn partial_edges() -> impl TypedValueParser<Value = PartialEdges> {
    choices([
        (PartialEdges::Tag.as_str(), "Don't turn it; keep a tag that says nothing else"),
        (PartialEdges::Trim.as_str(), "Turn it and cut off the partial blocks, at most 15 pixels"),
        (PartialEdges::Refuse.as_str(), "Refuse it"),
    ])
}

pub(super) fn icc_policies() -> impl TypedValueParser<Value = IccPolicy> {
    choices([
        (IccPolicy::Keep.as_str(), "Write it anew: colours stay exactly the same, and it tells nothing else"),
        (IccPolicy::Drop.as_str(), "Drop it"),
        (IccPolicy::DropSrgb.as_str(), "Drop it when it is plain sRGB, which viewers assume anyway"),
    ])
}

pub(super) fn unreadable_profiles() -> impl TypedValueParser<Value = UnreadableProfile> {
    choices([
        (UnreadableProfile::Drop.as_str(), "Drop it, and say that the colour profile is lost"),
        (UnreadableProfile::Refuse.as_str(), "Refuse the picture"),
    ])
}

pub(super) fn gain_maps() -> impl TypedValueParser<Value = GainMaps> {
    choices([
        (GainMaps::Keep.as_str(), "Keep it: HDR stays HDR; one that can't be read safely goes"),
        (GainMaps::Drop.as_str(), "Drop it: the picture looks less bright on HDR screens"),
    ])
}

pub(super) fn rights(words: &str) -> Result<Rights, UnknownWord> {
    words.parse()
}

pub(super) fn hidden_pixels() -> impl TypedValueParser<Value = HiddenPixels> {
    choices([
        (
            HiddenPixels::Blank.as_str(),
            "Take them out; refuse a HEIC or AVIF, where that can't be done without loss",
        ),
        (HiddenPixels::Refuse.as_str(), "Refuse the picture"),
        (HiddenPixels::Keep.as_str(), "Keep them, and don't look at transparent pixels at all"),
    ])
}

/// The words of one of the sanitizer's options, each with what it means.
fn choices<T, const N: usize>(choices: [(&'static str, &'static str); N]) -> impl TypedValueParser<Value = T>
where
    T: std::str::FromStr<Err = UnknownWord> + Send + Sync + Clone + 'static,
{
    let values = choices.map(|(word, help)| PossibleValue::new(word).help(help));
    PossibleValuesParser::new(values).try_map(|word| word.parse::<T>())
}
