//! The keyword arguments: the fields of [`Options`] by their names.

use std::str::FromStr;

use picture::{Options, Right, Rights, UnknownWord};
use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::{PyDict, PyString},
};

/// What there is, as an error says it.
const NAMES: &str = "orientation, partial_edges, icc, gain_maps, hidden_pixels, unreadable_profile, keep, max_memory, \
                     max_inflated_bytes, max_megapixels, verify_entropy";

/// Reads the options.
pub(crate) fn read(given: Option<&Bound<'_, PyDict>>) -> PyResult<Options> {
    let mut options = Options::default();
    for (name, value) in given.into_iter().flatten() {
        let name: String = name.extract()?;
        match &*name {
            "orientation" => options.orientation = word(&name, &value)?,
            "partial_edges" => options.partial_edges = word(&name, &value)?,
            "icc" => options.icc = word(&name, &value)?,
            "gain_maps" => options.gain_maps = word(&name, &value)?,
            "hidden_pixels" => options.hidden_pixels = word(&name, &value)?,
            "unreadable_profile" => options.unreadable_profile = word(&name, &value)?,
            "keep" => options.keep = rights(&value)?,
            "max_memory" => options.max_memory = of_type(&name, &value)?,
            "max_inflated_bytes" => options.max_inflated_bytes = of_type(&name, &value)?,
            "max_megapixels" => options.max_megapixels = of_type(&name, &value)?,
            "verify_entropy" => options.verify_entropy = of_type(&name, &value)?,
            _ => {
                return Err(PyTypeError::new_err(format!("there is no option {name:?}: use {NAMES}")));
            }
        }
    }
    Ok(options)
}

/// A value of the right type; the error names the option.
fn of_type<'py, T: FromPyObjectOwned<'py>>(name: &str, value: &Bound<'py, PyAny>) -> PyResult<T> {
    value.extract().map_err(|error: T::Error| {
        let (py, error): (_, PyErr) = (value.py(), error.into());
        PyErr::from_type(error.get_type(py), format!("{name}: {}", error.value(py)))
    })
}

fn word<T: FromStr<Err = UnknownWord>>(name: &str, value: &Bound<'_, PyAny>) -> PyResult<T> {
    let text: String = of_type(name, value)?;
    text.parse().map_err(|error: UnknownWord| PyValueError::new_err(error.to_string()))
}

/// Several words. A string would be gone through letter by letter, so it is refused.
fn rights(value: &Bound<'_, PyAny>) -> PyResult<Rights> {
    if value.is_instance_of::<PyString>() {
        return Err(PyTypeError::new_err("keep: a list of words, such as [\"copyright\"]"));
    }
    value.try_iter()?.map(|right| word::<Right>("keep", &right?)).collect()
}
