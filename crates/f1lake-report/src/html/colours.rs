//! CSS rules for colours that depend on the data.

use crate::colour::{Rgb, SPEED_SCALE, Tyre};
use crate::field::Field;
use std::fmt::Write;

/// Colours of drivers, tyres and speeds, and what the choice of drivers hides. Everything in the rules is a
/// number or comes from [`Rgb::css`].
pub(super) fn colours(field: &Field) -> String {
    let (mut light, mut dark, mut hide) = (String::new(), String::new(), String::new());
    // Writing to a string cannot fail.
    for member in field.members() {
        let class = member.class();
        let (on_light, on_dark) = member.tones();
        let _ = write!(light, ".{class}{{--c:{}}}", on_light.css());
        let _ = write!(dark, ".{class}{{--c:{}}}", on_dark.css());
        let _ = write!(hide, ".field:has(#show-{class}:not(:checked)) .chart .{class}{{display:none}}");
    }
    for tyre in Tyre::ALL {
        let colour = tyre.colour();
        let _ = write!(light, ".{}{{--c:{};--on:{}}}", tyre.class(), colour.css(), colour.text_on().css());
    }
    for (index, colour) in SPEED_SCALE.iter().enumerate() {
        let _ = write!(light, ".v{index}{{--c:{}}}", Rgb::css(*colour));
    }
    format!("{light}@media screen and (prefers-color-scheme:dark){{{dark}}}{hide}")
}
