//! netCDF-4: what the netCDF library writes into HDF5 files, and HDF5 files that it did not write (NetCDF User's Guide, appendix
//! C).
#![deny(clippy::arithmetic_side_effects)]

mod attributes;
mod dataset;
mod dimensions;
mod fill;
mod objects;
mod padded;
mod types;
mod unpacked;

use std::sync::Arc;

use stream_core::{ChargedVec, ChunkPlan, Context, Form, Format, Request, Result, no_such_entry};
use stream_hdf5::{File, Hdf5};

use crate::cf::Cf;
use crate::defect::{Defect, Findings};
use crate::header::Header;
use crate::store::{Opened, Planned, Store};
use crate::{Attribute, Options, Owner, Variable, Version};
use padded::{Padded, Reach};
use unpacked::Unpacked;

/// The HDF5 file that holds the data.
struct Hdf5Store {
    file: File,
    /// The paths of groups, by their number.
    groups: objects::Paths,
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
    let Builder { mut header, mut findings, incomplete, groups, .. } = builder;
    if file.superblock().is_open() {
        findings.push(Defect::StillOpen, None, None)?;
    }
    if header.number_duplicates()? > 0 {
        findings.push(Defect::NameRepeated, None, None)?;
    }
    for variable in header.variables() {
        Cf::new(variable).check(&mut findings)?;
    }
    Ok(Opened { header, findings, incomplete, store: Box::new(Hdf5Store { file, groups }) })
}

impl Store for Hdf5Store {
    /// Through the HDF5 reader's plan.
    fn plan(&self, variable: Variable<'_>, entry: usize, request: &Request) -> Result<Planned> {
        let path = variable.storage_rec().map_or("", |s| variable.header().text(s.object));
        let dataset = self.file.object(path)?.into_dataset()?;
        let form = if request.form == Form::Bytes { Form::Bytes } else { Form::Stored };
        let stored = Request { form, ..request.clone() };
        let shape = variable.full_shape();
        let whole = dataset.shape().unwrap_or_else(|| [0].into());
        if form == Form::Bytes || shape == whole {
            let data = dataset.data(entry, &stored)?;
            return Ok(self.planned(variable, request.form, data.plan, data.missing));
        }
        let cx = self.file.context();
        let reach = Reach::new(&request.region, &shape, &whole)?;
        let data = dataset.data(entry, &stored.with_region(reach.region()))?;
        let chunk = request.chunk_size.unwrap_or_else(|| cx.chunk_size()).max(1);
        let fill = fill::element(variable, &dataset)?;
        let part = (data.plan, dataset.dtype());
        let padded = Padded::new(cx.clone(), entry, part, (&reach, chunk), fill);
        Ok(self.planned(variable, request.form, Arc::new(padded), data.missing))
    }

    fn values(&self, attribute: Attribute<'_>) -> Result<ChargedVec<u8>> {
        let header = attribute.header;
        let path = match attribute.owner() {
            Owner::Group(id) => {
                usize::try_from(id).ok().and_then(|at| self.groups.get(at).copied())
            }
            Owner::Variable(id) => Variable { header, id }.storage_rec().map(|s| s.object),
        };
        let path = path.ok_or_else(|| no_such_entry(attribute.name()))?;
        attributes::values(&self.file.object(header.text(path))?, attribute)
    }
}

impl Hdf5Store {
    fn planned(
        &self,
        variable: Variable<'_>,
        form: Form,
        plan: Arc<dyn ChunkPlan>,
        missing: Vec<String>,
    ) -> Planned {
        let packing = (form == Form::Scaled).then(|| Cf::new(variable).packing()).flatten();
        let plan = match packing {
            Some(packing) => {
                let cx = self.file.context().clone();
                Arc::new(Unpacked::new(cx, plan, packing))
            }
            None => plan,
        };
        Planned { plan, missing }
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
