use crate::router::core::Core;
use crate::router::listen::opening::{Refused, origin_is_allowed};
use actix_http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, HeaderValue, ORIGIN, VARY,
};
use actix_web::{HttpRequest, HttpResponse};

/// A page's origin that may use long-poll, named in each answer. Pages send cookies along (Autobahn|JS does unasked), for which the
/// browser wants the very origin, never `*`.
#[derive(Debug)]
pub(super) struct Cors(Option<HeaderValue>);

impl Cors {
    /// Judges a request's origin by the list that WebSockets are judged by.
    pub(super) fn judge(request: &HttpRequest, core: &Core) -> Result<Self, Refused> {
        let headers = request.headers();
        if !origin_is_allowed(headers, &core.origins) {
            return Err(Refused::ORIGIN);
        }
        Ok(Self(headers.get(ORIGIN).cloned()))
    }

    /// The answer to a browser's question whether a page may send a request.
    pub(super) fn preflight(&self) -> HttpResponse {
        let mut response = HttpResponse::NoContent();
        response.insert_header((ACCESS_CONTROL_ALLOW_METHODS, "POST"));
        response.insert_header((ACCESS_CONTROL_ALLOW_HEADERS, "content-type"));
        response.insert_header((ACCESS_CONTROL_MAX_AGE, "600"));
        response.finish()
    }

    /// Lets the page read the answer.
    pub(super) fn allow(self, mut response: HttpResponse) -> HttpResponse {
        let headers = response.headers_mut();
        headers.insert(VARY, HeaderValue::from_static("origin"));
        if let Some(origin) = self.0 {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        response
    }
}
