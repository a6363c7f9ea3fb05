//! Where a router of a test listens, and how a client that is not ours connects to it: by TCP, by TLS, by a Unix socket.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use wamp_actors::router::{ListenOptions, Router, RouterBuilder, TlsOptions};

use crate::raw::patient;

/// What octets are sent by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// TCP, in the clear.
    Tcp,
    /// TLS on TCP.
    Tls,
    /// A Unix socket.
    Unix,
}

/// A connection.
pub type Io = Box<dyn Stream>;

/// What a connection can do.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug> Stream for T {}

impl Way {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tcp, Self::Tls, Self::Unix];
}

/// Where a router listens.
#[derive(Clone)]
pub struct Place {
    tcp: SocketAddr,
    tls: Option<(SocketAddr, TlsConnector)>,
    socket: Option<PathBuf>,
}

impl Place {
    /// Connects.
    pub async fn connect(&self, way: Way) -> Io {
        match way {
            Way::Tcp => Box::new(tcp(self.tcp).await),
            Way::Tls => {
                let (address, connector) = self.tls.as_ref().expect("the router listens with TLS");
                let name = ServerName::try_from("localhost").expect("localhost is a name");
                let stream = patient("the handshake of TLS", connector.connect(name, tcp(*address).await)).await;
                Box::new(stream.expect("the router's certificate is good"))
            }
            Way::Unix => {
                let path = self.socket.as_ref().expect("the router listens on a Unix socket");
                Box::new(patient("connect", UnixStream::connect(path)).await.expect("the router listens"))
            }
        }
    }
}

impl From<SocketAddr> for Place {
    fn from(tcp: SocketAddr) -> Self {
        Self { tcp, tls: None, socket: None }
    }
}

impl From<&Host> for Place {
    fn from(host: &Host) -> Self {
        host.place.clone()
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").field("tcp", &self.tcp).field("socket", &self.socket).finish_non_exhaustive()
    }
}

async fn tcp(address: SocketAddr) -> TcpStream {
    let stream = patient("connect", TcpStream::connect(address)).await.expect("the router listens");
    stream.set_nodelay(true).expect("a socket takes TCP_NODELAY");
    stream
}

/// A router that listens in every way, and the folder of its files.
#[derive(Debug)]
pub struct Host {
    /// The router.
    pub router: Router,
    /// What its certificate is signed by, in PEM.
    pub authority: String,
    place: Place,
    folder: PathBuf,
}

impl Host {
    /// Starts the router; `name` tells its files from those of others in this process.
    pub async fn start(name: &str, builder: RouterBuilder) -> Self {
        // Short, for a Unix socket's path has about 100 octets at most.
        let folder = std::env::temp_dir().join(format!("wamp-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the folder for temporary files can be written");
        let authority = certify(&folder);
        let tls = TlsOptions::from_pem_files(folder.join("chain.pem"), folder.join("key.pem"));
        let socket = folder.join("socket");
        let builder = builder.listen("127.0.0.1:0").listen(ListenOptions::new("127.0.0.1:0").tls(tls)).listen("[::1]:0");
        let router = builder.listen(format!("unix:{}", socket.display())).start().await.expect("the router starts");
        let [tcp, tls, ..] = *router.local_addrs() else { panic!("{:?}", router.local_addrs()) };
        let place = Place { tcp, tls: Some((tls, connector(&authority))), socket: Some(socket) };
        Self { router, authority, place, folder }
    }

    /// Where it listens on a Unix socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    /// Stops the router, and removes its files.
    pub async fn stop(self) {
        self.router.stop().await;
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Rustls's own client, with this authority and no other.
fn connector(authority: &str) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).expect("a certificate")).expect("an authority");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
    let config = config.expect("ring has them").with_root_certificates(roots).with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

/// Writes a certificate for `localhost` and its key, and gives that of the authority.
fn certify(folder: &Path) -> String {
    let key = || KeyPair::generate().expect("keys can be made");
    let mut params = CertificateParams::new(Vec::new()).expect("no name is wrong");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let its_key = key();
    let authority = params.self_signed(&its_key).expect("a key signs").pem();
    let issuer = Issuer::new(params, its_key);
    let its_key = key();
    let params = CertificateParams::new(["localhost".to_owned()]).expect("localhost is a name");
    let certificate = params.signed_by(&its_key, &issuer).expect("a key signs");
    let write = |name: &str, text: String| std::fs::write(folder.join(name), text).expect("the folder can be written");
    write("chain.pem", certificate.pem());
    write("key.pem", its_key.serialize_pem());
    authority
}
