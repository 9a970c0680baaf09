//! The track as a path on a canvas.

use crate::canvas::{AXIS, Backend, Canvas, PAGE, SERIES, TEXT, UNITS, fill, stroke};
use crate::compare::Along;
use crate::error::ReportError;
use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, PathElement};

pub(super) const WIDTH: i32 = 550;
const MOST_HEIGHT: f64 = 470.0;
const EDGE: f64 = 30.0;
const LEGEND: f64 = 46.0;

/// A path on the canvas: distance in metres and position in tenths of a pixel.
pub(super) struct Way {
    points: Vec<(f64, (i32, i32))>,
    height: i32,
}

impl Way {
    /// Height of a map in pixels.
    pub(super) fn height(&self) -> i32 {
        self.height
    }

    /// The same way with this much room for a legend, in pixels.
    pub(super) fn with_legend(mut self, pixels: i32) -> Self {
        self.height += pixels - LEGEND as i32;
        self
    }
}

/// A map that is being drawn.
pub(super) struct Map<'a> {
    pub(super) canvas: Canvas,
    area: DrawingArea<Backend, Shift>,
    way: &'a Way,
}

impl<'a> Map<'a> {
    /// The road, below the colours.
    pub(super) fn new(name: &'static str, way: &'a Way) -> Result<Self, ReportError> {
        let canvas = Canvas::new(name, WIDTH, way.height);
        let map = Self { area: canvas.area(), canvas, way };
        let mut points: Vec<(i32, i32)> = way.points.iter().map(|(_, p)| *p).collect();
        points.extend(points.first().copied());
        map.canvas.group("road", None, || map.draw(&PathElement::new(points, stroke(AXIS, 100))))?;
        Ok(map)
    }

    pub(super) fn start(&self) -> Result<(), ReportError> {
        let Some((_, at)) = self.way.points.first() else { return Ok(()) };
        self.canvas.group("start", Some("Start of the lap"), || {
            self.draw(&Circle::new(*at, 55, fill(TEXT)))?;
            self.draw(&Circle::new(*at, 28, fill(PAGE)))
        })
    }

    pub(super) fn line(&self, points: Vec<(i32, i32)>) -> Result<(), ReportError> {
        self.draw(&PathElement::new(points, stroke(SERIES, 60)))
    }

    pub(super) fn draw<'b, E>(&self, element: &'b E) -> Result<(), ReportError>
    where
        E: plotters::element::Drawable<Backend>,
        &'b E: plotters::element::PointCollection<'b, (i32, i32)>,
    {
        self.area.draw(element).map_err(|e| self.canvas.error(e))
    }
}

/// Scales the lap onto the canvas, same scale in both directions, north (y) up.
pub(super) fn way(along: &Along) -> Option<Way> {
    let places: Vec<(f64, f64, f64)> = along
        .samples
        .iter()
        .filter_map(|(d, s)| {
            let (x, y) = (s.x.filter(|v| v.is_finite())?, s.y.filter(|v| v.is_finite())?);
            // A missing position is sent as exactly zero.
            (x != 0.0 || y != 0.0).then_some((*d, x, y))
        })
        .collect();
    let ends = |pick: fn(&(f64, f64, f64)) -> f64| {
        places.iter().map(pick).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)))
    };
    let ((left, right), (low, high)) = (ends(|p| p.1), ends(|p| p.2));
    let (wide, tall) = (right - left, high - low);
    if places.len() < 10 || wide <= 0.0 || tall <= 0.0 {
        return None;
    }
    let scale = ((f64::from(WIDTH) - 2.0 * EDGE) / wide).min((MOST_HEIGHT - 2.0 * EDGE) / tall);
    let height = tall * scale + 2.0 * EDGE + LEGEND;
    let shift = (f64::from(WIDTH) - wide * scale) / 2.0;
    let unit = f64::from(UNITS);
    let points = places
        .into_iter()
        .map(|(d, x, y)| {
            let place = (((x - left) * scale + shift) * unit, ((high - y) * scale + EDGE) * unit);
            (d, (place.0.round() as i32, place.1.round() as i32))
        })
        .collect();
    Some(Way { points, height: height.ceil() as i32 })
}

/// Cuts the path into lines of one class; neighbours share a point, so that no gap shows.
pub(super) fn parts(way: &Way, class: impl Fn(f64) -> Option<usize>) -> Vec<(usize, Vec<(i32, i32)>)> {
    let mut parts: Vec<(usize, Vec<(i32, i32)>)> = Vec::new();
    for pair in way.points.windows(2) {
        let [(d0, p0), (d1, p1)] = pair else { continue };
        let Some(class) = class((d0 + d1) / 2.0) else { continue };
        match parts.last_mut() {
            Some((last, points)) if *last == class && points.last() == Some(p0) => points.push(*p1),
            _ => parts.push((class, vec![*p0, *p1])),
        }
    }
    parts
}
