//! What the caller may choose. The defaults are what we would choose.

use crate::{Cancellation, Rights};

/// How to clean. `Options::default()` leaks nothing and changes no pixel.
///
/// ```
/// use sanitizer::{Options, Orientation};
///
/// let options = Options::default().with_orientation(Orientation::Tag).with_max_memory(64 << 20);
/// assert_eq!(options.orientation, Orientation::Tag);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// What becomes of the orientation that EXIF holds.
    pub orientation: Orientation,
    /// What [`Orientation::Upright`] does when the picture's size is no
    /// multiple of the block size (MCU), so that it cannot be turned exactly.
    pub partial_edges: PartialEdges,
    /// What becomes of the colour profile.
    pub icc: IccPolicy,
    /// What becomes of an HDR gain map.
    pub gain_maps: GainMaps,
    /// What becomes of pixels that nobody sees.
    pub hidden_pixels: HiddenPixels,
    /// What becomes of a colour profile that cannot be read, unless `icc` drops it anyway.
    pub unreadable_profile: UnreadableProfile,
    /// Which words about rights stay, written anew: the copyright notice, who made the picture, whom
    /// to credit, the license. What they say stays with them, were it an address. Default: none.
    pub keep: Rights,
    /// The most memory in bytes that cleaning may take besides the input: what
    /// is read of the picture, and what is written anew. It is reckoned from the
    /// headers before any is taken ([`crate::memory_needed`]). Default: 1 GiB.
    pub max_memory: u64,
    /// The most bytes that the image data of a PNG may have when it is
    /// inflated, all frames of an animation together, computed from the headers
    /// before the first byte is. It bounds the time: a GiB takes some seconds,
    /// and a megabyte of file can hold one. Default: 2 GiB.
    pub max_inflated_bytes: u64,
    /// The most megapixels (millions of pixels) that a picture may have: all frames of an animation
    /// together, all tiles of a HEIC or AVIF together, told by the headers before anything is followed.
    /// A gain map, and the transparency of a HEIC or AVIF, may have as many again. Default: 1000.
    /// The most that a camera writes are some 400 (four exposures of 100, put together), and a picture
    /// of 4295, the most that JPEG can have, needs a few megabytes and takes ten seconds.
    pub max_megapixels: u32,
    /// Decode the entropy-coded data (without making pixels of it) to prove
    /// that nothing hides after the last block of a scan of JPEG, or of a slice
    /// of HEIC. Default: true. Without it these are cleaned at the speed of a
    /// scan of markers and units.
    pub verify_entropy: bool,
    /// Read out what the removed metadata would have told
    /// ([`crate::facts::Facts`]). Default: false. Takes the feature `facts`.
    #[cfg(any(test, feature = "facts"))]
    pub facts: bool,
    /// Stops the cleaning from another thread. Default: nothing does.
    pub cancellation: Cancellation,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            orientation: Orientation::Upright,
            partial_edges: PartialEdges::Tag,
            icc: IccPolicy::Keep,
            gain_maps: GainMaps::Keep,
            hidden_pixels: HiddenPixels::Blank,
            unreadable_profile: UnreadableProfile::Drop,
            keep: Rights::NONE,
            max_memory: 1 << 30,
            max_inflated_bytes: 2 << 30,
            max_megapixels: 1000,
            verify_entropy: true,
            #[cfg(any(test, feature = "facts"))]
            facts: false,
            cancellation: Cancellation::default(),
        }
    }
}

/// Makes for each field a method that sets it.
macro_rules! with {
    ($($method:ident $field:ident: $kind:ty,)*) => {
        impl Options {
            $(
                #[doc = concat!("The same, with another [`", stringify!($field), "`](Self::", stringify!($field), ").")]
                #[must_use]
                pub fn $method(mut self, $field: $kind) -> Self {
                    self.$field = $field;
                    self
                }
            )*
        }
    };
}

with! {
    with_orientation orientation: Orientation,
    with_partial_edges partial_edges: PartialEdges,
    with_icc icc: IccPolicy,
    with_gain_maps gain_maps: GainMaps,
    with_hidden_pixels hidden_pixels: HiddenPixels,
    with_unreadable_profile unreadable_profile: UnreadableProfile,
    with_keep keep: Rights,
    with_max_memory max_memory: u64,
    with_max_inflated_bytes max_inflated_bytes: u64,
    with_max_megapixels max_megapixels: u32,
    with_verify_entropy verify_entropy: bool,
    with_cancellation cancellation: Cancellation,
}

#[cfg(any(test, feature = "facts"))]
with! {
    with_facts facts: bool,
}

impl Options {
    /// The same, and nothing is read out.
    pub(crate) fn without_facts(self) -> Self {
        #[cfg(any(test, feature = "facts"))]
        return self.with_facts(false);
        #[cfg(not(any(test, feature = "facts")))]
        self
    }
}

/// What becomes of the orientation that EXIF holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Orientation {
    /// Turn the coefficients, exactly, so that the picture is upright with no
    /// EXIF at all.
    #[default]
    Upright,
    /// Keep a minimal EXIF that holds the Orientation tag and nothing else.
    Tag,
    /// Drop it: the picture may show sideways.
    Drop,
}

/// What to do with blocks at the edge that an exact rotation cannot place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PartialEdges {
    /// Do not rotate; keep a minimal EXIF with the Orientation tag instead. The
    /// default, since it loses no pixel and every viewer shows it upright.
    #[default]
    Tag,
    /// Cut them off, as `jpegtran -trim` does: at most 15 pixels.
    Trim,
    /// Refuse the picture.
    Refuse,
}

/// What becomes of the colour profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IccPolicy {
    /// Keep what it says about colours, exactly, and nothing else: it is written anew.
    #[default]
    Keep,
    /// Drop a profile that says plain sRGB, which is what viewers assume anyway.
    DropSrgb,
    /// Drop it.
    Drop,
}

/// What becomes of an HDR gain map, without which a picture looks less bright
/// on HDR screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GainMaps {
    /// Keep its coefficients, and write its few numbers anew. One that cannot be
    /// read safely goes.
    #[default]
    Keep,
    /// Drop it.
    Drop,
}

/// What becomes of pixels that nobody sees: what a crop leaves in the file, colours under full
/// transparency ([`crate::Unseen`] has the kinds, `docs/pictures.md` the rule).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HiddenPixels {
    /// Write the picture anew without them where that is possible without loss (PNG, APNG, GIF,
    /// lossless WebP), and refuse it where it is not (HEIC, AVIF). The default: what was cropped
    /// away was so for a reason. What cameras, phones and browsers write has none, so
    /// that no such upload is lost.
    #[default]
    Blank,
    /// Refuse the picture.
    Refuse,
    /// Keep them; the report says so. Transparent pixels are then looked at only when
    /// `Options::facts` are wanted.
    Keep,
}

/// What becomes of a colour profile that cannot be read: damaged, of version 5
/// (iccMAX), of a kind that pictures do not have, or longer than 16 MB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnreadableProfile {
    /// Drop it, and say in the report that the colour profile is lost
    /// ([`crate::ProfileOutcome::Lost`]). The default: what we cannot read viewers cannot
    /// read either, as a rule, so that the picture looks as before, and no upload is lost.
    #[default]
    Drop,
    /// Refuse the picture.
    Refuse,
}
