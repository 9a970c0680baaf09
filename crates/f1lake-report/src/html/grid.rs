//! A table whose rows become cards on a narrow page.

use crate::field::Member;

/// A table.
pub(super) struct Grid<'a> {
    /// CSS class of its own.
    pub(super) class: &'static str,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell<'a>>>,
}

/// A column: its head, and whether it is right-aligned.
pub(super) struct Column {
    pub(super) title: String,
    pub(super) is_number: bool,
}

/// A cell.
#[derive(Default)]
pub(super) struct Cell<'a> {
    pub(super) text: String,
    pub(super) driver: Option<&'a Member>,
    /// Whether it is the head of its row: that of the driver, else the first one.
    pub(super) is_head: bool,
    /// CSS class of its own.
    pub(super) class: &'static str,
}

impl<'a> Cell<'a> {
    pub(super) fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A value, or nothing.
    pub(super) fn some<T>(value: Option<T>, text: impl FnOnce(T) -> String) -> Self {
        Self::of(value.map(text).unwrap_or_default())
    }

    pub(super) fn whole(value: Option<i64>) -> Self {
        Self::some(value, |v| v.to_string())
    }

    /// A finite number.
    pub(super) fn number(value: Option<f64>, text: impl FnOnce(f64) -> String) -> Self {
        Self::some(value.filter(|v| v.is_finite()), text)
    }

    pub(super) fn driver(member: Option<&'a Member>) -> Self {
        Self { driver: member, ..Self::default() }
    }

    pub(super) fn classed(self, class: &'static str) -> Self {
        Self { class, ..self }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.driver.is_none()
    }
}

impl<'a> Grid<'a> {
    /// A table of these columns, `>` before the title of a right-aligned one. Columns without any value are
    /// left out; `None` without rows.
    pub(super) fn of(class: &'static str, titles: &[&str], rows: Vec<Vec<Cell<'a>>>) -> Option<Self> {
        let has_value = |column: usize| {
            rows.iter().any(|row: &Vec<Cell<'a>>| row.get(column).is_some_and(|cell| !cell.is_empty()))
        };
        let kept: Vec<bool> = (0..titles.len()).map(has_value).collect();
        let columns: Vec<Column> = titles
            .iter()
            .zip(&kept)
            .filter(|(_, kept)| **kept)
            .map(|(title, _)| Column {
                title: title.trim_start_matches('>').to_owned(),
                is_number: title.starts_with('>'),
            })
            .collect();
        let keep = |row: Vec<Cell<'a>>| -> Vec<Cell<'a>> {
            let mut row: Vec<Cell<'a>> =
                row.into_iter().zip(&kept).filter(|(_, kept)| **kept).map(|(cell, _)| cell).collect();
            let head = row.iter().position(|cell| cell.driver.is_some()).unwrap_or(0);
            if let Some(cell) = row.get_mut(head) {
                cell.is_head = true;
            }
            row
        };
        let rows: Vec<Vec<Cell<'a>>> = rows.into_iter().map(keep).collect();
        (!columns.is_empty()).then_some(Self { class, columns, rows })
    }

    /// The cells of a row with their columns.
    pub(super) fn cells<'b>(
        &'b self,
        row: &'b [Cell<'a>],
    ) -> impl Iterator<Item = (&'b Column, &'b Cell<'a>)> {
        self.columns.iter().zip(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_without_values_are_left_out() {
        let row = |seconds: Option<f64>| {
            vec![Cell::of("a"), Cell::number(seconds, |v| v.to_string()), Cell::whole(None)]
        };
        let grid = Grid::of("x", &["Name", ">Time", ">None"], vec![row(None), row(Some(1.5))]).unwrap();
        let titles: Vec<_> = grid.columns.iter().map(|c| (c.title.as_str(), c.is_number)).collect();
        assert_eq!(titles, [("Name", false), ("Time", true)]);
        assert_eq!(
            grid.cells(&grid.rows[1]).map(|(_, cell)| cell.text.as_str()).collect::<Vec<_>>(),
            ["a", "1.5"]
        );
        assert!(Grid::of("x", &["Name"], Vec::new()).is_none());
        assert!(Grid::of("x", &["Name"], vec![vec![Cell::whole(None)]]).is_none());
    }
}
