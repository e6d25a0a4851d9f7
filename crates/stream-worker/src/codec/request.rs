//! Requests for data.

use stream_core::{Form, Region, Request, Slice};
use stream_memory::OverBudget;

use super::take::Result;
use super::{Flaw, Put, RANK, Take};

const FORMS: [Form; 4] = [Form::Stored, Form::Decoded, Form::Scaled, Form::Bytes];

pub(crate) fn put_request(put: &mut Put, request: &Request) -> Result<(), OverBudget> {
    put.usize(request.entries.len())?;
    request.entries.iter().try_for_each(|path| put.str(path))?;
    put.usize(request.region.axes().len())?;
    for slice in request.region.axes() {
        put.option(slice.start, Put::i64)?;
        put.option(slice.stop, Put::i64)?;
        put.u64(slice.step)?;
    }
    let form = FORMS.iter().position(|form| *form == request.form);
    put.u8(form.and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX))?;
    put.option(request.chunk_size, Put::usize)
}

pub(crate) fn take_request(take: &mut Take<'_>) -> Result<Request> {
    let count = take.count(usize::MAX)?;
    let paths = (0..count).map(|_| take.str()).collect::<Result<Vec<_>>>()?;
    let mut request = Request::entries(paths);
    let axes = take.count(RANK)?;
    let axes = (0..axes)
        .map(|_| {
            Ok(Slice {
                start: take.option(Take::i64)?,
                stop: take.option(Take::i64)?,
                step: take.u64()?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    request.region = Region::new(axes);
    request.form = *FORMS.get(usize::from(take.u8()?)).ok_or(Flaw::Wrong("an unknown form"))?;
    request.chunk_size = take.option(Take::usize)?;
    Ok(request)
}
