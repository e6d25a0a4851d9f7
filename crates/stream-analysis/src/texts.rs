//! Statistics of texts: how many, and how long.

/// Lengths of some texts, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// Texts.
    pub count: u64,
    /// Those without a character: what many formats have for missing.
    pub empty: u64,
    /// The shortest, in bytes.
    pub min_length: Option<u64>,
    /// The longest, in bytes.
    pub max_length: Option<u64>,
    /// All together, in bytes.
    pub total_length: u64,
}

impl Texts {
    /// Adds a text.
    pub(crate) fn add(&mut self, length: usize) {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        self.merge(&Self {
            count: 1,
            empty: u64::from(length == 0),
            min_length: Some(length),
            max_length: Some(length),
            total_length: length,
        });
    }

    /// Adds a text in a field of fixed size: what follows the first NUL, and blanks at the end, are padding.
    pub(crate) fn add_field(&mut self, field: &[u8]) {
        let text = field.split(|&b| b == 0).next().unwrap_or_default();
        self.add(text.trim_ascii_end().len());
    }

    /// Adds what another found in other elements.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.empty = self.empty.saturating_add(other.empty);
        self.total_length = self.total_length.saturating_add(other.total_length);
        self.min_length = [self.min_length, other.min_length].into_iter().flatten().min();
        self.max_length = self.max_length.max(other.max_length);
    }
}
