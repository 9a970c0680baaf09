//! A page as a browser's parser sees it.

use scraper::{ElementRef, Html, Selector};

/// A parsed page that is well-formed and runs nothing but its own script.
pub(crate) struct Page {
    html: Html,
}

impl Page {
    /// Parses, and checks what holds for every page.
    pub(crate) fn of(text: &str) -> Self {
        let html = Html::parse_document(text);
        assert!(html.errors.is_empty(), "{:?}", html.errors);
        let page = Self { html };
        let elements: Vec<ElementRef<'_>> = page.select("*").collect();
        let policy = page.select("meta[http-equiv]").next().unwrap().attr("content").unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        for element in &elements {
            let name = element.value().name();
            let known = [
                "html",
                "head",
                "meta",
                "title",
                "style",
                "body",
                "header",
                "main",
                "footer",
                "nav",
                "section",
                "div",
                "h1",
                "h2",
                "p",
                "dl",
                "dt",
                "dd",
                "a",
                "table",
                "thead",
                "tbody",
                "tr",
                "th",
                "td",
                "figure",
                "figcaption",
                "fieldset",
                "legend",
                "span",
                "input",
                "label",
                "i",
                "b",
                "bdi",
                "details",
                "summary",
                "output",
                "script",
                "svg",
                "g",
                "path",
                "rect",
                "circle",
                "text",
            ];
            assert!(known.contains(&name), "<{name}> does not belong to the page");
            for (attribute, value) in element.value().attrs() {
                assert!(!attribute.starts_with("on") && attribute != "style", "{name} {attribute}={value}");
                assert!(
                    !["src", "srcset", "action", "data"].contains(&attribute),
                    "{name} {attribute}={value}"
                );
                assert!(attribute != "href" || value.starts_with('#'), "{name} {attribute}={value}");
            }
        }
        assert_eq!(page.count("script"), 1);
        let labelled = page
            .select("svg.chart")
            .all(|svg| svg.attr("role") == Some("img") && svg.attr("aria-label").is_some());
        assert!(labelled, "a chart without a description");
        page
    }

    fn select(&self, selector: &str) -> impl Iterator<Item = ElementRef<'_>> {
        let selector = Selector::parse(selector).unwrap();
        self.html.select(&selector).collect::<Vec<_>>().into_iter()
    }

    /// How many elements match.
    pub(crate) fn count(&self, selector: &str) -> usize {
        self.select(selector).count()
    }

    /// Names of the charts in order.
    pub(crate) fn charts(&self) -> Vec<String> {
        self.select("svg.chart")
            .map(|svg| svg.value().classes().find(|c| *c != "chart").unwrap().to_owned())
            .collect()
    }

    /// Text of each match.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        self.select(selector).map(|e| words(e.text())).collect()
    }

    /// Text of the first match.
    pub(crate) fn text(&self, selector: &str) -> String {
        self.texts(selector).into_iter().next().unwrap()
    }

    /// Headings, charts' descriptions and captions, in order.
    pub(crate) fn outline(&self) -> String {
        self.select("h1, h2, .facts div, svg.chart, figcaption")
            .map(|e| match e.value().name() {
                "svg" => format!("[{}]\n", e.attr("aria-label").unwrap()),
                name => format!("{name}: {}\n", words(e.text())),
            })
            .collect()
    }

    /// A table, one line a row.
    pub(crate) fn table(&self, selector: &str) -> String {
        let cells = Selector::parse("th, td").unwrap();
        self.select(&format!("{selector} tr"))
            .map(|row| {
                row.select(&cells).map(|cell| words(cell.text())).collect::<Vec<_>>().join(" | ") + "\n"
            })
            .collect()
    }
}

fn words<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let joined: Vec<&str> = texts.flat_map(str::split_whitespace).collect();
    joined.join(" ")
}
