//! Our router, by all its transports.

use super::{Target, Way};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::path::{Path, PathBuf};
use wamp_actors::router::{ListenOptions, Router, TlsOptions};
use wamp_actors::transport::Tls;

/// A router and the folder of its files.
pub(crate) struct Ours {
    router: Router,
    folder: PathBuf,
    authority: String,
}

impl Ours {
    pub(crate) async fn start() -> Self {
        // Short, for a Unix socket's path has about 100 octets at most.
        let folder = std::env::temp_dir().join(format!("wamp-suite-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let authority = certify(&folder);
        let tls = TlsOptions::from_pem_files(folder.join("chain.pem"), folder.join("key.pem"));
        let router = Router::builder()
            .realm("realm1")
            .name("suite")
            .max_message(4 << 20)
            .listen("127.0.0.1:0")
            .listen(ListenOptions::new("127.0.0.1:0").tls(tls))
            .listen("[::1]:0")
            .listen(format!("unix:{}", folder.join("socket").display()));
        Self { router: router.start().await.unwrap(), folder, authority }
    }

    pub(crate) fn target(&self) -> Target {
        let [plain, tls, six] = self.router.local_addrs() else { panic!("{:?}", self.router.local_addrs()) };
        let (socket, tls) = (self.folder.join("socket"), tls.port());
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
        Target { ways, realm: "realm1".to_owned(), tls: Tls::new().root_pem(&self.authority).unwrap(), foreign: false }
    }

    pub(crate) async fn stop(self) {
        self.router.stop().await;
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Writes a certificate for `localhost` and its key, and gives that of the authority.
fn certify(folder: &Path) -> String {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    std::fs::write(folder.join("chain.pem"), certificate.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    authority
}
