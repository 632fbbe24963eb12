//! The C interface of [`sanitizer`]: `include/sanitizer.h` is its documentation.
//!
//! The only `unsafe` of the library stands here: it believes the caller's pointers and lengths, as C does. No panic
//! leaves it.

#![expect(unsafe_code, reason = "C passes pointers")]

use std::{
    ffi::c_char,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr,
};

use sanitizer::{Options, sanitize};

const OK: i32 = 0;
const REFUSED: i32 = 1;
const ARGUMENT: i32 = 2;
const BUG: i32 = 3;

/// Bytes that this library allocated.
#[repr(C)]
#[derive(Debug)]
pub struct SanitizerBytes {
    /// Null when the length is 0.
    pub data: *mut u8,
    /// How many there are.
    pub length: usize,
}

impl SanitizerBytes {
    const EMPTY: Self = Self { data: ptr::null_mut(), length: 0 };

    fn new(bytes: Vec<u8>) -> Self {
        if bytes.is_empty() {
            return Self::EMPTY;
        }
        let length = bytes.len();
        Self { data: Box::into_raw(bytes.into_boxed_slice()).cast(), length }
    }
}

/// Cleans a picture, see the header.
///
/// # Safety
/// `input` is null or points to `length` bytes that nobody changes meanwhile; `out` is null or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sanitizer_clean(
    input: *const u8,
    length: usize,
    max_memory: u64,
    out: *mut SanitizerBytes,
) -> i32 {
    if out.is_null() {
        return ARGUMENT;
    }
    let (code, bytes) = if input.is_null() || isize::try_from(length).is_err() {
        (ARGUMENT, SanitizerBytes::EMPTY)
    } else {
        // SAFETY: it is not null, and the caller says that so many bytes are there and stay as they are.
        let input = unsafe { std::slice::from_raw_parts(input, length) };
        catch_unwind(AssertUnwindSafe(|| clean(input, max_memory))).unwrap_or((BUG, SanitizerBytes::EMPTY))
    };
    // SAFETY: it is not null, and the caller says that it can be written to; what was there needs no drop.
    unsafe { out.write(bytes) };
    code
}

fn clean(input: &[u8], max_memory: u64) -> (i32, SanitizerBytes) {
    let mut options = Options::default();
    if max_memory > 0 {
        options = options.with_max_memory(max_memory);
    }
    // Copied, since the clean picture's pieces would share the caller's memory.
    match sanitize(input.to_vec(), &options) {
        Ok(clean) => (OK, SanitizerBytes::new(clean.into_bytes().into())),
        Err(error) => (REFUSED, SanitizerBytes::new(error.to_string().into_bytes())),
    }
}

/// Gives back what [`sanitizer_clean`] allocated.
///
/// # Safety
/// `bytes` came from [`sanitizer_clean`], and is given back once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sanitizer_free(bytes: SanitizerBytes) {
    if !bytes.data.is_null() {
        // SAFETY: by contract this is what `SanitizerBytes::new` took apart, a boxed slice of that length.
        drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(bytes.data, bytes.length)) });
    }
}

/// The version of the library, with a final zero.
#[unsafe(no_mangle)]
pub extern "C" fn sanitizer_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
