//! Tables that read well in a terminal and are valid Markdown.

/// Lays rows out under a header, each column as wide as its widest cell.
#[must_use]
pub fn markdown(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = header.iter().map(|cell| cell.chars().count().max(3)).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> =
            cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("| {} |\n", padded.join(" | "))
    };
    let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut text = line(&mut header.iter().copied());
    text.push_str(&format!("| {} |\n", rules.join(" | ")));
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}

/// A size in binary units with three digits: `512 MiB`, `1.95 GiB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < 1000.0 {
            return figure(value, unit);
        }
        value /= 1024.0;
    }
    figure(value, "TiB")
}

fn figure(value: f64, unit: &str) -> String {
    let digits = if unit == "B" || value >= 100.0 { 0 } else { 1 };
    format!("{value:.digits$} {unit}")
}

/// Seconds with as many digits as are worth reading.
#[must_use]
pub fn seconds(time: std::time::Duration) -> String {
    let value = time.as_secs_f64();
    if value < 0.1 { format!("{value:.4} s") } else { format!("{value:.2} s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let text = markdown(&["a", "bb"], &[vec!["long".into(), "x".into()]]);
        assert_eq!(text, "| a    | bb  |\n| ---- | --- |\n| long | x   |\n");
    }

    #[test]
    fn sizes_carry_binary_units() {
        assert_eq!(size(999), "999 B");
        assert_eq!(size(32 << 20), "32.0 MiB");
        assert_eq!(size(524_288_000), "500 MiB");
        assert_eq!(size(2 << 30), "2.0 GiB");
    }
}
