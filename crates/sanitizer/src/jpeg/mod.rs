//! JPEG (ITU-T T.81, Annex B; JFIF is T.871).
//!
//! The cleaner is an allowlist: it walks the markers from SOI to EOI, keeps
//! the ones that are needed to show the picture, and drops or refuses the rest.
//!
//! `img-parts` is what the pieces are made of (its shared `Bytes`, its marker
//! names, its encoder for segments that are written anew). Its parser is not
//! used: that stops at the first SOS and takes everything behind it, later
//! scans, comments between them and the trailer, for one block of data. So the
//! walk is ours ([`walk`]), through every scan ([`scan`]) to the EOI.
//!
//! What goes: every APPn but JFIF, ICC and Adobe; comments; everything between
//! scans that is no table; everything after EOI; fill bytes; junk between
//! segments; slack inside segments; tables that no scan uses. What is refused:
//! data that a decoder would read in two ways, scans that are decoded over
//! earlier ones, hierarchical pictures, tables of which impossible symbols are used.
//!
//! What is mended, since cameras write it and viewers do not mind: a missing EOI
//! behind the last block of a whole picture, Huffman tables with impossible symbols that
//! no block uses ([`huffman_symbols`]), two components of one name, bytes before restart
//! markers. Only the proof tells that these harm nothing, so the coded data of such
//! files are followed even where the options ask for no proof.
//!
//! A second picture behind EOI stays when it is the HDR gain map of the first ([`gain_map`]). It is walked
//! through like that, loses even more (JFIF, mostly its profile), and is turned with it or not at all ([`clean`]).
//! [`write`](mod@write) puts both together, in one layout whatever the input's was.
//!
//! What stays hidable, since it is part of the picture: pixels and the values
//! of tables in use, the order of a Huffman table's symbols, the JFIF density,
//! the flags of Adobe, and the curves and tables of a colour profile.
//!
//! EXIF may be all that tells that a picture is in Adobe RGB (DCF's option file); a
//! small profile that says so takes its place. In other formats viewers do not ask
//! EXIF for colours, so neither do we.
//!
//! Only EXIF's Orientation is honoured. XMP has a `tiff:Orientation` too, which
//! browsers ignore; so do we.

mod app;
mod clean;
mod coefficients;
mod entropy;
mod error;
mod facts;
mod frame;
mod gain_map;
mod huffman_symbols;
mod icc;
mod layout;
mod memory;
mod packed;
mod rights;
mod rotate;
mod scan;
mod segment;
mod tables;
mod trailer;
mod transform;
mod walk;
mod write;

pub(crate) use clean::sanitize;
pub(crate) use memory::memory_needed;

use error::{malformed, truncated, unprovable};
