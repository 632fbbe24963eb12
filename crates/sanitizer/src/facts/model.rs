//! The facts of a picture.

use crate::Options;

/// What the metadata of a picture tells. Only made when
/// `Options::facts` asks for it.
///
/// Without the feature `facts` no value of this type can exist, so that the compiler leaves out what reads them.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(any(test, feature = "facts"), derive(Default))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Facts {
    /// Positions in degrees (WGS 84), each with where it was found.
    pub positions: Vec<Position>,
    /// Everything else: kind, value, where it was found.
    pub items: Vec<Fact>,
    #[cfg(not(any(test, feature = "facts")))]
    #[cfg_attr(feature = "serde", serde(skip))]
    never: std::convert::Infallible,
}

/// A position on Earth.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Position {
    /// Degrees north; south is negative.
    pub latitude: f64,
    /// Degrees east; west is negative.
    pub longitude: f64,
    /// Metres above sea level.
    pub altitude: Option<f64>,
    /// Where it was found, for example `EXIF`.
    pub source: &'static str,
}

/// One telling fact.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Fact {
    /// What kind of fact.
    pub kind: FactKind,
    /// The value as a person reads it, cut at 200 characters, no control characters.
    pub value: String,
    /// Where it was found, for example `EXIF` or `XMP`.
    pub source: &'static str,
}

/// Kinds of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum FactKind {
    /// Make and model of the camera or phone.
    Device,
    /// Lens make, model.
    Lens,
    /// Serial numbers and unique ids of body, lens, picture.
    Serial,
    /// Names of people: owner, artist, creator, copyright holder.
    Person,
    /// When it was taken, changed, digitised.
    Time,
    /// Names of places: city, country, sublocation.
    Place,
    /// Software that wrote or edited it.
    Software,
    /// Editing history, document ids.
    History,
    /// How many pixels there are to an inch or centimetre, where only what goes tells that.
    Density,
    /// Titles, descriptions, keywords, comments.
    Text,
    /// A thumbnail or preview that may show more than the picture.
    Thumbnail,
    /// Another picture or a video in the same file.
    HiddenPicture,
    /// Pixels of the picture itself that nobody sees, such as those that were cropped away.
    HiddenPixels,
    /// An HDR gain map. It shows nothing that the picture does not.
    GainMap,
}

/// Facts kept of one picture; more than that no person reads.
const FACT_LIMIT: usize = 500;

/// Positions kept of one picture.
const POSITION_LIMIT: usize = 50;

/// How a gain map is named where nothing more is known of it.
pub(crate) const GAIN_MAP: &str = "an HDR gain map";

impl Facts {
    /// Room for what is told, where `options` ask for it.
    #[cfg(any(test, feature = "facts"))]
    pub(crate) fn wanted(options: &Options) -> Option<Self> {
        options.facts.then(Self::default)
    }

    /// Nobody can ask for it.
    #[cfg(not(any(test, feature = "facts")))]
    pub(crate) fn wanted(_: &Options) -> Option<Self> {
        None
    }

    /// Adds a fact unless it is empty or known already.
    pub(crate) fn add(&mut self, kind: FactKind, value: &str, source: &'static str) {
        if self.items.len() >= FACT_LIMIT {
            return;
        }
        let value: String = value.chars().filter(|c| !c.is_control()).take(200).collect();
        let value = value.trim().to_owned();
        if !value.is_empty() && !self.items.iter().any(|fact| fact.kind == kind && fact.value == value) {
            self.items.push(Fact { kind, value, source });
        }
    }

    /// Forgets what was told of densities: something that stays tells one.
    pub(crate) fn forget_density(&mut self) {
        self.items.retain(|fact| fact.kind != FactKind::Density);
    }

    /// Names the gain map that goes, where it was taken for a picture of which no more is known than this.
    pub(crate) fn name_gain_map(&mut self, taken_for: &str) {
        let fact = self
            .items
            .iter_mut()
            .find(|fact| fact.kind == FactKind::HiddenPicture && fact.value.starts_with(taken_for));
        if let Some(fact) = fact {
            fact.value = fact.value.replacen(taken_for, GAIN_MAP, 1);
        }
    }

    /// Adds the gain map of a picture, in place of the hidden picture that it was taken for under this name.
    pub(crate) fn add_gain_map(
        &mut self,
        (width, height): (u32, u32),
        stops: f64,
        taken_for: &str,
        source: &'static str,
    ) {
        self.items.retain(|fact| {
            fact.kind != FactKind::HiddenPicture || fact.value != GAIN_MAP && fact.value != taken_for
        });
        let value =
            format!("{width}x{height} pixels, for screens up to {stops:.1} stops brighter than white");
        self.add(FactKind::GainMap, &value, source);
    }

    /// Adds a position unless it is none on Earth or known already. Of two equal
    /// ones the altitude of either is kept.
    pub(crate) fn add_position(&mut self, position: Position) {
        let on_earth = position.latitude.abs() <= 90.0 && position.longitude.abs() <= 180.0;
        // Devices without a fix write zeros.
        let is_blank = position.latitude == 0.0 && position.longitude == 0.0;
        if !on_earth || is_blank || self.positions.len() >= POSITION_LIMIT {
            return;
        }
        // EXIF and XMP of one picture round the same place differently: 1e-6 degrees are 0.1 m.
        let close = |a: f64, b: f64| (a - b).abs() < 1e-6;
        let known = self.positions.iter_mut().find(|known| {
            close(known.latitude, position.latitude) && close(known.longitude, position.longitude)
        });
        match known {
            Some(known) => known.altitude = known.altitude.or(position.altitude),
            None => self.positions.push(position),
        }
    }
}
