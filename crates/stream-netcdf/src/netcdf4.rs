//! netCDF-4: what the netCDF library writes into HDF5 files, and HDF5 files that it did not write (NetCDF User's Guide, appendix
//! C).
#![deny(clippy::arithmetic_side_effects)]

mod attributes;
mod dataset;
mod dimensions;
mod objects;
mod types;
mod unpacked;

use std::sync::Arc;

use stream_core::{ChunkPlan, Context, Form, Format, Request, Result};
use stream_hdf5::{File, Hdf5};

use crate::cf::Cf;
use crate::defect::{Defect, Findings};
use crate::header::Header;
use crate::{Options, Variable, Version};
use unpacked::Unpacked;

/// The HDF5 file that holds the data.
pub(crate) struct Store {
    file: File,
}

/// What was found in a file.
pub(crate) struct Opened {
    pub(crate) header: Header,
    pub(crate) findings: Findings,
    pub(crate) incomplete: Option<String>,
    pub(crate) store: Store,
}

/// The library that is linked.
pub(crate) fn library() -> Option<String> {
    Hdf5.library()
}

/// Walks over the file and keeps what it says of itself.
///
/// # Errors
/// Any kind; what one object's bytes do wrong is a finding.
pub(crate) fn open(cx: Context, options: &Options) -> Result<Opened> {
    let file = File::open(cx)?;
    let mut builder = Builder::new(&file, options);
    objects::collect(&mut builder)?;
    types::collect(&mut builder)?;
    attributes::of_groups(&mut builder)?;
    dataset::collect(&mut builder)?;
    dimensions::resolve(&mut builder)?;
    let Builder { mut header, mut findings, incomplete, .. } = builder;
    if header.number_duplicates()? > 0 {
        findings.push(Defect::NameRepeated, None, None)?;
    }
    for variable in header.variables() {
        Cf::new(variable).check(&mut findings)?;
    }
    Ok(Opened { header, findings, incomplete, store: Store { file } })
}

impl Store {
    /// The data of a variable, through the HDF5 reader's plan.
    pub(crate) fn plan(
        &self,
        variable: Variable<'_>,
        index: usize,
        request: &Request,
    ) -> Result<Arc<dyn ChunkPlan>> {
        let path = variable.storage_rec().map_or("", |s| variable.header().text(s.object));
        let packing = (request.form == Form::Scaled).then(|| Cf::new(variable).packing()).flatten();
        let form = if request.form == Form::Bytes { Form::Bytes } else { Form::Stored };
        let request = Request { form, ..request.clone() };
        let plan = self.file.object(path)?.into_dataset()?.data(index, &request)?.plan;
        Ok(match packing {
            Some(packing) => {
                let cx = self.file.context().clone();
                Arc::new(Unpacked::new(cx, plan, packing))
            }
            None => plan,
        })
    }
}

/// What is collected on the way.
struct Builder<'f> {
    file: &'f File,
    limit: u64,
    header: Header,
    findings: Findings,
    incomplete: Option<String>,
    /// The paths of groups, by their number.
    groups: objects::Paths,
    types: objects::Items,
    datasets: objects::Items,
    known: types::Known,
    sets: dataset::Sets,
}

impl<'f> Builder<'f> {
    fn new(file: &'f File, options: &Options) -> Self {
        let budget = file.context().budget();
        Self {
            file,
            limit: u64::try_from(options.value_limit()).unwrap_or(u64::MAX),
            header: Header::new(budget, Version::Netcdf4),
            findings: Findings::new(budget),
            incomplete: None,
            groups: objects::Paths::new(budget),
            types: objects::Items::new(budget),
            datasets: objects::Items::new(budget),
            known: types::Known::default(),
            sets: dataset::Sets::new(budget),
        }
    }

    /// Notes what cannot be read, and goes on; what the caller has to know ends it.
    fn broken(&mut self, path: &str, error: stream_core::Error) -> Result<()> {
        use stream_core::ErrorKind::{Cancelled, Io, OverBudget};
        if matches!(error.kind(), Cancelled | Io | OverBudget) {
            return Err(error);
        }
        let found = error.to_string();
        self.incomplete.get_or_insert_with(|| format!("{path} cannot be read: {found}"));
        let name = path.strip_prefix('/').unwrap_or(path).to_owned();
        self.findings.push(Defect::ObjectBroken { found }, error.offset(), Some(name))
    }
}
