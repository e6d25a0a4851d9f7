//! Among the elements of a data set or an item.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Error, Result};

use super::levels::LevelKind;
use super::{Outcome, Phase, Reader};
use crate::element::{Element, ElementKind};
use crate::header::{self, Header, ITEM, ITEM_END, LONGEST, SEQUENCE_END, Stated, UNDEFINED};
use crate::options::Checks;
use crate::{ByteOrder, Defect, Encoding, Tag, VR, dictionary, pixel_data, vr};

impl Reader {
    pub(super) fn in_data_set(&mut self, header: Header, element: &mut Element) -> Result<Outcome> {
        if matches!(header.tag, ITEM | ITEM_END | SEQUENCE_END) {
            return Ok(self.delimited(&header));
        }
        if self.levels.is_empty() && self.phase == Phase::DataSet {
            if self.options.until.is_some_and(|last| header.tag > last) {
                return Ok(Outcome::End);
            }
            if header.tag == Tag(0, 0) && self.root.count > 0 && self.only_zeros()? {
                self.deviate(Defect::TrailingZeros, header.tag);
                return Ok(Outcome::End);
            }
        }
        let (header, vr) = self.resolve(header)?;
        if header.length == UNDEFINED {
            return self.undefined(header, vr, element);
        }
        if vr == VR::SQ {
            return self.sequence(header, vr, element, ElementKind::Sequence);
        }
        self.value(header, vr, element)
    }

    /// A delimiter, or an item where an element is due.
    fn delimited(&mut self, header: &Header) -> Outcome {
        let item = self.levels.last().copied().filter(|top| top.kind == LevelKind::Item);
        let open = item.filter(|top| top.is_undefined());
        match (header.tag, open, item) {
            (ITEM_END, _, Some(top)) => {
                self.delimiter(header);
                if !top.is_undefined() {
                    self.deviate(Defect::DelimiterStray { found: header.tag }, top.tag);
                }
                self.skip_header(header);
                self.pop();
                if !top.is_undefined() {
                    self.pos = self.pos.max(top.end);
                }
            }
            // the sequence ends, or its next item starts, with this item still open
            (_, Some(top), _) => {
                self.deviate(Defect::ItemDelimiterMissing, top.tag);
                self.pop();
            }
            _ => {
                self.deviate(Defect::DelimiterStray { found: header.tag }, header.tag);
                self.skip_header(header);
            }
        }
        Outcome::Again
    }

    /// Whether there is nothing but zeros from here on; looks at a mebibyte of them.
    ///
    /// # Errors
    /// `Malformed` when something comes behind them.
    fn only_zeros(&mut self) -> Result<bool> {
        if self.input.peek(self.pos, LONGEST)?.iter().take(LONGEST).any(|&b| b != 0) {
            return Ok(false);
        }
        let (mut at, limit) = (self.pos, self.pos.saturating_add(1 << 20));
        let capacity = self.input.capacity();
        while at < limit {
            let held = self.input.peek(at, capacity)?;
            if held.iter().any(|&b| b != 0) {
                return Err(Error::malformed(
                    self.place(self.pos),
                    "zeros where an element is due",
                ));
            }
            if held.is_empty() {
                break;
            }
            at = at.saturating_add(u64::try_from(held.len()).unwrap_or(u64::MAX));
        }
        Ok(true)
    }

    pub(super) fn checks_all(&self) -> bool {
        self.options.checks == Checks::All
    }

    /// The VR that counts, and the header as it was meant.
    fn resolve(&mut self, header: Header) -> Result<(Header, VR)> {
        let implied = |reader: &Self, tag| {
            let signed = reader.scopes.facts(reader.steps.len()).signed;
            dictionary::implicit_vr(tag, signed)
        };
        match header.vr {
            Stated::Known(vr) => Ok((header, vr)),
            Stated::Nothing => Ok((header, implied(self, header.tag))),
            Stated::Other(found) => {
                if let Some(implicit) = self.as_implicit(&header)? {
                    self.deviate(Defect::VrAbsent, header.tag);
                    return Ok((implicit, implied(self, header.tag)));
                }
                self.deviate(Defect::VrUnknown { found }, header.tag);
                Ok((header, VR::UN))
            }
        }
    }

    /// The header read in implicit form, when that leads to a next element and the explicit form does not. Looks as far as
    /// the read-ahead reaches, so that every source decides alike.
    fn as_implicit(&mut self, header: &Header) -> Result<Option<Header>> {
        let encoding = Encoding { explicit: false, ..self.encoding };
        if header.size != 8 {
            return Ok(None);
        }
        let left = self.left().unwrap_or(u64::MAX);
        let bytes = self.input.peek(self.pos, LONGEST)?;
        let Some(implicit) = header::parse(bytes, encoding) else { return Ok(None) };
        if u64::from(implicit.length) > left {
            return Ok(None);
        }
        let follows = |reader: &mut Self, header: &Header| -> Result<bool> {
            let next = u64::from(header.length).saturating_add(8);
            let want = usize::try_from(next).unwrap_or(usize::MAX).saturating_add(LONGEST);
            if next == left {
                return Ok(true);
            }
            if want > reader.input.capacity() {
                return Ok(false);
            }
            let order = reader.encoding.order;
            let from = usize::try_from(next).unwrap_or(usize::MAX);
            let bytes = reader.input.peek(reader.pos, want)?.get(from..).unwrap_or_default();
            let Some(tag) = order.tag(bytes) else { return Ok(bytes.is_empty()) };
            let two = bytes.get(4..).and_then(|b| b.first_chunk::<2>()).copied();
            let known = two.is_some_and(|two| vr::from_bytes(two).is_some())
                || dictionary::keyword(tag).is_some();
            Ok(tag > header.tag && known)
        };
        let good = follows(self, &implicit)? && !follows(self, header)?;
        Ok(good.then_some(implicit))
    }

    /// An element whose end a delimiter says.
    fn undefined(&mut self, header: Header, vr: VR, element: &mut Element) -> Result<Outcome> {
        let pixels = pixel_data::is_pixel_data(header.tag);
        match vr {
            VR::SQ => self.sequence(header, vr, element, ElementKind::Sequence),
            VR::UN if !pixels => self.sequence(header, VR::SQ, element, ElementKind::Sequence),
            VR::OB | VR::OW => self.sequence(header, vr, element, ElementKind::Encapsulated),
            _ if pixels => self.sequence(header, vr, element, ElementKind::Encapsulated),
            _ => {
                let size = usize::from(header.size);
                let want = size.saturating_add(LONGEST);
                let bytes = self.input.peek(self.pos, want)?.get(size..).unwrap_or_default();
                if !self.encoding.order.tag(bytes).is_some_and(|t| matches!(t, ITEM | SEQUENCE_END))
                {
                    let message =
                        format!("undefined length of {} with VR {vr}, without items", header.tag);
                    return Err(Error::malformed(self.place(self.pos), message));
                }
                self.deviate(Defect::LengthUndefined { found: vr }, header.tag);
                self.sequence(header, VR::SQ, element, ElementKind::Sequence)
            }
        }
    }

    fn sequence(
        &mut self,
        header: Header,
        vr: VR,
        element: &mut Element,
        kind: ElementKind,
    ) -> Result<Outcome> {
        self.beyond_parent(&header);
        self.check(&header, vr);
        let from = self.pos.saturating_add(u64::from(header.size));
        let level =
            if kind == ElementKind::Sequence { LevelKind::Sequence } else { LevelKind::Fragments };
        let place = self.count(header.tag);
        self.deliver(element, &header, vr, kind, None);
        element.place = place;
        self.learn(element)?;
        self.push(level, header.tag, header.length, from)?;
        // PS3.5 6.2.2: UN of undefined length holds implicit VR little endian, whatever is around
        if header.vr == Stated::Known(VR::UN) {
            self.encoding = Encoding { explicit: false, order: ByteOrder::Little };
        }
        self.pos = from;
        Ok(Outcome::Delivered)
    }

    fn value(&mut self, header: Header, vr: VR, element: &mut Element) -> Result<Outcome> {
        let (size, length) =
            (usize::from(header.size), usize::try_from(header.length).unwrap_or(usize::MAX));
        let mut held = None;
        let load = length <= self.options.value_limit;
        if load {
            let want = size.saturating_add(length);
            let bytes = self.input.peek(self.pos, want)?;
            match bytes.get(size..want) {
                Some(value) => element.value.extend(value)?,
                None => held = Some(u64::try_from(bytes.len()).unwrap_or(u64::MAX)),
            }
        }
        let end = self
            .pos
            .saturating_add(u64::from(header.size))
            .saturating_add(u64::from(header.length));
        self.beyond_parent(&header);
        self.check(&header, vr);
        let place = self.count(header.tag);
        self.deliver(element, &header, vr, ElementKind::Value, None);
        element.place = place;
        element.loaded = load && held.is_none();
        self.learn(element)?;
        match held {
            Some(held) => {
                let size = self.pos.saturating_add(held);
                self.pending = Some(self.cut_short(&header, self.pos, size));
            }
            None => self.check_reach(end, &header),
        }
        self.pos = end;
        Ok(Outcome::Delivered)
    }

    /// The rules that one header can break.
    fn check(&mut self, header: &Header, vr: VR) {
        let (tag, found) = (header.tag, header.length);
        if found != UNDEFINED && found & 1 == 1 {
            self.deviate(Defect::LengthOdd { found }, tag);
        }
        if header.reserved != 0 {
            self.deviate(Defect::ReservedBytes { found: header.reserved }, tag);
        }
        if !self.checks_all() {
            return;
        }
        let unit = u8::try_from(if vr == VR::AT { 4 } else { vr::unit(vr) }).unwrap_or(1);
        let whole = found.checked_rem(u32::from(unit)) == Some(0);
        // an odd length is named already
        if found != UNDEFINED && found & 1 == 0 && !whole {
            self.deviate(Defect::LengthNotMultiple { unit, found }, tag);
        }
        if let Stated::Known(stated) = header.vr
            && !dictionary::allows(tag, stated)
        {
            self.deviate(Defect::VrMismatch { found: stated }, tag);
        }
    }
}
