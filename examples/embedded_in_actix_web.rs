//! The router mounted in an actix-web application of yours, and a session held by its handlers.
//!
//! ```text
//! cargo run --example embedded_in_actix_web
//! curl http://127.0.0.1:8081/add/2/3      # an HTTP handler that calls a procedure
//! ```
//!
//! WAMP clients connect to `ws://127.0.0.1:8081/ws`.

use actix_web::{App, HttpResponse, HttpServer, web};
use wamp_actors::prelude::*;
use wamp_actors::router::{self, Router};

#[derive(Default)]
struct Adder;

#[component(prefix = "com.example.adder")]
impl Adder {
    #[procedure]
    async fn add(&self, a: i64, b: i64) -> i64 {
        a.wrapping_add(b)
    }
}

async fn add(session: web::Data<Session>, numbers: web::Path<(i64, i64)>) -> HttpResponse {
    match session.call::<i64>("com.example.adder.add", numbers.into_inner()).await {
        Ok(sum) => HttpResponse::Ok().body(format!("{sum}\n")),
        Err(error) => HttpResponse::BadGateway().body(format!("{error}\n")),
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    wamp_examples::log();
    // No `listen`: its peers come through the application, and from within the process.
    let router = Router::builder().realm("realm1").start().await?;
    let service = Service::new().transport(router.transport()).realm("realm1").component(Adder::default).start().await?;
    let session = Session::builder().transport(router.transport()).realm("realm1").connect().await?;

    let mounted = router.mount();
    let server = HttpServer::new(move || {
        App::new().app_data(web::Data::new(session.clone())).route("/add/{a}/{b}", web::get().to(add)).configure(mounted.clone())
    })
    .on_connect(router::on_connect)
    .bind(("127.0.0.1", 8081))?;
    println!("listening on ws://127.0.0.1:8081/ws and http://127.0.0.1:8081/add/2/3");
    server.run().await?;
    service.stop().await;
    router.stop().await;
    Ok(())
}
