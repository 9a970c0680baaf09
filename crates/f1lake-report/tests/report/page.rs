//! A strict reader of pages: a browser's tokens, and elements only where the page has them.

use html5gum::{Error, HtmlString, State, Token, Tokenizer};
use std::collections::BTreeMap;
use std::ops::Range;

/// Elements that hold blocks and lines of text. A browser closes none of them early.
const BLOCKS: [&str; 14] = [
    "body",
    "header",
    "main",
    "footer",
    "nav",
    "section",
    "div",
    "dd",
    "td",
    "th",
    "figure",
    "figcaption",
    "fieldset",
    "details",
];

/// Elements that hold lines of text only: a browser would close `p` at a block.
const LINES: [&str; 12] =
    ["p", "h1", "h2", "h3", "dt", "span", "i", "b", "bdi", "label", "legend", "summary"];

/// A parsed page that is well-formed and runs only its own script.
pub(crate) struct Page {
    elements: Vec<Element>,
    texts: Vec<String>,
}

/// An element; those inside it follow it in the page.
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    parent: Option<usize>,
    /// Elements inside, by index.
    inside: Range<usize>,
    /// Texts inside, by index.
    texts: Range<usize>,
}

impl Page {
    /// Parses, and checks what holds for every page.
    pub(crate) fn of(text: &str) -> Self {
        let page = Self::parse(text).unwrap();
        let policy = page.select("meta[http-equiv]").next().unwrap().attr("content").unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        for Element { name, attributes, .. } in &page.elements {
            for (attribute, value) in attributes {
                assert!(!attribute.starts_with("on") && attribute != "style", "{name} {attribute}={value}");
                assert!(
                    !["src", "srcset", "action", "data"].contains(&attribute.as_str()),
                    "{name} {attribute}={value}"
                );
                assert!(
                    !["href", "xlink:href"].contains(&attribute.as_str()) || value.starts_with('#'),
                    "{name} {attribute}={value}"
                );
            }
        }
        assert_eq!(page.count("script"), 1);
        let labelled = page
            .select("svg.chart")
            .all(|svg| svg.attr("role") == Some("img") && svg.attr("aria-label").is_some());
        assert!(labelled, "a chart without a description");
        page
    }

    /// Reads the elements. Fails at the first that is unknown, out of place or left open, and at a token that
    /// a browser would have to repair.
    fn parse(text: &str) -> Result<Self, String> {
        let mut page = Self { elements: Vec::new(), texts: Vec::new() };
        let mut open: Vec<usize> = Vec::new();
        let mut tokens = Tokenizer::new(text);
        let mut doctype = false;
        let mut in_text = false;
        while let Some(Ok(token)) = tokens.next() {
            let parent = open.last().copied();
            let parent_name = parent.map_or("", |index| page.elements[index].name.as_str());
            let was_in_text = std::mem::replace(&mut in_text, matches!(token, Token::String(_)));
            match token {
                Token::Doctype(found) => {
                    if doctype
                        || !page.elements.is_empty()
                        || string(&found.name) != "html"
                        || found.force_quirks
                    {
                        return Err(format!("{found:?}"));
                    }
                    doctype = true;
                }
                Token::StartTag(tag) => {
                    let name = string(&tag.name);
                    if !doctype || !belongs(&name, parent_name) {
                        return Err(format!("<{name}> does not belong in <{parent_name}>"));
                    }
                    let drawing =
                        name == "svg" || open.iter().any(|index| page.elements[*index].name == "svg");
                    if tag.self_closing && !drawing {
                        return Err(format!("<{name}/> is closed by a slash"));
                    }
                    // As in a browser, a title in a drawing is read like any other element.
                    match name.as_str() {
                        "title" if !drawing => tokens.set_state(State::RcData),
                        "style" => tokens.set_state(State::RawText),
                        "script" => tokens.set_state(State::ScriptData),
                        _ => {}
                    }
                    let index = page.elements.len();
                    if !tag.self_closing && !["meta", "input"].contains(&name.as_str()) {
                        open.push(index);
                    }
                    page.elements.push(Element {
                        name,
                        attributes: tag.attributes.iter().map(|(k, v)| (string(k), string(v))).collect(),
                        parent,
                        inside: index + 1..index + 1,
                        texts: page.texts.len()..page.texts.len(),
                    });
                }
                Token::EndTag(tag) => {
                    let name = string(&tag.name);
                    let Some(index) = parent.filter(|_| name == parent_name) else {
                        return Err(format!("</{name}> in <{parent_name}>"));
                    };
                    open.pop();
                    page.elements[index].inside.end = page.elements.len();
                    page.elements[index].texts.end = page.texts.len();
                }
                Token::String(found) => {
                    let found = string(&found);
                    // A browser moves text out of a table, and out of the head.
                    if ["", "html", "head", "table", "thead", "tbody", "tr"].contains(&parent_name)
                        && !found.trim().is_empty()
                    {
                        return Err(format!("{found:?} in <{parent_name}>"));
                    }
                    match page.texts.last_mut() {
                        Some(last) if was_in_text => last.push_str(&found),
                        _ => page.texts.push(found),
                    }
                }
                Token::Comment(comment) => return Err(format!("a comment: {comment:?}")),
                // Browsers keep these as they are.
                Token::Error(error) if *error == Error::NoncharacterInInputStream => in_text = was_in_text,
                Token::Error(error) => return Err(format!("{:?}", *error)),
            }
        }
        match open.last() {
            Some(index) => Err(format!("<{}> is not closed", page.elements[*index].name)),
            None => Ok(page),
        }
    }

    /// Elements that match, in order: names, `#id`, `.class` and `[attribute]`, nested, by commas.
    fn select<'a>(&'a self, selector: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements
            .iter()
            .filter(move |element| selector.split(',').any(|path| self.matches(element, path)))
    }

    fn matches(&self, element: &Element, path: &str) -> bool {
        let mut steps = path.split_whitespace().rev();
        if !steps.next().is_some_and(|step| element.is(step)) {
            return false;
        }
        let mut outer = element.parent;
        steps.all(|step| {
            while let Some(index) = outer {
                outer = self.elements[index].parent;
                if self.elements[index].is(step) {
                    return true;
                }
            }
            false
        })
    }

    /// Text of an element, white space folded.
    fn words(&self, element: &Element) -> String {
        let words: Vec<&str> =
            self.texts[element.texts.clone()].iter().flat_map(|text| text.split_whitespace()).collect();
        words.join(" ")
    }

    /// Number of matching elements.
    pub(crate) fn count(&self, selector: &str) -> usize {
        self.select(selector).count()
    }

    /// Names of the charts in order.
    pub(crate) fn charts(&self) -> Vec<String> {
        self.select("svg.chart")
            .map(|svg| svg.classes().find(|c| *c != "chart").unwrap().to_owned())
            .collect()
    }

    /// Text of each match.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        self.select(selector).map(|element| self.words(element)).collect()
    }

    /// Text of the first match.
    pub(crate) fn text(&self, selector: &str) -> String {
        self.texts(selector).into_iter().next().unwrap()
    }

    /// An attribute of the first match.
    pub(crate) fn value(&self, selector: &str, attribute: &str) -> String {
        self.select(selector).next().unwrap().attr(attribute).unwrap().to_owned()
    }

    /// Headings, charts' descriptions and captions, in order.
    pub(crate) fn outline(&self) -> String {
        self.select("h1, h2, .facts div, svg.chart, figcaption")
            .map(|element| match element.name.as_str() {
                "svg" => format!("[{}]\n", element.attr("aria-label").unwrap()),
                name => format!("{name}: {}\n", self.words(element)),
            })
            .collect()
    }

    /// A table, one line per row.
    pub(crate) fn table(&self, selector: &str) -> String {
        self.select(&format!("{selector} tr"))
            .map(|row| {
                let cells = self.elements[row.inside.clone()].iter().filter(|e| e.is("th") || e.is("td"));
                cells.map(|cell| self.words(cell)).collect::<Vec<_>>().join(" | ") + "\n"
            })
            .collect()
    }
}

impl Element {
    fn attr(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    fn classes(&self) -> impl Iterator<Item = &str> {
        self.attr("class").unwrap_or_default().split_ascii_whitespace()
    }

    /// Whether it matches one step of a selector, such as `g.d1.seat0`.
    fn is(&self, step: &str) -> bool {
        let start = step.find(['#', '.', '[']).unwrap_or(step.len());
        let (name, mut rest) = step.split_at(start);
        if !name.is_empty() && name != self.name {
            return false;
        }
        while !rest.is_empty() {
            let end = rest[1..].find(['#', '.', '[']).map_or(rest.len(), |at| at + 1);
            let (part, next) = rest.split_at(end);
            let found = match part.split_at(1) {
                ("#", id) => self.attr("id") == Some(id),
                (".", class) => self.classes().any(|c| c == class),
                (_, attribute) => self.attr(attribute.trim_end_matches(']')).is_some(),
            };
            if !found {
                return false;
            }
            rest = next;
        }
        true
    }
}

/// Whether the page has this element in that parent; no parent is "".
fn belongs(name: &str, parent: &str) -> bool {
    match name {
        "html" => parent.is_empty(),
        "head" | "body" => parent == "html",
        "meta" | "style" => parent == "head",
        "title" => ["head", "g", "path", "rect", "circle", "text"].contains(&parent),
        "header" | "main" | "footer" | "script" => parent == "body",
        "thead" | "tbody" => parent == "table",
        "tr" => ["thead", "tbody"].contains(&parent),
        "th" | "td" => parent == "tr",
        "dt" | "dd" => ["dl", "div"].contains(&parent),
        "figcaption" => parent == "figure",
        "legend" => parent == "fieldset",
        "summary" => parent == "details",
        "g" | "path" | "rect" | "circle" | "text" => ["svg", "g"].contains(&parent),
        "div" if parent == "dl" => true,
        "nav" | "section" | "div" | "h1" | "h2" | "h3" | "p" | "dl" | "table" | "figure" | "fieldset"
        | "details" => BLOCKS.contains(&parent),
        "option" => parent == "select",
        "a" | "span" | "i" | "b" | "bdi" | "input" | "label" | "output" | "select" | "svg" => {
            BLOCKS.contains(&parent) || LINES.contains(&parent)
        }
        _ => false,
    }
}

fn string(found: &HtmlString) -> String {
    String::from_utf8(found.to_vec()).unwrap()
}

#[test]
fn a_page_that_needs_repair_is_refused() {
    let parse = |body: &str| Page::parse(&format!("<!doctype html><html><body>{body}</body></html>"));
    let body =
        "<div id=a><p class=\"b c\">x &lt;b> <b>y</b>z</p><svg><rect/><g><title>t</title></g></svg></div>";
    let page = parse(body).unwrap();
    assert_eq!(page.text("#a p.c.b"), "x <b> y z");
    assert_eq!(page.texts("div title, b"), ["y", "t"]);
    assert_eq!((page.count("[class]"), page.count("p.d"), page.count("b div")), (1, 0, 0));
    for (body, error) in [
        ("<img>", "<img> does not belong in <body>"),
        ("<p><div></div></p>", "<div> does not belong in <p>"),
        ("<svg><title></title></svg>", "<title> does not belong in <svg>"),
        ("<svg><g><title><script>1</script></title></g></svg>", "<script> does not belong in <title>"),
        ("<table>x</table>", "\"x\" in <table>"),
        ("<table><tr></tr></table>", "<tr> does not belong in <table>"),
        ("<div/>", "<div/> is closed by a slash"),
        ("<b><i></b></i>", "</b> in <i>"),
        ("<p>", "</body> in <p>"),
        ("</p>", "</p> in <body>"),
        ("<p id=a id=b></p>", "DuplicateAttribute"),
        ("<p a\"b></p>", "UnexpectedCharacterInAttributeName"),
        ("<!-- -->", "a comment: "),
        ("a < b", "InvalidFirstCharacterOfTagName"),
        ("\u{1}", "ControlCharacterInInputStream"),
        ("<script>", "<script> is not closed"),
    ] {
        let found = parse(body).err().unwrap_or_default();
        assert!(found.starts_with(error), "{body}: {found:?} instead of {error:?}");
    }
    assert!(Page::parse("<html></html>").is_err(), "no doctype");
}
