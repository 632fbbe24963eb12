//! The bytes of a picture, as Python hands them over.

use picture::Bytes;
use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    pybacked::PyBackedBytes,
    types::{PyByteArray, PyBytes, PyMemoryView},
};

/// The bytes of `data`. Those of a `bytes` object, which nobody can change, are not copied; others are, since their
/// owner could change them while Python's lock is given back.
pub(crate) fn bytes(data: &Bound<'_, PyAny>) -> PyResult<Bytes> {
    let data = if data.is_instance_of::<PyByteArray>() || data.is_instance_of::<PyMemoryView>() {
        &data.py().get_type::<PyBytes>().call1((data,))?
    } else {
        data
    };
    let Ok(bytes) = data.cast::<PyBytes>() else {
        let kind = data.get_type().name()?;
        return Err(PyTypeError::new_err(format!(
            "data is {kind}, not bytes, bytearray or memoryview; read a file with open(path, \"rb\").read()"
        )));
    };
    Ok(Bytes::from_owner(PyBackedBytes::from(bytes.clone())))
}
