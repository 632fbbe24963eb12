//! What goes in and what comes out, by format and by question: one program, since linking each of them takes longer than all
//! of the tests. What a cleaning takes in memory is counted in a program of its own.

mod cancellation;
mod color_profiles;
mod color_transforms;
mod gain_maps;
mod gain_maps_heif;
mod gif_hidden_pixels;
mod gif_leaks;
mod heif;
mod heif_hidden_pixels;
mod heif_pictures;
mod heif_slices;
mod jpeg_corpus;
mod jpeg_hidden;
mod jpeg_hostile;
mod jpeg_leaks;
mod jpeg_mended;
mod jpeg_orientation;
mod jpeg_processes;
mod megapixels;
mod mutants;
mod png_hidden_pixels;
mod png_hostile;
mod png_leaks;
mod rights;
mod support;
mod webp_hidden_pixels;
mod webp_hostile;
mod webp_leaks;
