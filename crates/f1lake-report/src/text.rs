//! The report for a terminal.

use crate::charts::tyre_stints::drawable;
use crate::charts::weather;
use crate::clean::clean;
use crate::colour::Tyre;
use crate::data::{LeaderboardRow, ReportData};
use crate::field::{Field, Member};
use crate::format;
use crate::heading::{GENERATED, heading, not_built, part_name, subtitle};
use crate::penalty;
use crate::quality::{findings, summary};
use crate::standing::{fastest, place};
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// Minimum width of lines, also on narrower terminals.
const LEAST_WIDTH: usize = 40;
/// Maximum width of bars.
const MOST_WIDTH: usize = 160;

/// Leaderboard, penalties, stint bars, weather and data-quality lines for a terminal of `width` columns; `colour` adds ANSI
/// colours.
pub fn render_text(data: &ReportData, width: usize, colour: bool) -> String {
    let width = width.clamp(LEAST_WIDTH, MOST_WIDTH);
    let field = Field::of(data);
    let session = data.session.clone().unwrap_or_default();
    let paint = Paint { colour };
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", paint.bold(&clean(&heading(&session), width)));
    let _ = writeln!(out, "{}", paint.dim(&clean(&subtitle(&session).join(" · "), width)));
    if session.is_generated {
        let _ = writeln!(out, "{}", paint.warn(&clean(GENERATED, width)));
    }
    if let Some(text) = not_built(data) {
        let _ = writeln!(out, "{}", paint.warn(&clean(&text, width)));
    }
    leaderboard(&mut out, data, &field, width, paint);
    penalties(&mut out, data, &field, width, paint);
    stints(&mut out, data, &field, width, paint);
    if let Some(text) = weather::summary(data) {
        title(&mut out, paint, width, "Weather", "");
        for line in wrapped(&text, width) {
            let _ = writeln!(out, "{line}");
        }
    }
    quality(&mut out, data, &field, width, paint);
    out
}

/// ANSI colours, or none.
#[derive(Debug, Clone, Copy)]
struct Paint {
    colour: bool,
}

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.colour && !code.is_empty() && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    fn tyre(self, tyre: Tyre, text: &str) -> String {
        let (back, front) = (tyre.colour(), tyre.colour().text_on());
        let code = format!("48;2;{};{};{};38;2;{};{};{}", back.0, back.1, back.2, front.0, front.1, front.2);
        self.with(&code, text)
    }

    fn warn(self, text: &str) -> String {
        self.with("33", text)
    }
}

fn title(out: &mut String, paint: Paint, width: usize, text: &str, remark: &str) {
    let remark = clean(remark, width.saturating_sub(text.len() + 2));
    let remark = if remark.is_empty() { remark } else { format!("  {}", paint.dim(&remark)) };
    let _ = writeln!(out, "\n{}{remark}", paint.bold(text));
}

/// Lines of whole words, no wider than this.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(clean(word, width)),
        }
    }
    lines
}

/// A column of the leaderboard: whether it is shown, its header, whether it is right-aligned, and its cells.
type Column<'a> = (bool, &'a str, bool, &'a dyn Fn(&LeaderboardRow, &Member) -> String);

fn leaderboard(out: &mut String, data: &ReportData, field: &Field, width: usize, paint: Paint) {
    title(out, paint, width, "Leaderboard", "");
    if data.leaderboard.is_empty() {
        out.push_str("no result for this session\n");
        return;
    }
    let any = |has: fn(&LeaderboardRow) -> bool| data.leaderboard.iter().any(has);
    let fastest = fastest(data).map(|(row, _)| row.driver_number);
    let number = |value: Option<i64>| value.map(|v| v.to_string()).unwrap_or_default();
    let time = |value: Option<f64>| value.filter(|t| t.is_finite()).map(format::lap_time).unwrap_or_default();
    let with_team = width >= if any(|r| r.best_q2_s.is_some()) { 124 } else { 96 }
        && field.members().iter().any(|m| !m.team.is_empty());
    let with_grid = width >= 60 && any(|r| r.grid_position.is_some());
    let with_stops = width >= 60 && any(|r| r.pit_stops.is_some());
    let with_points = any(|r| r.points.is_some_and(|p| p > 0.0));
    // Only qualifying has parts.
    let with_parts = width >= 76 && any(|r| r.best_q2_s.is_some() || r.best_q3_s.is_some());
    let with_name = width >= if with_parts { 100 } else { 72 };
    let part_names = [1, 2, 3].map(|part| part_name(data, part));
    let [first, second, third] = part_names.each_ref().map(String::as_str);
    // On narrow terminals, the least useful columns are left out first. Numbers are right-aligned.
    let columns: [Column<'_>; 14] = [
        (true, "Pos", true, &|row, _| place(row)),
        (true, "Driver", false, &|_, member| format!("{} {:>2}", member.acronym, member.number)),
        (with_name, "", false, &|_, member| clean(&member.name, 24)),
        (with_team, "Team", false, &|_, member| clean(&member.team, 18)),
        (with_grid, "Grid", true, &|row, _| number(row.grid_position)),
        (true, "Laps", true, &|row, _| number(row.number_of_laps)),
        (true, "Gap", true, &|row, _| format::gap(row)),
        (true, "Best lap", true, &|row, _| time(row.best_lap_s)),
        (width >= 60, "in", true, &|row, _| number(row.best_lap_number)),
        (with_parts, first, true, &|row, _| time(row.best_q1_s)),
        (with_parts, second, true, &|row, _| time(row.best_q2_s)),
        (with_parts, third, true, &|row, _| time(row.best_q3_s)),
        (with_stops, "Stops", true, &|row, _| number(row.pit_stops)),
        (with_points, "Pts", true, &|row, _| row.points.map(format::points).unwrap_or_default()),
    ];
    let rows: Vec<(&LeaderboardRow, &Member)> =
        data.leaderboard.iter().filter_map(|row| Some((row, field.get(row.driver_number)?))).collect();
    let mut header = String::new();
    let mut lines = vec![String::new(); rows.len()];
    for (_, head, right, cell) in columns.iter().filter(|(show, ..)| *show) {
        let texts: Vec<String> = rows.iter().map(|(row, member)| cell(row, member)).collect();
        let width = texts.iter().map(|text| text.width()).fold(head.width(), usize::max);
        let padded = |text: &str| {
            let room = " ".repeat(width - text.width());
            if *right { format!("{room}{text}  ") } else { format!("{text}{room}  ") }
        };
        header.push_str(&paint.dim(&padded(head)));
        for ((line, text), (row, member)) in lines.iter_mut().zip(&texts).zip(&rows) {
            let code = match *head {
                "Driver" => {
                    format!("1;38;2;{};{};{}", member.colour.0, member.colour.1, member.colour.2)
                }
                "Best lap" if fastest == Some(row.driver_number) => "1;95".to_owned(),
                _ => String::new(),
            };
            line.push_str(&paint.with(&code, &padded(text)));
        }
    }
    for line in std::iter::once(header).chain(lines) {
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// Penalties, without deleted lap times; nothing when there is none.
fn penalties(out: &mut String, data: &ReportData, field: &Field, width: usize, paint: Paint) {
    for (index, given) in penalty::proper(data).enumerate() {
        if index == 0 {
            title(out, paint, width, "Penalties", "");
        }
        let mut line = format!("{} {}", field.acronym(given.driver_number), penalty::kind(given));
        let reason = penalty::reason(given);
        if !reason.is_empty() {
            let _ = write!(line, ", {reason}");
        }
        if let Some(lap) = given.lap_number {
            let _ = write!(line, " (lap {lap})");
        }
        let served = penalty::served(given);
        if !served.is_empty() {
            let _ = write!(line, "; served: {served}");
        }
        let _ = writeln!(out, "{}", clean(&line, width));
    }
}

fn stints(out: &mut String, data: &ReportData, field: &Field, width: usize, paint: Paint) {
    let stints = drawable(data);
    let Some(last) = stints.iter().map(|(_, _, end)| *end).max() else {
        title(out, paint, width, "Stints", "");
        out.push_str("no stints in this session\n");
        return;
    };
    let used: std::collections::BTreeSet<Tyre> =
        stints.iter().map(|(s, ..)| Tyre::of(s.compound.as_deref())).collect();
    let legend: Vec<String> =
        used.iter().map(|t| format!("{} {}", t.letter(), t.name().to_lowercase())).collect();
    title(out, paint, width, "Stints", &format!("laps 1 to {last}; {}", legend.join(", ")));
    const NAME: usize = 5;
    let columns = (width - NAME).min(4 * last as usize).max(1);
    let column = |lap: i64| (lap.max(0) as usize * columns).div_euclid(last.max(1) as usize).min(columns);
    for member in field.members() {
        let mut own: Vec<_> = stints.iter().filter(|(s, ..)| s.driver_number == member.number).collect();
        if own.is_empty() {
            continue;
        }
        own.sort_by_key(|(_, start, _)| *start);
        let name = &member.acronym;
        let _ = write!(out, "{name}{}", " ".repeat(NAME.saturating_sub(name.width())));
        let mut at = 0;
        for (stint, start, end) in own {
            let (from, to) = (column(start - 1).max(at), column(*end));
            if to <= from {
                continue;
            }
            out.push_str(&" ".repeat(from - at));
            let tyre = Tyre::of(stint.compound.as_deref());
            out.push_str(&paint.tyre(tyre, &bar(tyre, end - start + 1, to - from)));
            at = to;
        }
        out.push('\n');
    }
}

/// A stint of this many columns: `|M---14---`, as much as fits.
fn bar(tyre: Tyre, laps: i64, columns: usize) -> String {
    let text = format!("{} {laps}", tyre.letter());
    let inner = columns.saturating_sub(1);
    let text = if text.len() <= inner {
        text
    } else if inner >= 1 {
        tyre.letter().to_owned()
    } else {
        String::new()
    };
    let left = (inner - text.len()) / 2;
    format!("|{}{text}{}", "─".repeat(left), "─".repeat(inner - left - text.len()))
}

fn quality(out: &mut String, data: &ReportData, field: &Field, width: usize, paint: Paint) {
    title(out, paint, width, "Data quality", &summary(data));
    for line in findings(data, field) {
        let mut rest = format!(" {}", line.count);
        if !line.description.is_empty() {
            let _ = write!(rest, ": {}", line.description);
        }
        if !line.drivers.is_empty() {
            let _ = write!(rest, " ({})", line.drivers);
        }
        let room = width.saturating_sub(line.check.width() + 1);
        let _ = writeln!(out, "{} {}", paint.warn(&line.check), clean(&rest, room));
    }
}
