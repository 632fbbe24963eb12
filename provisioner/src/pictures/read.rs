//! Reads a picture into memory.

use std::fs::File;
use std::io::{self, Read};

use sanitizer::{Bytes, Format};

use super::{Buffer, Input};

/// A file's first bytes, enough to tell its format. A folder may hold films:
/// they are not read to the end to learn that they are no pictures.
const HEAD: u64 = 4096;

/// No picture is this large, and each is held in memory as a whole.
const LIMIT: u64 = 2 << 30;

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The system said no.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Its first bytes say that it is no picture that we can clean.
    #[error("{0}")]
    Format(sanitizer::Error),
    /// More than anybody has memory for.
    #[error("larger than 2 GiB")]
    TooLarge,
}

/// Reads a picture into the memory of `buffer`. Stops early at what is none.
///
/// # Errors
/// When it cannot be read, or is no picture.
pub(crate) fn read(input: &Input, buffer: &mut Buffer) -> Result<Bytes, ReadError> {
    match input {
        Input::Stdin => read_from(io::stdin().lock(), 0, buffer),
        Input::File(location) => read_file(&location.open()?, buffer),
    }
}

/// As [`read`], of an open file.
///
/// # Errors
/// As there.
pub(super) fn read_file(file: &File, buffer: &mut Buffer) -> Result<Bytes, ReadError> {
    read_from(file, file.metadata()?.len(), buffer)
}

fn read_from(mut source: impl Read, length: u64, buffer: &mut Buffer) -> Result<Bytes, ReadError> {
    let mut bytes = buffer.take();
    (&mut source).take(HEAD).read_to_end(&mut bytes)?;
    if let Err(error) = Format::detect(&bytes) {
        buffer.put(bytes);
        return Err(ReadError::Format(error));
    }
    if length > LIMIT {
        return Err(ReadError::TooLarge);
    }
    // One byte more than expected: then the end is seen without growing.
    let expected = usize::try_from(length).unwrap_or(0).saturating_sub(bytes.len());
    bytes.reserve(expected + 1);
    source.take(LIMIT).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT {
        return Err(ReadError::TooLarge);
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_is_not_read_to_its_end() {
        let mut film = io::repeat(b'x').take(1 << 40);
        let result = read_from(&mut film, 1 << 40, &mut Buffer::default());
        assert!(matches!(result, Err(ReadError::Format(sanitizer::Error::NotAPicture))));
        assert_eq!(film.limit(), (1 << 40) - HEAD);
    }

    #[test]
    fn all_of_a_picture_is_read_whatever_length_was_told() {
        let file = [&[0xFF, 0xD8, 0xFF][..], &[7; 100_000]].concat();
        for told in [0, 50_000, 100_003, 900_000] {
            assert_eq!(read_from(&file[..], told, &mut Buffer::default()).unwrap(), file);
        }
    }
}
