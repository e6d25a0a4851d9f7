//! A file, open: its header and the way to its data.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{Context, Diagnostics, Error, ErrorKind, Result};

use crate::cf::Cf;
use crate::classic::{self, Parsed};
use crate::defect::{Defect, Findings};
use crate::format::has_hdf5_signature;
use crate::store::{self, Store};
use crate::{Header, Options};

/// How netCDF-4 files are opened where nothing else is said.
#[cfg(feature = "hdf5")]
pub(crate) const NETCDF4: store::Open = crate::netcdf4::open;
#[cfg(not(feature = "hdf5"))]
pub(crate) const NETCDF4: store::Open = store::none;

/// A netCDF dataset, open for reading.
pub struct Dataset {
    cx: Context,
    header: Arc<Header>,
    failed: Option<Error>,
    findings: Findings,
    incomplete: Option<String>,
    store: Option<Box<dyn Store>>,
}

impl Dataset {
    /// Opens a dataset with the defaults of [`Options`]. Reads the header, and nothing of the data; all that is kept is charged.
    ///
    /// A header that is broken somewhere is kept up to there: [`Dataset::failed`] says what stopped it.
    ///
    /// # Errors
    /// `Malformed` or `Truncated` for what is no netCDF, `NotEnabled` for netCDF-4 without feature `hdf5`, `OverBudget`, `Io`.
    pub fn open(cx: Context) -> Result<Self> {
        Self::open_with(cx, &Options::default())
    }

    /// Opens a dataset.
    ///
    /// # Errors
    /// As [`Dataset::open`].
    pub fn open_with(cx: Context, options: &Options) -> Result<Self> {
        Self::open_by(cx, options, NETCDF4)
    }

    /// Opens a dataset, a netCDF-4 one by `netcdf4`.
    ///
    /// # Errors
    /// As [`Dataset::open`].
    pub(crate) fn open_by(cx: Context, options: &Options, netcdf4: store::Open) -> Result<Self> {
        let mut head = [0; 8];
        let found = cx.read_full_at(0, &mut head)?;
        let head = head.get(..found).unwrap_or_default();
        match classic::version(head) {
            Some(version) => {
                let size = size(&cx)?;
                let parsed = classic::parse(&cx, size, version, options.value_limit())?;
                Self::classic(cx, parsed, size)
            }
            None if has_hdf5_signature(&cx)? => Self::netcdf4(cx, options, netcdf4),
            None if found < 4 => Err(Error::truncated(
                u64::try_from(found).unwrap_or(0),
                format!("magic: expected 4 bytes, found {found}"),
            )),
            None => Err(Error::malformed(
                0,
                format!(
                    "magic: expected CDF and 1, 2 or 5, or HDF5's signature, found {head:02x?}"
                ),
            )),
        }
    }

    fn classic(cx: Context, parsed: Parsed, size: u64) -> Result<Self> {
        let Parsed { header, failed, mut findings, streaming } = parsed;
        if streaming {
            findings.push(Defect::RecordsStreamed { found: header.records() }, None, None)?;
        }
        let mut incomplete = None;
        let claim = classic::claim(&header, size);
        if let Some((variable, needed)) = claim.short {
            let name = variable.name().to_owned();
            let (expected, found) = (claim.needed, size);
            incomplete = Some(format!(
                "file has {found} bytes, its header needs {expected}; variable {name} needs {needed}"
            ));
            findings.push(Defect::FileTooShort { expected, found }, Some(size), Some(name))?;
        } else if claim.padded > size && failed.is_none() {
            let defect = Defect::PaddingMissing { expected: claim.padded, found: size };
            findings.push(defect, Some(size), None)?;
        }
        for variable in header.variables() {
            Cf::new(variable).check(&mut findings)?;
        }
        Ok(Self { cx, header: Arc::new(header), failed, findings, incomplete, store: None })
    }

    fn netcdf4(cx: Context, options: &Options, open: store::Open) -> Result<Self> {
        let store::Opened { header, findings, incomplete, store } = open(cx.clone(), options)?;
        let (header, store) = (Arc::new(header), Some(store));
        Ok(Self { cx, header, failed: None, findings, incomplete, store })
    }

    pub(crate) fn store(&self) -> Option<&dyn Store> {
        self.store.as_deref()
    }

    /// The context that it is read within.
    pub fn context(&self) -> &Context {
        &self.cx
    }

    /// What the file says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The same, to be kept.
    pub fn shared_header(&self) -> Arc<Header> {
        self.header.clone()
    }

    /// What ended the reading of the header early.
    pub fn failed(&self) -> Option<&Error> {
        self.failed.as_ref()
    }

    pub(crate) fn take_failure(&mut self) -> Option<Error> {
        self.failed.take()
    }

    /// What is unusual about the file: rules of the format and of the CF conventions that it breaks.
    pub fn findings(&self) -> &Diagnostics {
        &self.findings.0
    }

    /// Notes that a source of a variable's data is not there.
    pub(crate) fn note_missing(&mut self, path: String, found: String) -> Result<()> {
        self.incomplete.get_or_insert_with(|| format!("{path}: {found}"));
        let name = path.strip_prefix('/').unwrap_or(&path).to_owned();
        self.findings.push(Defect::SourceMissing { found }, None, Some(name))
    }

    /// Why not all of the data is there, if so.
    pub fn incomplete(&self) -> Option<&str> {
        self.incomplete.as_deref()
    }
}

fn size(cx: &Context) -> Result<u64> {
    cx.source().size().ok_or_else(|| {
        Error::new(ErrorKind::Unsupported, "netCDF needs a source that knows its size")
    })
}
