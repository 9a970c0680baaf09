//! Fits a table into a terminal: words are not broken, and if it is too wide, columns in the middle are left
//! out.

use super::Column;
use comfy_table::presets::{NOTHING, UTF8_FULL_CONDENSED};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};
use console::measure_text_width;

/// Words up to this width are never broken.
const LONGEST_WORD: usize = 40;
/// Padding and border of a column, and the border at the end.
const EDGE: usize = 3;
/// Marks columns that are left out.
const LEFT_OUT: &str = "…";

/// A table as text.
#[derive(Debug)]
pub(crate) struct Laid {
    pub(crate) text: String,
    /// Number of columns left out.
    pub(crate) left_out: usize,
}

/// Lays out rows for a terminal width; without a terminal, each row is one line.
pub(crate) fn table(columns: &[Column<'_>], rows: &[Vec<String>], terminal: Option<usize>) -> Laid {
    let Some(width) = terminal else {
        let all: Vec<usize> = (0..columns.len()).collect();
        return Laid { text: drawn(columns, rows, &all, None), left_out: 0 };
    };
    let wanted = widths(columns, rows, |text| text.lines().map(measure_text_width).max().unwrap_or(0));
    let least: Vec<usize> =
        widths(columns, rows, longest_word).into_iter().map(|w| w.min(LONGEST_WORD)).collect();
    let shown = chosen(&least, width);
    let gap = if shown.len() < columns.len() { 1 + EDGE } else { 0 };
    let mut given: Vec<usize> = shown.iter().map(|index| least[*index]).collect();
    let taken = gap + 1 + given.iter().map(|width| width + EDGE).sum::<usize>();
    let mut spare = width.saturating_sub(taken);
    for (given, index) in given.iter_mut().zip(&shown) {
        let more = wanted[*index].saturating_sub(*given).min(spare);
        *given += more;
        spare -= more;
    }
    Laid { text: drawn(columns, rows, &shown, Some(&given)), left_out: columns.len() - shown.len() }
}

/// One value per line, for rows of many columns.
#[cfg(feature = "lake")]
pub(crate) fn records(columns: &[Column<'_>], rows: &[Vec<String>]) -> String {
    let widest = columns.iter().map(|column| measure_text_width(column.name())).max().unwrap_or(0);
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        let title = format!("─[ {} ]", number + 1);
        text.push_str(&title);
        text.push_str(&"─".repeat((widest + 4).saturating_sub(measure_text_width(&title))));
        text.push('\n');
        for (column, value) in columns.iter().zip(row) {
            let padding = " ".repeat(widest - measure_text_width(column.name()));
            text.push_str(format!("{}{padding}  {value}", column.name()).trim_end());
            text.push('\n');
        }
    }
    text
}

fn widths(columns: &[Column<'_>], rows: &[Vec<String>], measure: impl Fn(&str) -> usize) -> Vec<usize> {
    let of_column = |(index, column): (usize, &Column<'_>)| {
        let cells = rows.iter().filter_map(|row| row.get(index)).map(|cell| measure(cell));
        cells.fold(measure(column.name()), usize::max)
    };
    columns.iter().enumerate().map(of_column).collect()
}

fn longest_word(text: &str) -> usize {
    text.split_whitespace().map(measure_text_width).max().unwrap_or(0)
}

/// The columns that fit, from both ends inwards, the first before the last; at least the first.
fn chosen(least: &[usize], width: usize) -> Vec<usize> {
    let whole = 1 + least.iter().map(|width| width + EDGE).sum::<usize>();
    if whole <= width || least.len() < 2 {
        return (0..least.len()).collect();
    }
    let mut room = width.saturating_sub(1 + 1 + EDGE);
    let (mut left, mut right) = (0, least.len());
    while left < right {
        // The first columns identify the row, so two of them are taken for each one from the end.
        let from_left = left < 2 || left <= least.len() - right;
        let next = if from_left { left } else { right - 1 };
        let needed = least[next] + EDGE;
        if needed > room && left > 0 {
            break;
        }
        room = room.saturating_sub(needed);
        if from_left { left += 1 } else { right -= 1 }
    }
    (0..left).chain(right..least.len()).collect()
}

/// Formats some columns; `widths` are for a terminal.
fn drawn(columns: &[Column<'_>], rows: &[Vec<String>], shown: &[usize], widths: Option<&[usize]>) -> String {
    let mut table = Table::new();
    match widths {
        Some(_) => {
            table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled)
        }
        None => table.load_style(NOTHING),
    };
    // Position of the columns that are left out.
    let gap = (shown.len() < columns.len())
        .then(|| shown.iter().enumerate().find(|(at, index)| at != *index).map_or(shown.len(), |(at, _)| at));
    let with_gap = |texts: Vec<&str>| {
        let mut texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
        if let Some(at) = gap {
            texts.insert(at, LEFT_OUT.to_owned());
        }
        texts
    };
    table.set_header(with_gap(shown.iter().map(|index| columns[*index].name()).collect()));
    for row in rows {
        table.add_row(with_gap(
            shown.iter().map(|index| row.get(*index).map_or("", String::as_str)).collect(),
        ));
    }
    for (at, index) in shown.iter().enumerate() {
        let place = if gap.is_some_and(|gap| at >= gap) { at + 1 } else { at };
        let Some(column) = table.column_mut(place) else { continue };
        if matches!(columns[*index], Column::Right(_)) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if let Some(width) = widths.and_then(|widths| u16::try_from(widths[at] + 2).ok()) {
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
        }
    }
    let mut text: String = table.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    if text.is_empty() {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(columns: usize, cell: impl Fn(usize, usize) -> String) -> Vec<Vec<String>> {
        (0..3).map(|row| (0..columns).map(|column| cell(row, column)).collect()).collect()
    }

    #[test]
    fn a_wide_result_loses_columns_in_the_middle_and_no_word_is_broken() {
        let names: Vec<String> = (1..=36).map(|number| format!("column_{number}")).collect();
        let columns: Vec<Column<'_>> = names.iter().map(|name| Column::Right(name)).collect();
        let rows = rows(36, |row, column| format!("{}", (row + 1) * column));
        let laid = table(&columns, &rows, Some(80));
        assert!(laid.text.lines().all(|line| measure_text_width(line) <= 80), "{}", laid.text);
        insta::assert_snapshot!(format!("{}left out: {}", laid.text, laid.left_out));
    }

    #[test]
    fn long_texts_are_wrapped_between_words() {
        let columns = [Column::Left("session"), Column::Right("rows"), Column::Left("remarks")];
        let long = "the answer shrank and was kept aside in _aside/laps, land it with --accept-shrink";
        let rows = rows(3, |row, column| {
            [format!("2024-12-0{}_Yas_Island_Race", row + 1), "998".to_owned(), long.to_owned()][column]
                .clone()
        });
        let laid = table(&columns, &rows, Some(80));
        assert_eq!(laid.left_out, 0);
        insta::assert_snapshot!(laid.text);
    }

    #[cfg(feature = "lake")]
    #[test]
    fn records_stand_below_each_other() {
        let columns = [Column::Right("session_key"), Column::Left("full_name")];
        let rows = rows(2, |row, column| [(9647 + row).to_string(), "São Paulo".to_owned()][column].clone());
        insta::assert_snapshot!(records(&columns, &rows));
    }

    proptest::proptest! {
        #[test]
        fn tables_fit_whenever_their_first_column_does(
            widths in proptest::collection::vec(1_usize..38, 1..40),
            width in 20_usize..200,
        ) {
            let names: Vec<String> = widths.iter().map(|width| "x".repeat(*width)).collect();
            let columns: Vec<Column<'_>> = names.iter().map(|name| Column::Left(name)).collect();
            let rows = vec![vec!["a b".to_owned(); columns.len()]];
            let laid = table(&columns, &rows, Some(width));
            let widest = laid.text.lines().map(measure_text_width).max().unwrap_or(0);
            proptest::prop_assert!(widest <= width.max(widths[0] + 9), "{widest} of {width}");
            // Each name in the table is complete.
            let header = laid.text.lines().nth(1).unwrap_or("");
            let stand = names.iter().filter(|name| header.split(['│', '┆', ' ']).any(|word| word == name.as_str())).count();
            proptest::prop_assert!(stand >= columns.len() - laid.left_out);
        }
    }
}
