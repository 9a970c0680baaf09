//! The drawing surface of the charts: a plotters backend that writes SVG whose colours are CSS classes.
//!
//! Plotters' own SVG backend writes colours and fonts into every element; this one leaves both to the page's
//! style sheet, so that one drawing serves light, dark and print, and can group, name and title its elements.

use crate::error::ReportError;
use askama::filters::{Escaper, Html};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::style::{RGBColor, ShapeStyle};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};
use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt::Write;
use std::rc::Rc;

/// Plotters draws in whole units: ten of them are a pixel of the SVG's view box.
pub(crate) const UNITS: i32 = 10;

/// Roles of colours; the style sheet defines their look.
pub(crate) const GRID: RGBColor = RGBColor(1, 0, 0);
pub(crate) const AXIS: RGBColor = RGBColor(2, 0, 0);
pub(crate) const TEXT: RGBColor = RGBColor(3, 0, 0);
/// The colour of the current group (`--c`).
pub(crate) const SERIES: RGBColor = RGBColor(4, 0, 0);
/// The page background, which hides what is behind.
pub(crate) const PAGE: RGBColor = RGBColor(5, 0, 0);
/// Names in charts: as readable as the page's text.
pub(crate) const INK: RGBColor = RGBColor(6, 0, 0);

fn class(color: BackendColor) -> &'static str {
    match color.rgb.0 {
        1 => "g",
        2 => "a",
        3 => "t",
        5 => "p",
        6 => "i",
        _ => "s",
    }
}

/// A style for lines: role and width in tenths of a pixel.
pub(crate) fn stroke(role: RGBColor, tenths: u32) -> ShapeStyle {
    ShapeStyle { color: role.into(), filled: false, stroke_width: tenths }
}

/// A style for areas.
pub(crate) fn fill(role: RGBColor) -> ShapeStyle {
    ShapeStyle { color: role.into(), filled: true, stroke_width: 0 }
}

/// An SVG being drawn.
#[derive(Debug, Clone)]
pub(crate) struct Canvas {
    name: &'static str,
    width: i32,
    height: i32,
    state: Rc<RefCell<State>>,
}

#[derive(Debug, Default)]
struct State {
    out: String,
    title: Option<String>,
}

impl Canvas {
    /// A canvas of this many pixels; `name` becomes a class of the SVG and is used in errors.
    pub(crate) fn new(name: &'static str, width: i32, height: i32) -> Self {
        Self { name, width, height, state: Rc::default() }
    }

    /// The whole canvas as a plotters area.
    pub(crate) fn area(&self) -> DrawingArea<Backend, Shift> {
        Backend {
            state: Rc::clone(&self.state),
            width: (self.width * UNITS) as u32,
            height: (self.height * UNITS) as u32,
        }
        .into_drawing_area()
    }

    /// Draws inside a `<g>` with these classes, and a title if given.
    pub(crate) fn group<T>(
        &self,
        classes: &str,
        title: Option<&str>,
        draw: impl FnOnce() -> Result<T, ReportError>,
    ) -> Result<T, ReportError> {
        {
            let mut state = self.state.borrow_mut();
            state.out.push_str("<g class=\"");
            escape(&mut state.out, classes);
            state.out.push_str("\">");
            if let Some(title) = title {
                state.out.push_str("<title>");
                escape(&mut state.out, title);
                state.out.push_str("</title>");
            }
        }
        let result = draw();
        self.state.borrow_mut().out.push_str("</g>");
        result
    }

    /// Gives the next shape a title, which browsers show on hover.
    pub(crate) fn title_next(&self, title: String) {
        self.state.borrow_mut().title = Some(title);
    }

    /// An error of this chart.
    pub(crate) fn error(&self, detail: impl std::fmt::Display) -> ReportError {
        ReportError::Chart { chart: self.name, detail: detail.to_string() }
    }

    /// Finishes the SVG; `label` describes it to screen readers.
    pub(crate) fn finish(&self, label: &str) -> String {
        let mut svg = String::new();
        let (name, width, height) = (self.name, self.width, self.height);
        // Writing to a string cannot fail.
        let _ = write!(
            svg,
            "<svg class=\"chart {name}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\""
        );
        escape(&mut svg, label);
        svg.push_str("\">");
        svg.push_str(&self.state.borrow().out);
        svg.push_str("</svg>");
        svg
    }
}

/// Escapes text for HTML.
fn escape(out: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = Html.write_escaped_str(out, text);
}

/// Tenths of a pixel as pixels, without trailing zeros.
fn px(units: i32) -> String {
    let (sign, size) = if units < 0 { ("-", -units) } else { ("", units) };
    match size % UNITS {
        0 => format!("{sign}{}", size / UNITS),
        rest => format!("{sign}{}.{rest}", size / UNITS),
    }
}

/// The backend that plotters draws on.
#[derive(Debug)]
pub(crate) struct Backend {
    state: Rc<RefCell<State>>,
    width: u32,
    height: u32,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Backend {
    /// Writes an element: its name and attributes, its paint, and its pending title.
    fn shape<S: BackendStyle>(&mut self, element: &str, attributes: &str, style: &S, filled: bool) -> Drawn {
        let color = style.color();
        if color.alpha == 0.0 {
            return Ok(());
        }
        let mut state = self.state.borrow_mut();
        let paint = if filled { "f" } else { "l" };
        // Writing to a string cannot fail.
        let _ = write!(state.out, "<{element} class=\"{paint} {}\"{attributes}", class(color));
        if !filled && style.stroke_width() != u32::from(UNITS.unsigned_abs() as u16) {
            let width = px(style.stroke_width() as i32);
            let _ = write!(state.out, " stroke-width=\"{width}\"");
        }
        match state.title.take() {
            Some(title) => {
                state.out.push_str("><title>");
                escape(&mut state.out, &title);
                let _ = write!(state.out, "</title></{element}>");
            }
            None => state.out.push_str("/>"),
        }
        Ok(())
    }

    fn path<S: BackendStyle>(
        &mut self,
        points: impl IntoIterator<Item = BackendCoord>,
        style: &S,
        filled: bool,
    ) -> Drawn {
        let mut d = String::new();
        let mut last = None;
        for point in points {
            if last == Some(point) {
                continue;
            }
            d.push(if last.is_none() { 'M' } else { 'L' });
            let _ = write!(d, "{} {}", px(point.0), px(point.1));
            last = Some(point);
        }
        if filled {
            d.push('Z');
        }
        self.shape("path", &format!(" d=\"{d}\""), style, filled)
    }
}

impl DrawingBackend for Backend {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect(point, (point.0 + 1, point.1 + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.path([from, to], style, false)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (x, y) = (upper_left.0.min(bottom_right.0), upper_left.1.min(bottom_right.1));
        let (width, height) = ((bottom_right.0 - upper_left.0).abs(), (bottom_right.1 - upper_left.1).abs());
        let attributes =
            format!(" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", px(x), px(y), px(width), px(height));
        self.shape("rect", &attributes, style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.path(path, style, false)
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let attributes =
            format!(" cx=\"{}\" cy=\"{}\" r=\"{}\"", px(center.0), px(center.1), px(radius as i32));
        self.shape("circle", &attributes, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Drawn {
        self.path(vert, style, true)
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, pos: BackendCoord) -> Drawn {
        if text.is_empty() {
            return Ok(());
        }
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " m",
            HPos::Right => " e",
        };
        let shift = match style.anchor().v_pos {
            VPos::Top => ".9em",
            VPos::Center => ".35em",
            VPos::Bottom => "-.2em",
        };
        let (x, y) = (px(pos.0), px(pos.1));
        let turn = match style.transform() {
            FontTransform::None => String::new(),
            FontTransform::Rotate90 => format!(" transform=\"rotate(90 {x} {y})\""),
            FontTransform::Rotate180 => format!(" transform=\"rotate(180 {x} {y})\""),
            FontTransform::Rotate270 => format!(" transform=\"rotate(-90 {x} {y})\""),
        };
        let size = px(style.size().round() as i32);
        let mut state = self.state.borrow_mut();
        let role = class(style.color());
        // Writing to a string cannot fail.
        let _ = write!(
            state.out,
            "<text class=\"x {role}{anchor}\" x=\"{x}\" y=\"{y}\" dy=\"{shift}\" font-size=\"{size}\"{turn}>"
        );
        escape(&mut state.out, text);
        state.out.push_str("</text>");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plotters::element::{Circle, PathElement, Text};
    use plotters::style::IntoFont;

    #[test]
    fn shapes_are_classes_and_text_is_escaped() {
        let canvas = Canvas::new("test", 100, 50);
        let area = canvas.area();
        canvas
            .group("d d1", Some("<b>\"VER\""), || {
                area.draw(&PathElement::new([(0, 5), (105, 200)], stroke(SERIES, 15))).unwrap();
                canvas.title_next("lap & time".to_owned());
                area.draw(&Circle::new((15, 20), 22, fill(SERIES))).unwrap();
                area.draw(&Text::new("<script>", (10, 20), ("x", 110).into_font().color(&TEXT))).unwrap();
                Ok(())
            })
            .unwrap();
        insta::assert_snapshot!(canvas.finish("a \"test\"").replace('>', ">\n"));
    }
}
