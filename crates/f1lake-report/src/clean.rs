//! Makes names from the API safe to show: they may contain anything.

use unicode_width::UnicodeWidthStr;

/// Removes control characters and direction overrides, folds white space, and cuts a name to `most` columns.
///
/// HTML escaping is separate; this keeps a name from moving a terminal's cursor, reversing the text around
/// it, or filling the page.
pub(crate) fn clean(name: &str, most: usize) -> String {
    let mut folded = String::new();
    let mut gap = false;
    // Zero-width marks are cut by count.
    for c in
        name.chars().filter(|c| c.is_whitespace() || !(c.is_control() || is_invisible(*c))).take(most * 4 + 1)
    {
        if c.is_whitespace() {
            gap = !folded.is_empty();
            continue;
        }
        if gap {
            folded.push(' ');
            gap = false;
        }
        folded.push(c);
    }
    if folded.width() <= most {
        return folded;
    }
    while folded.width() >= most && folded.pop().is_some() {}
    folded.truncate(folded.trim_end().len());
    folded.push('…');
    folded
}

/// Marks, overrides and isolates of direction, joiners, and noncharacters.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn names_keep_letters_and_lose_control() {
        assert_eq!(clean("São  Paulo\n", 40), "São Paulo");
        assert_eq!(clean("\u{1b}[31mred\u{202e}evil\0", 40), "[31mredevil");
        assert_eq!(clean("<script>", 40), "<script>");
        assert_eq!(clean("", 40), "");
    }

    #[test]
    fn long_names_are_cut() {
        let cut = clean(&"x".repeat(10_000), 12);
        assert_eq!(cut, format!("{}…", "x".repeat(11)));
        assert_eq!(clean("abc def", 7), "abc def");
        assert_eq!(clean("abc def", 6), "abc d…");
        assert_eq!(clean("abc def", 5), "abc…");
        assert_eq!(clean("名名名", 5), "名名…");
        assert_eq!(clean("abcd ef", 4), "abc…");
    }
}
