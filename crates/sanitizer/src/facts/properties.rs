//! What properties tell, by their names: those of XMP (ISO 16684-1; the names also from the IPTC Photo Metadata
//! Standard, Adobe's XMP specification part 2 and Google's Container and Camera formats), which C2PA's assertions use, too.

use super::{FactKind, Facts, Position, device::device};

#[derive(Clone, Copy, Default)]
struct Pending {
    latitude: Option<f64>,
    longitude: Option<f64>,
}

/// Adds what properties tell to facts.
pub(super) struct Properties<'a> {
    pub(super) facts: &'a mut Facts,
    source: &'static str,
    make: String,
    model: String,
    ancestors: usize,
    /// Halves of positions: of the picture, and of what it points at.
    pending: [Pending; 2],
}

impl<'a> Properties<'a> {
    pub(super) fn new(facts: &'a mut Facts, source: &'static str) -> Self {
        Self {
            facts,
            source,
            make: String::new(),
            model: String::new(),
            ancestors: 0,
            pending: [Pending::default(); 2],
        }
    }

    /// Adds what the property of this name tells, which has no prefix: writers choose these freely.
    pub(super) fn property(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let kind = match name {
            "GPSLatitude" | "GPSLongitude" | "GPSDestLatitude" | "GPSDestLongitude" => {
                return self.coordinate(name, value);
            }
            "GPSAltitude" => return self.altitude(value),
            "Make" => {
                value.clone_into(&mut self.make);
                return;
            }
            "Model" => {
                value.clone_into(&mut self.model);
                return;
            }
            "HostComputer" => FactKind::Device,
            name if name.ends_with("SerialNumber") => FactKind::Serial,
            "Lens" | "LensModel" | "LensMake" | "LensInfo" => FactKind::Lens,
            "ImageUniqueID" | "DigitalImageGUID" | "ContentIdentifier" | "BurstID" | "BurstUUID"
            | "MediaGroupUUID" => FactKind::Serial,
            "creator" | "Artist" | "rights" | "Owner" | "OwnerName" | "CameraOwnerName" | "Copyright"
            | "Author" | "AuthorsPosition" | "CaptionWriter" | "DescriptionWriter" | "contributor"
            | "publisher" | "Credit" | "PersonInImage" | "PersonDisplayName" | "PersonEmailDigest"
            | "PersonLiveIdCID" | "Name" | "PersonName" | "CreatorContactInfo" | "CiEmailWork"
            | "CiTelWork" | "CiUrlWork" | "CiAdrExtadr" | "CopyrightOwnerName" | "ImageCreatorName"
            | "XPAuthor" | "WebStatement" | "UsageTerms" => FactKind::Person,
            "DateTimeOriginal" | "DateTimeDigitized" | "DateTime" | "CreateDate" | "ModifyDate"
            | "MetadataDate" | "DateCreated" | "GPSTimeStamp" | "GPSDateTime" | "when" | "DateAcquired"
            | "LastKeywordXMPDate" => FactKind::Time,
            "City" | "State" | "Country" | "CountryCode" | "CountryName" | "ProvinceState" | "Location"
            | "Sublocation" | "WorldRegion" | "LocationName" | "CiAdrCity" | "CiAdrCtry" | "CiAdrRegion"
            | "CiAdrPcode" | "GPSAreaInformation" | "LocationId" => FactKind::Place,
            "CreatorTool" | "Software" | "softwareAgent" | "ProcessingSoftware" | "xmptk" | "Producer" => {
                FactKind::Software
            }
            "DocumentID" | "InstanceID" | "OriginalDocumentID" | "DerivedFrom" | "documentID"
            | "instanceID" | "originalDocumentID" | "History" | "action" | "changed" | "parameters"
            | "RawFileName" | "filePath" | "PreservedFileName" => FactKind::History,
            "title"
            | "description"
            | "subject"
            | "Headline"
            | "Instructions"
            | "UserComment"
            | "ImageDescription"
            | "hierarchicalSubject"
            | "TagsList"
            | "LastKeywordXMP"
            | "LastKeywordIPTC"
            | "Category"
            | "SupplementalCategories"
            | "Event"
            | "CaptionsAuthorNames"
            | "AltTextAccessibility"
            | "Label"
            | "source"
            | "TransmissionReference"
            | "prompt"
            | "AISystemUsed" => FactKind::Text,
            "MotionPhoto" | "MicroVideo" if value != "0" => {
                self.facts.add(FactKind::HiddenPicture, "a motion photo's video", self.source);
                return;
            }
            // Photoshop lists every document that something was ever pasted from, hundreds of them.
            "DocumentAncestors" => {
                self.ancestors += 1;
                return;
            }
            "Semantic" => {
                let what = match value {
                    "MotionPhoto" => "a motion photo's video",
                    "GainMap" => super::GAIN_MAP,
                    "Depth" => "a depth map",
                    _ => return,
                };
                self.facts.add(FactKind::HiddenPicture, what, self.source);
                return;
            }
            "hasExtendedXMP" | "HasExtendedXMP" => {
                self.facts.add(
                    FactKind::HiddenPicture,
                    "extended XMP, which may hold pictures or depth",
                    self.source,
                );
                return;
            }
            "image" => {
                self.facts.add(
                    FactKind::Thumbnail,
                    &format!("an embedded thumbnail of {} characters", value.len()),
                    self.source,
                );
                return;
            }
            _ => return,
        };
        self.facts.add(kind, value, self.source);
    }

    fn coordinate(&mut self, name: &str, value: &str) {
        let Some(degrees) = coordinate(value) else { return };
        let is_destination = name.starts_with("GPSDest");
        let pending = &mut self.pending[usize::from(is_destination)];
        if name.ends_with("Latitude") {
            pending.latitude = Some(degrees);
        } else {
            pending.longitude = Some(degrees);
        }
        if let Pending { latitude: Some(latitude), longitude: Some(longitude) } = *pending {
            *pending = Pending::default();
            let source =
                if is_destination && self.source == "XMP" { "XMP (destination)" } else { self.source };
            self.facts.add_position(Position { latitude, longitude, altitude: None, source });
        }
    }

    fn altitude(&mut self, value: &str) {
        let metres = match value.split_once('/') {
            Some((above, below)) => {
                above.parse::<f64>().ok().zip(below.parse::<f64>().ok()).map(|(a, b)| a / b)
            }
            None => value.parse().ok(),
        };
        if let Some(metres) = metres.filter(|metres: &f64| metres.is_finite()) {
            self.facts.add(FactKind::Place, &format!("{metres} m above sea level"), self.source);
        }
    }

    /// Adds what takes several properties to tell.
    pub(super) fn finish(self) {
        self.facts.add(FactKind::Device, &device(&self.make, &self.model), self.source);
        if self.ancestors > 0 {
            let text = format!("parts of {} earlier documents", self.ancestors);
            self.facts.add(FactKind::History, &text, self.source);
        }
    }
}

/// A coordinate as XMP writes it: `52,31.25N`, `52,31,15N`, or plain degrees.
fn coordinate(value: &str) -> Option<f64> {
    let (number, negative) = match value.chars().last()? {
        'S' | 'W' | 's' | 'w' => (&value[..value.len() - 1], true),
        'N' | 'E' | 'n' | 'e' => (&value[..value.len() - 1], false),
        _ => (value, false),
    };
    let mut degrees = 0.0;
    let mut unit = 1.0;
    for part in number.split(',') {
        let part: f64 = part.trim().parse().ok()?;
        degrees += part / unit;
        unit *= 60.0;
    }
    degrees.is_finite().then_some(if negative { -degrees } else { degrees })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_coordinate_is_read_without_harm(text: String) {
            let _ = coordinate(&text);
        }
    }
}
