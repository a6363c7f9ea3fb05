//! Our router, by all its transports.

use super::{Target, Way};
use wamp_actors::router::Router;
use wamp_actors::transport::Tls;
use wamp_tests::place::Host;

/// A router that listens in every way.
pub(crate) struct Ours(Host);

impl Ours {
    pub(crate) async fn start() -> Self {
        Self(Host::start("suite", Router::builder().realm("realm1").name("suite").max_message(4 << 20)).await)
    }

    pub(crate) fn target(&self) -> Target {
        let [plain, tls, six] = self.0.router.local_addrs() else { panic!("{:?}", self.0.router.local_addrs()) };
        let (socket, tls) = (self.0.socket(), tls.port());
        let socket = socket.display();
        let urls = [
            format!("ws://{plain}/ws"),
            format!("batched:ws://{plain}/ws"),
            format!("rs://{plain}"),
            format!("http://{plain}/lp"),
            format!("ws://{six}/ws"),
            format!("wss://localhost:{tls}/ws"),
            format!("rss://localhost:{tls}"),
            format!("https://localhost:{tls}/lp"),
            format!("ws+unix://{socket}"),
            format!("rs+unix://{socket}"),
            "inproc://suite".to_owned(),
        ];
        let ways = urls.iter().map(|url| Way::from(url.as_str())).collect();
        Target { ways, realm: "realm1".to_owned(), tls: Tls::new().root_pem(&self.0.authority).unwrap(), foreign: false }
    }

    pub(crate) async fn stop(self) {
        self.0.stop().await;
    }
}
