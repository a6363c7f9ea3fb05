use crate::failure::Failure;
use crate::json;
use clap::Args;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use wamp_actors::auth::CryptosignKey;

/// `wamp keygen key`.
#[derive(Debug, Args)]
pub(crate) struct Keygen {
    /// The file for the private key; it must not exist. Only its owner may read it.
    file: PathBuf,
}

impl Keygen {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(Failure::other)?;
        let mut text = seed.iter().fold(String::new(), |mut text, octet| {
            let _ = write!(text, "{octet:02x}");
            text
        });
        text.push('\n');
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.file).map_err(|error| Failure::Other(format!("{}: {error}", self.file.display())))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        json::print(CryptosignKey::from_seed(seed).public_key_hex())
    }
}
