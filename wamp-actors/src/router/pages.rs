//! Pages for those who watch over a router: whether it lives, whether it takes clients, and its figures.

use super::core::Core;
use crate::metrics::Metrics;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, web};
use std::fmt;
use std::sync::{Arc, Weak};

/// Something else that must be so before the router takes clients.
pub(super) type Ready = Arc<dyn Fn() -> bool + Send + Sync>;

/// Which pages there are.
#[derive(Clone, Default)]
pub(super) struct Pages {
    pub(super) shown: bool,
    pub(super) metrics: Option<Metrics>,
    pub(super) ready: Vec<Ready>,
}

impl Pages {
    /// The routes, if there are to be any.
    pub(super) fn routes(&self, core: &Arc<Core>) -> Option<impl Fn(&mut ServiceConfig) + Send + Sync + use<>> {
        let (pages, core) = (self.clone(), Arc::downgrade(core));
        self.shown.then_some(move |routes: &mut ServiceConfig| {
            let ready = (pages.ready.clone(), Weak::clone(&core));
            routes.route("/healthz", web::get().to(|| async { HttpResponse::Ok().body("alive\n") }));
            routes.route("/readyz", web::get().to(move || std::future::ready(readiness(&ready.0, &ready.1))));
            if let Some(metrics) = pages.metrics.clone() {
                let page = move || {
                    let text = metrics.encode();
                    async move { HttpResponse::Ok().content_type(Metrics::CONTENT_TYPE).body(text) }
                };
                routes.route("/metrics", web::get().to(page));
            }
        })
    }
}

fn readiness(ready: &[Ready], core: &Weak<Core>) -> HttpResponse {
    let open = core.upgrade().is_some_and(|core| !core.is_draining());
    if open && ready.iter().all(|ready| ready()) {
        HttpResponse::Ok().body("ready\n")
    } else {
        HttpResponse::ServiceUnavailable().body("not ready\n")
    }
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shown, metrics, ready } = self;
        f.debug_struct("Pages").field("shown", shown).field("metrics", metrics).field("ready", &ready.len()).finish()
    }
}
