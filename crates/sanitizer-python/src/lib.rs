//! The Python interface of [`sanitizer`](picture): `sanitizer.pyi` is its documentation.
//!
//! The words are those of the command line, and reports are what `--json` prints. Python's lock is given back while a
//! picture is worked on, so that threads work on several at once.

mod input;
mod options;

use picture::{Bytes, Error, Options, sanitize};
use pyo3::{create_exception, exceptions::PyValueError, prelude::*, types::PyBytes};

create_exception!(
    sanitizer,
    Refused,
    PyValueError,
    "The picture is refused; `kind` is a stable word for why."
);

/// A clean picture.
#[pyclass(frozen, module = "sanitizer")]
#[derive(Debug)]
pub struct Sanitized {
    /// The file.
    #[pyo3(get)]
    data: Py<PyBytes>,
    /// Its format, such as "jpeg".
    #[pyo3(get)]
    format: Py<PyAny>,
    /// What was removed and what became of the rest.
    #[pyo3(get)]
    report: Py<PyAny>,
}

#[pymethods]
impl Sanitized {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (data, format) = (self.data.bind(py), self.format.bind(py));
        Ok(format!("<sanitizer.Sanitized {format}, {} bytes>", data.len()?))
    }
}

fn cleaned(py: Python<'_>, input: Bytes, options: &Options) -> PyResult<picture::Sanitized> {
    py.detach(|| sanitize(input, options)).map_err(|error| refused(py, &error))
}

fn refused(py: Python<'_>, error: &Error) -> PyErr {
    let refused = Refused::new_err(error.to_string());
    match refused.value(py).setattr("kind", error.kind()) {
        Ok(()) => refused,
        Err(other) => other,
    }
}

#[pymodule]
#[pyo3(name = "sanitizer")]
mod module {
    use pyo3::types::PyDict;

    use super::*;

    #[pymodule_export]
    use super::{Refused, Sanitized};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", picture::VERSION)
    }

    /// Cleans a picture.
    #[pyfunction]
    #[pyo3(name = "sanitize", signature = (data, **options))]
    fn clean(
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Sanitized> {
        let options = options::read(options)?;
        let clean = cleaned(py, input::bytes(data)?, &options)?;
        let data = PyBytes::new_with(py, clean.len(), |to| {
            let mut rest = to;
            for piece in clean.pieces() {
                let (here, behind) = rest.split_at_mut(piece.len());
                here.copy_from_slice(piece);
                rest = behind;
            }
            Ok(())
        })?;
        let report = pythonize::pythonize(py, &clean.report)?;
        let format = report.get_item("format")?.unbind();
        Ok(Sanitized { data: data.unbind(), format, report: report.unbind() })
    }

    /// Tells what a picture reveals.
    #[pyfunction]
    #[pyo3(signature = (data, **options))]
    fn inspect(
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        let options = options::read(options)?.with_facts(true);
        let report = cleaned(py, input::bytes(data)?, &options)?.into_report();
        Ok(pythonize::pythonize(py, &report)?.unbind())
    }
}
