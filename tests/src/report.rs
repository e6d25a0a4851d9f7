//! What a suite found: what held, what is known to differ and why, what was skipped, what is wrong.

/// A file that differs from its oracle for a reason that was looked into.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// The end of the file's name.
    pub name: &'static str,
    /// Why.
    pub reason: &'static str,
}

/// A file, by the end of its name, and why it differs.
#[must_use]
pub const fn known(name: &'static str, reason: &'static str) -> Known {
    Known { name, reason }
}

/// Gathers the outcomes of one suite.
#[derive(Debug)]
pub struct Report {
    suite: String,
    known: &'static [Known],
    held: usize,
    differs: Vec<String>,
    skipped: Vec<String>,
    wrong: Vec<String>,
}

impl Report {
    /// An empty report.
    #[must_use]
    pub fn new(suite: impl Into<String>, known: &'static [Known]) -> Self {
        let (differs, skipped, wrong) = Default::default();
        Self { suite: suite.into(), known, held: 0, differs, skipped, wrong }
    }

    /// Notes how a comparison came out.
    pub fn note(&mut self, name: &str, outcome: Result<(), impl std::fmt::Display>) {
        let known = self.known.iter().find(|known| name.ends_with(known.name));
        match (outcome, known) {
            (Ok(()), None) => self.held += 1,
            (Ok(()), Some(known)) => self.wrong.push(format!(
                "{name}: listed as different ({}), and does not differ any more",
                known.reason
            )),
            (Err(_), Some(known)) => self.differs.push(format!("{name}: {}", known.reason)),
            (Err(why), None) => self.wrong.push(format!("{name}: {why}")),
        }
    }

    /// Notes what could not be compared.
    pub fn skip(&mut self, name: &str, reason: &str) {
        self.skipped.push(format!("{name}: {reason}"));
    }

    /// Says it all.
    ///
    /// # Panics
    /// When anything is wrong.
    pub fn finish(self) {
        let Self { suite, held, differs, skipped, wrong, .. } = self;
        println!(
            "{suite}: {held} as expected, {} known to differ, {} skipped, {} wrong",
            differs.len(),
            skipped.len(),
            wrong.len()
        );
        for line in &differs {
            println!("  differs: {line}");
        }
        for line in &skipped {
            println!("  skipped: {line}");
        }
        assert!(wrong.is_empty(), "{suite}: {} wrong\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// The outcome of a comparison: the first differences, on one line.
///
/// # Errors
/// When there is any.
pub fn told(found: &[String]) -> Result<(), String> {
    if found.is_empty() {
        return Ok(());
    }
    let shown: Vec<&str> = found.iter().take(5).map(String::as_str).collect();
    Err(format!("{} differences: {}", found.len(), shown.join(" | ")))
}
