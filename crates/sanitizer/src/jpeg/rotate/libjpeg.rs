//! Rearranges JPEG coefficients with libjpeg's `jtransform_*` calls (`mozjpeg-sys`):
//! what the tests compare ours with.
//!
//! The only module with `unsafe` code. Why it is sound:
//!
//! - **Errors.** libjpeg calls `error_exit`, which must not return. Ours
//!   unwinds ([`resume_unwind`], so that no panic hook prints) through the C
//!   frames into [`catch_unwind`]. All functions and callbacks are declared
//!   `C-unwind`, the C code is compiled with `-fexceptions` (the `unwinding`
//!   feature of `mozjpeg-sys`), and its frames hold nothing to drop: exactly
//!   what libjpeg's documentation allows `longjmp` to do, after which
//!   the objects may only be destroyed, which is what [`Session`]'s `Drop` does.
//!   With `panic = "abort"` this would end the process, so such a build fails.
//! - **Pointers.** libjpeg keeps pointers to the error manager, and to the
//!   destination. All of it lives in one heap allocation behind a raw pointer
//!   that Rust neither moves nor borrows while C runs; callbacks reach it only
//!   through the pointers that C hands them.
//! - **Input.** `jpeg_mem_src` reads the borrowed slice, which outlives the session.
//! - **Output.** C writes between `next_output_byte` and `free_in_buffer`, which
//!   always describe the spare capacity of a `Vec`; its length is set only over bytes written.
//! - **Layouts.** `mozjpeg-sys` 2.2.3 declares `jpeg_transform_info` *shorter*
//!   than the C code has it, which then writes past its end. [`TransformInfo`]
//!   is ours, with the six leading fields that every version has and room behind them.
//! - **Memory.** The caller bounds the coefficient arrays; `max_memory_to_use`
//!   makes the library keep to that bound, and the destination has its own.
#![expect(unsafe_code, reason = "calls a C library; the safety argument is above")]

use std::{
    ffi::{c_int, c_long, c_uint, c_ulong},
    mem::MaybeUninit,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    ptr,
};

use mozjpeg_sys as ffi;

use super::tests::Start;
use crate::transform::Transform;

/// What libjpeg makes of a picture, coded like this; `None` when it as much as warns.
pub(in crate::jpeg) fn turn(
    jpeg: &[u8],
    transform: Transform,
    trim: bool,
    progressive: bool,
    arithmetic: bool,
) -> Option<Vec<u8>> {
    let mut start = vec![0xFF, 0xD8];
    for range in Start::read(jpeg).ok()?.applications {
        start.extend_from_slice(&jpeg[range]);
    }
    let after_start = start.len();
    let (max_working, max_output) = (1 << 30, 1 << 30);
    let job = Job {
        jpeg,
        start,
        transform,
        trim,
        progressive,
        arithmetic,
        optimize: !arithmetic,
        max_working,
        max_output,
    };
    let mut turned = transcode(job).ok()?;
    // What the library wrote begins with an SOI of its own.
    turned.drain(after_start..after_start + 2);
    Some(turned)
}

pub(super) struct Job<'a> {
    pub jpeg: &'a [u8],
    /// What the output begins with.
    pub start: Vec<u8>,
    pub transform: Transform,
    /// Cut partial blocks off the edges that move.
    pub trim: bool,
    pub progressive: bool,
    pub arithmetic: bool,
    /// Make Huffman tables for this picture instead of using those of Annex K.
    pub optimize: bool,
    /// The most bytes that the library may take for itself.
    pub max_working: u64,
    /// The most bytes that the output may have.
    pub max_output: u64,
}

/// Why it was not done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// An error or a warning while reading.
    Data {
        /// Where reading stood.
        offset: usize,
    },
    /// An error in the transformation or while writing.
    Transform,
    /// A limit was reached, or the allocator failed.
    Memory,
}

/// Turns `job.jpeg`. The result is `job.start` and a whole JPEG behind it.
pub(super) fn transcode(mut job: Job<'_>) -> Result<Vec<u8>, Failure> {
    let output = Output::new(std::mem::take(&mut job.start), &job)?;
    let session = Session::new(output);
    // The session is only destroyed after an unwinding, never used.
    match catch_unwind(AssertUnwindSafe(|| session.run(&job))) {
        Ok(true) => Ok(session.into_output()),
        Ok(false) => Err(Failure::Transform),
        Err(payload) => match payload.downcast::<Raised>() {
            Ok(raised) => Err(session.explain(*raised, job.jpeg.len())),
            Err(panic) => resume_unwind(panic),
        },
    }
}

/// What `error_exit` and warnings unwind with.
struct Raised {
    code: c_int,
    reading: bool,
}

/// The library's objects, at one place in memory.
struct Objects {
    reader: ffi::jpeg_decompress_struct,
    writer: ffi::jpeg_compress_struct,
    errors: ffi::jpeg_error_mgr,
    output: Output,
}

/// Owns [`Objects`]; nothing else points to them but C.
struct Session(*mut Objects);

impl Session {
    fn new(output: Output) -> Self {
        let objects = Box::into_raw(Box::new(MaybeUninit::<Objects>::zeroed())).cast::<Objects>();
        // SAFETY: all-zero is a valid value of each C struct (integers, raw pointers,
        // `Option<fn>`, enums that have a zero), and `output` is written before use.
        // The two `jpeg_create_*` calls only fail when they cannot allocate a few
        // KiB or when struct sizes disagree; both objects are zero until then,
        // which `jpeg_destroy_*` accepts.
        unsafe {
            (&raw mut (*objects).output).write(output);
            (*objects).output.manager.init_destination = Some(init_destination);
            (*objects).output.manager.empty_output_buffer = Some(empty_output_buffer);
            (*objects).output.manager.term_destination = Some(term_destination);
            let errors = &raw mut (*objects).errors;
            ffi::jpeg_std_error(&mut *errors);
            (*errors).error_exit = Some(error_exit);
            (*errors).emit_message = Some(emit_message);
            (*errors).output_message = Some(output_message);
            (*objects).reader.common.err = errors;
            (*objects).writer.common.err = errors;
        }
        Self(objects)
    }

    /// Runs the whole transformation; `false` when it cannot be done exactly.
    /// Unwinds with [`Raised`] on an error.
    fn run(&self, job: &Job<'_>) -> bool {
        let objects = self.0;
        // SAFETY: the calls follow the order that libjpeg's documentation
        // prescribes for transcoding (`jpegtran.c` is its example), on objects
        // that live until `Drop`. References made here end with each call.
        unsafe {
            let reader = &raw mut (*objects).reader;
            let writer = &raw mut (*objects).writer;
            ffi::jpeg_create_decompress(reader);
            ffi::jpeg_create_compress(writer);
            let limit = c_long::try_from(job.max_working).unwrap_or(c_long::MAX);
            (*(*reader).common.mem).max_memory_to_use = limit;
            (*(*writer).common.mem).max_memory_to_use = limit;

            ffi::jpeg_mem_src(&mut *reader, job.jpeg.as_ptr(), job.jpeg.len() as c_ulong);
            ffi::jpeg_read_header(&mut *reader, 1);
            let mut info = TransformInfo::new(job);
            let info = (&raw mut info).cast::<ffi::jpeg_transform_info>();
            if ffi::jtransform_request_workspace(reader, info) == 0 {
                return false;
            }
            let read = ffi::jpeg_read_coefficients(&mut *reader);

            // The profile decides what the defaults are, so it goes first.
            // The other one would re-encode progressively, at a tenth of the speed.
            let fastest = ffi::JCP_FASTEST as c_int;
            ffi::jpeg_c_set_int_param(&mut *writer, ffi::JINT_COMPRESS_PROFILE, fastest);
            ffi::jpeg_copy_critical_parameters(&*reader, &mut *writer);
            let turned = ffi::jtransform_adjust_parameters(reader, writer, read, info);
            // These two are carried over by the caller, unchanged.
            (*writer).write_JFIF_header = 0;
            (*writer).write_Adobe_marker = 0;
            (*writer).arith_code = c_int::from(job.arithmetic);
            (*writer).optimize_coding = c_int::from(job.optimize);
            if job.progressive {
                ffi::jpeg_simple_progression(&mut *writer);
            }

            (*writer).dest = (&raw mut (*objects).output).cast::<ffi::jpeg_destination_mgr>();
            ffi::jpeg_write_coefficients(&mut *writer, turned);
            ffi::jtransform_execute_transformation(reader, writer, read, info);
            ffi::jpeg_finish_compress(&mut *writer);
            ffi::jpeg_finish_decompress(&mut *reader);
        }
        true
    }

    /// Says what an unwinding meant.
    fn explain(&self, raised: Raised, input: usize) -> Failure {
        match raised.code {
            ffi::JERR_OUT_OF_MEMORY | ffi::JERR_NO_BACKING_STORE | ffi::JERR_BAD_ALLOC_CHUNK => {
                Failure::Memory
            }
            _ if raised.reading => {
                // SAFETY: the objects are alive and no C code runs; `src` is null
                // or points to the source manager that libjpeg allocated.
                let left =
                    unsafe { (*self.0).reader.src.as_ref() }.map_or(input, |source| source.bytes_in_buffer);
                Failure::Data { offset: input.saturating_sub(left) }
            }
            _ => Failure::Transform,
        }
    }

    /// The finished output.
    fn into_output(self) -> Vec<u8> {
        // SAFETY: the objects are alive and no C code runs.
        std::mem::take(unsafe { &mut (*self.0).output.bytes })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: `jpeg_destroy_*` may be called at any time, also after an error
        // and on objects that were never created (their `mem` is null). Then the
        // allocation goes, with the type it was made with and `output` dropped.
        unsafe {
            ffi::jpeg_destroy_compress(&mut (*self.0).writer);
            ffi::jpeg_destroy_decompress(&mut (*self.0).reader);
            ptr::drop_in_place(&raw mut (*self.0).output);
            drop(Box::from_raw(self.0.cast::<MaybeUninit<Objects>>()));
        }
    }
}

/// `jpeg_transform_info` as far as a caller sets it, with room for the rest,
/// which is the library's own (92 bytes on 64-bit machines).
#[repr(C)]
struct TransformInfo {
    transform: c_uint,
    perfect: c_int,
    trim: c_int,
    force_grayscale: c_int,
    crop: c_int,
    slow_hflip: c_int,
    internal: [u64; 64],
}

impl TransformInfo {
    fn new(job: &Job<'_>) -> Self {
        let transform = match job.transform {
            Transform::FlipH => ffi::JXFORM_CODE_JXFORM_FLIP_H,
            Transform::Rotate180 => ffi::JXFORM_CODE_JXFORM_ROT_180,
            Transform::FlipV => ffi::JXFORM_CODE_JXFORM_FLIP_V,
            Transform::Transpose => ffi::JXFORM_CODE_JXFORM_TRANSPOSE,
            Transform::Rotate90 => ffi::JXFORM_CODE_JXFORM_ROT_90,
            Transform::Transverse => ffi::JXFORM_CODE_JXFORM_TRANSVERSE,
            Transform::Rotate270 => ffi::JXFORM_CODE_JXFORM_ROT_270,
        };
        Self {
            transform,
            perfect: c_int::from(!job.trim),
            trim: c_int::from(job.trim),
            force_grayscale: 0,
            crop: 0,
            slow_hflip: 0,
            internal: [0; 64],
        }
    }
}

/// A destination manager and the bytes it fills.
#[repr(C)]
struct Output {
    /// First, so that a pointer to it is a pointer to the whole.
    manager: ffi::jpeg_destination_mgr,
    bytes: Vec<u8>,
    limit: usize,
}

impl Output {
    /// Begins with `bytes`, and has room for about as much as the input.
    fn new(mut bytes: Vec<u8>, job: &Job<'_>) -> Result<Self, Failure> {
        let limit = usize::try_from(job.max_output).unwrap_or(usize::MAX);
        let room = (job.jpeg.len() + job.jpeg.len() / 8 + 4096).min(limit);
        bytes.try_reserve_exact(room).map_err(|_| Failure::Memory)?;
        let manager = ffi::jpeg_destination_mgr {
            next_output_byte: ptr::null_mut(),
            free_in_buffer: 0,
            init_destination: None,
            empty_output_buffer: None,
            term_destination: None,
        };
        Ok(Self { manager, bytes, limit })
    }

    /// Makes room if there is none, and offers it to the library.
    fn offer(&mut self) -> Result<(), Failure> {
        if self.bytes.len() == self.bytes.capacity() {
            let room = self.bytes.len().max(4096).min(self.limit.saturating_sub(self.bytes.len()));
            if room == 0 {
                return Err(Failure::Memory);
            }
            self.bytes.try_reserve_exact(room).map_err(|_| Failure::Memory)?;
        }
        let spare = self.bytes.spare_capacity_mut();
        self.manager.free_in_buffer = spare.len();
        self.manager.next_output_byte = spare.as_mut_ptr().cast();
        Ok(())
    }
}

/// Leaves libjpeg.
fn raise(common: &ffi::jpeg_common_struct, code: c_int) -> ! {
    resume_unwind(Box::new(Raised { code, reading: common.is_decompressor != 0 }))
}

unsafe extern "C-unwind" fn error_exit(common: &mut ffi::jpeg_common_struct) {
    // SAFETY: set to our error manager in `Session::new`.
    let code = unsafe { (*common.err).msg_code };
    raise(common, code);
}

/// Warnings (level -1) mean damaged data, but for two that are about the
/// contents of application segments. Higher levels are traces.
unsafe extern "C-unwind" fn emit_message(common: &mut ffi::jpeg_common_struct, level: c_int) {
    // SAFETY: set to our error manager in `Session::new`.
    let code = unsafe { (*common.err).msg_code };
    if level < 0 && !matches!(code, ffi::JWRN_JFIF_MAJOR | ffi::JWRN_ADOBE_XFORM) {
        raise(common, code);
    }
}

/// Nothing is printed.
unsafe extern "C-unwind" fn output_message(_common: &mut ffi::jpeg_common_struct) {}

unsafe extern "C-unwind" fn init_destination(writer: &mut ffi::jpeg_compress_struct) {
    // SAFETY: `dest` points to the `Output` of the session (see `run`), whose
    // first field it is; no other reference to it exists while C runs.
    let output = unsafe { &mut *writer.dest.cast::<Output>() };
    if output.offer().is_err() {
        raise(&writer.common, ffi::JERR_OUT_OF_MEMORY);
    }
}

unsafe extern "C-unwind" fn empty_output_buffer(writer: &mut ffi::jpeg_compress_struct) -> c_int {
    // SAFETY: as in `init_destination`. The library calls this when it has
    // filled the offered room, so everything up to the capacity is written.
    let output = unsafe {
        let output = &mut *writer.dest.cast::<Output>();
        output.bytes.set_len(output.bytes.capacity());
        output
    };
    if output.offer().is_err() {
        raise(&writer.common, ffi::JERR_OUT_OF_MEMORY);
    }
    1
}

unsafe extern "C-unwind" fn term_destination(writer: &mut ffi::jpeg_compress_struct) {
    // SAFETY: as in `init_destination`. All but the last `free_in_buffer` bytes are written.
    unsafe {
        let output = &mut *writer.dest.cast::<Output>();
        output.bytes.set_len(output.bytes.capacity() - output.manager.free_in_buffer);
    }
}
