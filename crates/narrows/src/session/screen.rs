//! Standard error, where live lines and messages share the place.

use std::sync::{Arc, OnceLock};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};

/// Where bars are drawn; shared by its clones. Costs nothing until there is a bar.
#[derive(Clone, Default)]
pub(crate) struct Screen(Arc<OnceLock<MultiProgress>>);

impl Screen {
    /// Draws this bar below those that are there.
    pub(crate) fn bar(&self, bar: ProgressBar) -> ProgressBar {
        let draw = || MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        self.0.get_or_init(draw).add(bar)
    }

    /// Writes a line without tearing the bars apart.
    pub(crate) fn say(&self, line: &str) {
        match self.0.get() {
            Some(bars) => bars.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    /// Takes the bars away.
    pub(crate) fn clear(&self) {
        if let Some(bars) = self.0.get() {
            // a terminal that is gone shows nothing anyway
            let _ = bars.clear();
        }
    }
}
