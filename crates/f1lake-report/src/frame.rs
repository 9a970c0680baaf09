//! Axes: ranges that ignore outliers, round ticks, and the plot between them.

use crate::canvas::{AXIS, Backend, Canvas, GRID, SERIES, TEXT, UNITS, fill, stroke};
use crate::error::ReportError;
use crate::format;
use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, EmptyElement, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{IntoFont, IntoTextStyle, RGBColor, TextStyle};
use std::ops::Range;

/// Font size in tenths of a pixel.
const LETTERS: i32 = 120;

/// An axis.
pub(crate) struct Axis<'a> {
    /// Its range; reversed when the end is below the start.
    pub(crate) range: Range<f64>,
    /// Positions of labels and grid lines.
    pub(crate) ticks: Vec<f64>,
    /// Formats a label.
    pub(crate) label: &'a dyn Fn(f64) -> String,
    /// Its title; may be empty.
    pub(crate) title: &'a str,
}

impl<'a> Axis<'a> {
    /// Laps from the first to this one.
    pub(crate) fn laps(last: i64, title: &'a str) -> Self {
        Self { range: 0.5..last as f64 + 0.5, ticks: whole_ticks(1, last, 20), label: &format::whole, title }
    }

    /// Lap times from the best one to the ceiling, with some room.
    pub(crate) fn lap_times(best: f64, ceiling: f64) -> Self {
        let room = ((ceiling - best) * 0.05).max(0.1);
        let range = best - room..ceiling + room;
        Self { ticks: round_ticks(&range, 9), range, label: &format::axis_time, title: "Lap time" }
    }

    /// Rows from the top, each with a name.
    pub(crate) fn rows(count: i32, name: &'a dyn Fn(f64) -> String) -> Self {
        Self {
            range: f64::from(count) - 0.5..-0.5,
            ticks: (0..count).map(f64::from).collect(),
            label: name,
            title: "",
        }
    }
}

/// Room for labels around a plot, in pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Margins {
    pub(crate) top: i32,
    pub(crate) right: i32,
    pub(crate) bottom: i32,
    pub(crate) left: i32,
}

/// A linear scale with given ticks.
struct Scale {
    range: Range<f64>,
    ticks: Vec<f64>,
}

impl Ranged for Scale {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let span = self.range.end - self.range.start;
        let share = if span == 0.0 { 0.5 } else { (value - self.range.start) / span };
        from + (share * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

type Coordinates = Cartesian2d<Scale, Scale>;

/// A plot with its axes drawn. Points are in the axes' units.
pub(crate) struct Plot<'a> {
    canvas: &'a Canvas,
    chart: ChartContext<'a, Backend, Coordinates>,
}

/// Text style of a role and size in pixels.
pub(crate) fn letters(role: RGBColor, pixels: f64, anchor: (HPos, VPos)) -> TextStyle<'static> {
    ("x", pixels * f64::from(UNITS)).into_font().color(&role).pos(Pos::new(anchor.0, anchor.1))
}

impl<'a> Plot<'a> {
    /// Draws axes and grid on an area of the canvas.
    pub(crate) fn new(
        canvas: &'a Canvas,
        area: &DrawingArea<Backend, Shift>,
        margins: Margins,
        x: Axis<'_>,
        y: Axis<'_>,
    ) -> Result<Self, ReportError> {
        let mut chart = ChartBuilder::on(area)
            .margin_top(margins.top * UNITS)
            .margin_right(margins.right * UNITS)
            .x_label_area_size(margins.bottom * UNITS)
            .y_label_area_size(margins.left * UNITS)
            .build_cartesian_2d(
                Scale { range: x.range, ticks: x.ticks },
                Scale { range: y.range, ticks: y.ticks },
            )
            .map_err(|e| canvas.error(e))?;
        let label_style = ("x", LETTERS).into_text_style(area).color(&TEXT);
        chart
            .configure_mesh()
            .x_max_light_lines(0)
            .y_max_light_lines(0)
            .x_labels(usize::MAX)
            .y_labels(usize::MAX)
            .bold_line_style(stroke(GRID, 10))
            .axis_style(stroke(AXIS, 10))
            .label_style(label_style.clone())
            .axis_desc_style(label_style)
            .x_label_formatter(&|v| (x.label)(*v))
            .y_label_formatter(&|v| (y.label)(*v))
            .x_desc(x.title)
            .y_desc(y.title)
            .set_all_tick_mark_size(3 * UNITS)
            .draw()
            .map_err(|e| canvas.error(e))?;
        Ok(Self { canvas, chart })
    }

    /// Bounds of the plot on the canvas in pixels: left, top, right, bottom.
    pub(crate) fn bounds(&self) -> (i32, i32, i32, i32) {
        let (x, y) = self.chart.plotting_area().get_pixel_range();
        (x.start / UNITS, y.start / UNITS, x.end / UNITS, y.end / UNITS)
    }

    /// Position on the canvas of a point in the axes' units, in tenths of a pixel.
    pub(crate) fn place(&self, at: (f64, f64)) -> (i32, i32) {
        self.chart.backend_coord(&at)
    }

    /// Draws a line in the group's colour.
    pub(crate) fn line(&self, points: Vec<(f64, f64)>, tenths: u32) -> Result<(), ReportError> {
        self.line_of(points, SERIES, tenths)
    }

    /// Draws a line of a role.
    pub(crate) fn line_of(
        &self,
        points: Vec<(f64, f64)>,
        role: RGBColor,
        tenths: u32,
    ) -> Result<(), ReportError> {
        if points.len() < 2 {
            return Ok(());
        }
        self.draw(&PathElement::new(points, stroke(role, tenths)))
    }

    /// Draws a box in the group's colour between two corners.
    pub(crate) fn rectangle(&self, corners: [(f64, f64); 2], role: RGBColor) -> Result<(), ReportError> {
        self.draw(&Rectangle::new(corners, fill(role)))
    }

    /// Draws an area in the group's colour within these corners.
    pub(crate) fn area(&self, corners: Vec<(f64, f64)>) -> Result<(), ReportError> {
        self.draw(&Polygon::new(corners, fill(SERIES)))
    }

    /// Draws a point: a filled circle, an empty square, an upward triangle.
    pub(crate) fn marker(&self, at: (f64, f64), shape: Shape) -> Result<(), ReportError> {
        match shape {
            Shape::Disc => self.draw(&Circle::new(at, 24, fill(SERIES))),
            Shape::Square => self
                .draw(&(EmptyElement::at(at) + Rectangle::new([(-21, -21), (21, 21)], stroke(SERIES, 14)))),
            Shape::Triangle => self
                .draw(&(EmptyElement::at(at) + Polygon::new([(0, -34), (32, 24), (-32, 24)], fill(SERIES)))),
            Shape::Tick => {
                self.draw(&(EmptyElement::at(at) + Polygon::new([(0, 0), (26, 44), (-26, 44)], fill(SERIES))))
            }
        }
    }

    /// Draws a disc of this radius in tenths of a pixel.
    pub(crate) fn disc(&self, at: (f64, f64), radius: u32, role: RGBColor) -> Result<(), ReportError> {
        self.draw(&Circle::new(at, radius, fill(role)))
    }

    /// Draws text in the axes' units, offset by pixels.
    pub(crate) fn text(
        &self,
        text: &str,
        at: (f64, f64),
        moved: (i32, i32),
        style: TextStyle<'static>,
    ) -> Result<(), ReportError> {
        let moved = (moved.0 * UNITS, moved.1 * UNITS);
        self.draw(&(EmptyElement::at(at) + Text::new(text.to_owned(), moved, style)))
    }

    fn draw<'b, E>(&self, element: &'b E) -> Result<(), ReportError>
    where
        E: plotters::element::Drawable<Backend>,
        &'b E: plotters::element::PointCollection<'b, (f64, f64)>,
    {
        self.chart.plotting_area().draw(element).map_err(|e| self.canvas.error(e))
    }
}

/// Shape of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// First driver of a team.
    Disc,
    /// Second driver.
    Square,
    /// Third driver.
    Triangle,
    /// Hangs from the upper edge: the value is beyond it.
    Tick,
}

/// Round ticks within a range: steps of 1, 2 or 5 times a power of ten, at most `most` of them.
pub(crate) fn round_ticks(range: &Range<f64>, most: usize) -> Vec<f64> {
    let (low, high) = (range.start.min(range.end), range.start.max(range.end));
    let span = high - low;
    if !span.is_finite() || span <= 0.0 || most < 2 {
        return vec![low];
    }
    let rough = span / (most - 1) as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|f| f * power).find(|s| *s >= rough * 0.999).unwrap_or(rough);
    ticks_of(low, high, step)
}

/// Whole ticks (laps, positions): at most `most`, in steps of 1, 2, 5, 10, 20 ...
pub(crate) fn whole_ticks(low: i64, high: i64, most: usize) -> Vec<f64> {
    let span = (high - low).max(0) as f64;
    let steps = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0];
    let step = steps.into_iter().find(|step| span / step < most as f64).unwrap_or(500.0);
    ticks_of(low as f64, high as f64, step)
}

fn ticks_of(low: f64, high: f64, step: f64) -> Vec<f64> {
    let first = (low / step).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).take(200).map(|i| i as f64 * step).collect()
}

/// The value below which a share of the sorted values lies.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = share.clamp(0.0, 1.0) * last as f64;
    let (low, high) = (*sorted.get(place.floor() as usize)?, *sorted.get(place.ceil() as usize)?);
    Some(low + (high - low) * place.fract())
}

/// Upper end of a lap-time axis, which slow laps (pit stop, safety car, red flag) do not stretch: the upper
/// quartile plus 2.5 times the interquartile range, at least 103% of the best.
pub(crate) fn lap_time_ceiling(sorted: &[f64]) -> Option<f64> {
    let (best, slowest) = (*sorted.first()?, *sorted.last()?);
    let (lower, upper) = (quantile(sorted, 0.25)?, quantile(sorted, 0.75)?);
    Some((upper + 2.5 * (upper - lower)).max(best * 1.03).min(slowest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(round_ticks(&(78.3..84.1), 7), [79.0, 80.0, 81.0, 82.0, 83.0, 84.0]);
        assert_eq!(round_ticks(&(5300.0..0.0), 8), [0.0, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0]);
        assert_eq!(round_ticks(&(3.0..3.0), 5), [3.0]);
        assert_eq!(whole_ticks(1, 5, 20), [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(whole_ticks(0, 78, 17).last(), Some(&75.0));
    }

    #[test]
    fn a_red_flag_lap_does_not_squash_the_axis() {
        let mut laps: Vec<f64> = (0..500).map(|i| 80.0 + f64::from(i % 20) * 0.1).collect();
        laps.extend([105.0, 140.0, 2_700.0]);
        laps.sort_by(f64::total_cmp);
        let ceiling = lap_time_ceiling(&laps).unwrap();
        assert!((82.0..86.0).contains(&ceiling), "{ceiling}");
        assert_eq!(lap_time_ceiling(&[80.0]), Some(80.0));
        assert_eq!(lap_time_ceiling(&[]), None);
    }
}
