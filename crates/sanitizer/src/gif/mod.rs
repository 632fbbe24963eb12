//! GIF87a and GIF89a (CompuServe, <https://www.w3.org/Graphics/GIF/spec-gif89a.txt>).
//!
//! What stays: the screen, its colours, the images with their colours, the
//! graphic control before each, and how often an animation runs. Comments,
//! plain text (which no viewer shows) and what other applications left go, ICC
//! profiles among them: browsers ignore these in GIF. Colours that no pixel can
//! name become black: those of the screen when every image has its own, and
//! those beyond the code size.
//!
//! What of an image lies beyond the screen nobody sees: its codes are written anew without it.
//!
//! What is not looked into: colours that a pixel could name but none does, how
//! an encoder chose among equal codes, delays and positions.
//!
//! What some decoders take and we refuse: no trailer; image data that stop
//! before the last pixel without an end code; code sizes other than 2 to 8.

mod clean;
mod colors;
mod error;
mod lzw;
mod recode;
mod screen;
mod walk;
mod xmp;

pub(crate) use clean::sanitize;
