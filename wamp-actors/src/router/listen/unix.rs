use crate::router::error::RouterError;
use socket2::{Domain, SockAddr, Socket, Type};
use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// The file of a Unix socket.
#[derive(Debug)]
pub(in crate::router) struct SocketFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

/// Listens on a Unix socket.
pub(super) fn bind(name: &str, path: &Path, mode: Option<u32>) -> Result<(UnixListener, SocketFile), RouterError> {
    let listener = match listen(path, mode) {
        Err(why) if why.kind() == io::ErrorKind::AddrInUse && is_stale(path) => {
            tracing::info!(path = %path.display(), "removed a socket that nobody listens on");
            fs::remove_file(path).and_then(|()| listen(path, mode))
        }
        listener => listener,
    };
    let file = listener.and_then(|listener| {
        let metadata = fs::symlink_metadata(path)?;
        Ok((listener, SocketFile { path: path.to_owned(), device: metadata.dev(), inode: metadata.ino() }))
    });
    file.map_err(|source| RouterError::from_bind(name, source))
}

fn listen(path: &Path, mode: Option<u32>) -> io::Result<UnixListener> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.bind(&SockAddr::unix(path)?)?;
    if let Some(mode) = mode {
        // Before anybody can connect.
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    socket.listen(super::BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// Whether it is a socket on which nobody listens any more.
fn is_stale(path: &Path) -> bool {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_socket());
    is_socket && UnixStream::connect(path).is_err_and(|why| why.kind() == io::ErrorKind::ConnectionRefused)
}

impl SocketFile {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it, unless another has taken its place.
    pub(super) fn remove(&self) {
        let ours = |metadata: fs::Metadata| (metadata.dev(), metadata.ino()) == (self.device, self.inode);
        if fs::symlink_metadata(&self.path).is_ok_and(ours) {
            let _ = fs::remove_file(&self.path);
        }
    }
}
