//! A response before it is broken and compressed.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

/// A response before compression and faults.
pub(super) struct Plain {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) rows: usize,
    pub(super) file_name: Option<String>,
}

impl Plain {
    pub(super) fn json(status: StatusCode, body: impl Into<Vec<u8>>) -> Self {
        Self { status, content_type: "application/json", body: body.into(), rows: 0, file_name: None }
    }

    pub(super) fn html(status: StatusCode, body: String) -> Self {
        Self { content_type: "text/html; charset=utf-8", ..Self::json(status, body) }
    }

    pub(super) fn gateway(status: StatusCode) -> Self {
        let reason = status.canonical_reason().unwrap_or_default();
        let title = format!("{} {reason}", status.as_u16());
        Self::html(
            status,
            format!(
                "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
            ),
        )
    }
}

/// The body of an error.
pub(super) fn detail(text: &str) -> String {
    serde_json::json!({ "detail": text }).to_string()
}

/// The response as HTTP sends it.
pub(super) fn build(plain: Plain, encoding: Option<&'static str>) -> Response {
    let mut response = Response::new(Body::from(plain.body));
    *response.status_mut() = plain.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(plain.content_type));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if let Some(name) = plain.file_name
        && let Ok(value) = HeaderValue::from_str(&format!("attachment; filename={name}"))
    {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
