//! Texts of errors.

/// A foreign message for an error: one line of at most `longest` characters, without terminal control
/// sequences. [Redact](crate::redact) first, because half a secret is a secret too.
///
/// ```
/// assert_eq!(f1lake_http::one_line("<html>\n\u{1b}[31m 502", 100), "<html> [31m 502");
/// assert_eq!(f1lake_http::one_line("too long", 3), "too…");
/// ```
pub fn one_line(text: &str, longest: usize) -> String {
    // Marks that reverse the text direction are as harmful as control characters.
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let text = text.replace(steers, " ");
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(longest) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// A number of attempts in words.
///
/// ```
/// assert_eq!((f1lake_http::attempts(1), f1lake_http::attempts(3)), ("1 attempt".into(), "3 attempts".into()));
/// ```
pub fn attempts(number: u32) -> String {
    format!("{number} {}", if number == 1 { "attempt" } else { "attempts" })
}
