//! Colours of teams, tyres and speeds, readable on light and on dark.

/// Red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rgb(pub(crate) u8, pub(crate) u8, pub(crate) u8);

/// Page backgrounds, see `report.css`.
pub(crate) const LIGHT_PAGE: Rgb = Rgb(0xff, 0xff, 0xff);
pub(crate) const DARK_PAGE: Rgb = Rgb(0x16, 0x18, 0x1d);

/// Colours for drivers whose team has none: ten distinct hues.
const PALETTE: [Rgb; 10] = [
    Rgb(0x1f, 0x77, 0xb4),
    Rgb(0xd6, 0x27, 0x28),
    Rgb(0x2c, 0xa0, 0x2c),
    Rgb(0xff, 0x7f, 0x0e),
    Rgb(0x94, 0x67, 0xbd),
    Rgb(0x8c, 0x56, 0x4b),
    Rgb(0xe3, 0x77, 0xc2),
    Rgb(0x17, 0xbe, 0xcf),
    Rgb(0xbc, 0xbd, 0x22),
    Rgb(0x52, 0x5c, 0x7a),
];

/// An unknown tyre.
const UNKNOWN: Rgb = Rgb(0x80, 0x86, 0x90);

/// Minimum contrast of a line against the page (WCAG 2.2 requires 3:1 for graphics).
const LEAST_CONTRAST: f64 = 3.0;

impl Rgb {
    /// A team's colour: exactly six hexadecimal digits, otherwise `None`.
    pub(crate) fn team(text: Option<&str>) -> Option<Self> {
        let digits = text?.trim().trim_start_matches('#');
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let value = u32::from_str_radix(digits, 16).ok()?;
        Some(Self((value >> 16) as u8, (value >> 8) as u8, value as u8))
    }

    /// The colour of the n-th driver without a team colour, and how many times the palette was used up
    /// before.
    pub(crate) fn spare(index: usize) -> (Self, usize) {
        (PALETTE[index % PALETTE.len()], index / PALETTE.len())
    }

    /// `#3671c6`.
    pub(crate) fn css(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// Relative luminance of WCAG, 0 to 1.
    fn luminance(self) -> f64 {
        let channel = |value: u8| {
            let v = f64::from(value) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(self.0) + 0.7152 * channel(self.1) + 0.0722 * channel(self.2)
    }

    /// Contrast ratio of WCAG, 1 to 21.
    pub(crate) fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Mixes in a `share` of `other`.
    fn mix(self, other: Self, share: f64) -> Self {
        let channel = |a: u8, b: u8| (f64::from(a) * (1.0 - share) + f64::from(b) * share).round() as u8;
        Self(channel(self.0, other.0), channel(self.1, other.1), channel(self.2, other.2))
    }

    /// Whether lines of these colours could be confused.
    pub(crate) fn is_near(self, other: Self) -> bool {
        let square = |a: u8, b: u8| (f64::from(a) - f64::from(b)).powi(2);
        (square(self.0, other.0) + square(self.1, other.1) + square(self.2, other.2)).sqrt() < 90.0
    }

    /// The nearest tone of this colour that is visible on `page`.
    pub(crate) fn readable_on(self, page: Self) -> Self {
        let far = if page.luminance() > 0.5 { Self(0, 0, 0) } else { Self(255, 255, 255) };
        (0..=20)
            .map(|step| self.mix(far, f64::from(step) / 20.0))
            .find(|tone| tone.contrast(page) >= LEAST_CONTRAST)
            .unwrap_or(far)
    }

    /// Black or white, whichever is more readable on this colour.
    pub(crate) fn text_on(self) -> Self {
        let (black, white) = (Self(0x11, 0x11, 0x11), Self(255, 255, 255));
        if self.contrast(black) >= self.contrast(white) { black } else { white }
    }
}

/// A tyre compound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tyre {
    Soft,
    Medium,
    Hard,
    Intermediate,
    Wet,
    Unknown,
}

impl Tyre {
    pub(crate) const ALL: [Self; 6] =
        [Self::Soft, Self::Medium, Self::Hard, Self::Intermediate, Self::Wet, Self::Unknown];

    pub(crate) fn of(compound: Option<&str>) -> Self {
        let named = |tyre: &Self| compound.is_some_and(|compound| compound.eq_ignore_ascii_case(tyre.name()));
        Self::ALL.into_iter().find(named).unwrap_or(Self::Unknown)
    }

    fn look(self) -> (&'static str, &'static str, &'static str, Rgb) {
        match self {
            Self::Soft => ("Soft", "S", "ty-s", Rgb(0xda, 0x29, 0x1c)),
            Self::Medium => ("Medium", "M", "ty-m", Rgb(0xff, 0xd1, 0x2e)),
            Self::Hard => ("Hard", "H", "ty-h", Rgb(0xe8, 0xe8, 0xe4)),
            Self::Intermediate => ("Intermediate", "I", "ty-i", Rgb(0x43, 0xb0, 0x2a)),
            Self::Wet => ("Wet", "W", "ty-w", Rgb(0x00, 0x67, 0xad)),
            Self::Unknown => ("Unknown", "?", "ty-u", UNKNOWN),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        self.look().0
    }

    pub(crate) fn letter(self) -> &'static str {
        self.look().1
    }

    /// CSS class.
    pub(crate) fn class(self) -> &'static str {
        self.look().2
    }

    /// The colour of the tyre's sidewall, as on television.
    pub(crate) fn colour(self) -> Rgb {
        self.look().3
    }
}

/// Slow to fast: dark violet over teal to yellow (even in lightness, readable for colour-blind readers).
pub(crate) const SPEED_SCALE: [Rgb; 10] = [
    Rgb(0x4a, 0x2a, 0x8c),
    Rgb(0x48, 0x44, 0x9e),
    Rgb(0x3d, 0x5d, 0xa6),
    Rgb(0x31, 0x75, 0xa6),
    Rgb(0x27, 0x8c, 0xa3),
    Rgb(0x20, 0xa3, 0x98),
    Rgb(0x3c, 0xb8, 0x83),
    Rgb(0x74, 0xc9, 0x63),
    Rgb(0xb2, 0xd4, 0x3d),
    Rgb(0xf0, 0xd8, 0x22),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_six_hexadecimal_digits_are_a_colour() {
        assert_eq!(Rgb::team(Some("3671C6")), Some(Rgb(0x36, 0x71, 0xc6)));
        for odd in [None, Some(""), Some("red"), Some("+12345"), Some("3671C6;}"), Some("ÄÖÜ")] {
            assert_eq!(Rgb::team(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn every_colour_can_be_seen_on_both_pages() {
        for step in 0..=255_u8 {
            for colour in [Rgb(step, step, step), Rgb(step, 0xff, 0x10), Rgb(0, 0, step), Rgb(255, step, 0)] {
                for page in [LIGHT_PAGE, DARK_PAGE] {
                    let tone = colour.readable_on(page);
                    assert!(tone.contrast(page) >= LEAST_CONTRAST, "{colour:?} on {page:?}");
                }
            }
        }
    }

    #[test]
    fn text_on_tyres_is_readable() {
        for tyre in Tyre::ALL {
            assert!(tyre.colour().contrast(tyre.colour().text_on()) >= 4.5, "{tyre:?}");
        }
    }
}
