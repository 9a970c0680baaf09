//! Names at the ends of lines, right of the plot and apart from each other.

use crate::canvas::{Canvas, INK, SERIES, TEXT, UNITS, stroke};
use crate::error::ReportError;
use crate::field::Member;
use crate::frame::{Plot, letters};
use plotters::element::{PathElement, Text};
use plotters::style::text_anchor::{HPos, VPos};

/// Room for the labels right of a plot, in pixels.
pub(super) const ROOM: i32 = 104;
/// Height of a label in tenths of a pixel.
const HEIGHT: f64 = 135.0;
/// Ends farther from the edge of the plot than this are not joined to their label, tenths of a pixel.
const FARTHEST: i32 = 1_200;

/// A label: whose it is, where its line ends, and what follows the name.
pub(super) struct EndLabel<'a> {
    pub(super) member: &'a Member,
    /// End of the line in the axes' units; `None` for a line that ends long before the edge.
    pub(super) end: Option<(f64, f64)>,
    pub(super) remark: String,
}

/// A label with its place.
pub(super) struct Placed<'a> {
    label: EndLabel<'a>,
    y: i32,
}

/// Spreads the labels over the height of the plot, each as near to the end of its line as possible; those of
/// lines that end early stand at the bottom, in order.
pub(super) fn spread<'a>(plot: &Plot<'_>, labels: Vec<EndLabel<'a>>) -> Vec<Placed<'a>> {
    let (_, top, _, bottom) = plot.bounds();
    let (top, bottom) = (f64::from(top * UNITS), f64::from(bottom * UNITS));
    let wishes: Vec<f64> = labels
        .iter()
        .enumerate()
        .map(|(index, label)| match label.end {
            Some(end) => f64::from(plot.place(end).1).clamp(top, bottom),
            None => bottom + index as f64,
        })
        .collect();
    let places = apart(&wishes, HEIGHT, (top, bottom));
    labels.into_iter().zip(places).map(|(label, y)| Placed { label, y: y.round() as i32 }).collect()
}

impl Placed<'_> {
    pub(super) fn number(&self) -> i64 {
        self.label.member.number
    }

    /// Draws the label, a piece of its line before it, and a thin line from the end to it.
    pub(super) fn draw(&self, canvas: &Canvas, plot: &Plot<'_>) -> Result<(), ReportError> {
        let area = canvas.area();
        let right = plot.bounds().2 * UNITS;
        if let Some(end) = self.label.end {
            let (x, y) = plot.place(end);
            if right - x < FARTHEST && (x < right - 20 || (self.y - y).abs() > 5) {
                let thin = PathElement::new(vec![(x, y), (right + 40, self.y)], stroke(SERIES, 6));
                area.draw(&thin).map_err(|error| canvas.error(error))?;
            }
        }
        let piece = PathElement::new(vec![(right + 60, self.y), (right + 220, self.y)], stroke(SERIES, 26));
        area.draw(&piece).map_err(|error| canvas.error(error))?;
        let text = |text: &str, x: i32, role| {
            let style = letters(role, 12.0, (HPos::Left, VPos::Center));
            area.draw(&Text::new(text.to_owned(), (right + x, self.y), style))
                .map_err(|error| canvas.error(error))
        };
        text(&self.label.member.acronym, 260, INK)?;
        if self.label.remark.is_empty() { Ok(()) } else { text(&self.label.remark, 600, TEXT) }
    }
}

/// Places in the order of the wishes, at least `least` apart where there is room, within the range; the
/// squares of the distances to the wishes are as small as possible.
fn apart(wishes: &[f64], least: f64, (low, high): (f64, f64)) -> Vec<f64> {
    let gaps = wishes.len().saturating_sub(1).max(1) as f64;
    let least = least.min((high - low).max(0.0) / gaps);
    let mut order: Vec<(usize, f64)> = wishes.iter().copied().enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    // Labels that would touch become a block around their mean.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (rank, (_, wish)) in order.iter().enumerate() {
        let mut block = (wish - rank as f64 * least, 1);
        while let Some((sum, count)) = blocks.last().copied()
            && sum / count as f64 > block.0 / block.1 as f64
        {
            block = (block.0 + sum, block.1 + count);
            blocks.pop();
        }
        blocks.push(block);
    }
    let last = high - least * wishes.len().saturating_sub(1) as f64;
    let levels = blocks
        .iter()
        .flat_map(|(sum, count)| std::iter::repeat_n((sum / *count as f64).min(last).max(low), *count));
    let mut places: Vec<(usize, f64)> = order
        .iter()
        .zip(levels)
        .enumerate()
        .map(|(rank, ((index, _), level))| (*index, level + rank as f64 * least))
        .collect();
    places.sort_by_key(|(index, _)| *index);
    places.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::apart;
    use proptest::prelude::*;

    #[test]
    fn labels_stay_where_they_are_or_make_room() {
        assert_eq!(apart(&[10.0, 50.0], 12.0, (0.0, 100.0)), [10.0, 50.0]);
        assert_eq!(apart(&[50.0, 50.0, 50.0], 12.0, (0.0, 100.0)), [38.0, 50.0, 62.0]);
        assert_eq!(apart(&[99.0, 98.0], 12.0, (0.0, 100.0)), [100.0, 88.0]);
        assert_eq!(apart(&[1.0, 2.0, 3.0], 80.0, (0.0, 100.0)), [0.0, 50.0, 100.0]);
        assert!(apart(&[], 12.0, (0.0, 100.0)).is_empty());
    }

    proptest! {
        #[test]
        fn labels_never_touch_or_leave_the_plot(wishes in proptest::collection::vec(0.0..1000.0_f64, 0..40)) {
            let mut places = apart(&wishes, 20.0, (0.0, 1000.0));
            prop_assert_eq!(places.len(), wishes.len());
            places.sort_by(f64::total_cmp);
            prop_assert!(places.windows(2).all(|pair| pair[1] - pair[0] > 19.999));
            prop_assert!(places.iter().all(|place| (-1e-6..=1_000.000_001).contains(place)));
        }
    }
}
