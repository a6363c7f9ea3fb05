//! The opening handshake's part (RFC 7692, 7.1).

use std::fmt;

use super::{Agreed, Deflate, Flow, MAX_WINDOW_BITS, MIN_WINDOW_BITS};

/// The extension's name in `Sec-WebSocket-Extensions`.
const NAME: &str = "permessage-deflate";

/// Why a client cannot go on with the server's reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExtensionError {
    /// It names an extension that was not offered.
    #[error("the reply names an extension that was not offered")]
    Unoffered,
    /// It names more than one.
    #[error("the reply names an extension twice")]
    Twice,
    /// Its parameters are none that the offer allows.
    #[error("the reply's parameters of permessage-deflate are not what was offered")]
    Parameters,
}

/// The parameters of one offer or reply.
#[derive(Debug, Default, Clone, Copy)]
struct Parameters {
    server_no_context_takeover: bool,
    client_no_context_takeover: bool,
    server_max_window_bits: Option<u8>,
    /// In an offer its value may be left out: the client takes any.
    client_max_window_bits: Option<Option<u8>>,
}

impl Deflate {
    /// A server's choice among a client's offers, the values of its `Sec-WebSocket-Extensions` headers: the first that can be met.
    /// `None` is no error: messages are not compressed then.
    pub fn accept<'a>(&self, offers: impl IntoIterator<Item = &'a str>) -> Option<Agreed> {
        extensions(offers).filter_map(Parameters::of).find_map(|offer| self.meet(&offer))
    }

    fn meet(&self, offer: &Parameters) -> Option<Agreed> {
        let asked = offer.server_max_window_bits.unwrap_or(MAX_WINDOW_BITS);
        if asked < MIN_WINDOW_BITS {
            return None;
        }
        let client_bits = match offer.client_max_window_bits {
            Some(most) => most.unwrap_or(MAX_WINDOW_BITS).min(self.window_bits),
            None => MAX_WINDOW_BITS,
        };
        let takeover = |refused: bool| self.context_takeover && !refused;
        Some(Agreed {
            server: Flow { window_bits: asked.min(self.window_bits), context_takeover: takeover(offer.server_no_context_takeover) },
            client: Flow { window_bits: client_bits, context_takeover: takeover(offer.client_no_context_takeover) },
            client_bits_offered: offer.client_max_window_bits.is_some(),
        })
    }

    /// A client's offer: the value of its `Sec-WebSocket-Extensions` header.
    pub fn offer(&self) -> String {
        let mut offer = NAME.to_owned();
        if !self.context_takeover {
            offer.push_str("; server_no_context_takeover; client_no_context_takeover");
        }
        if self.window_bits < MAX_WINDOW_BITS {
            offer.push_str(&format!("; server_max_window_bits={0}; client_max_window_bits={0}", self.window_bits));
        } else {
            offer.push_str("; client_max_window_bits");
        }
        offer
    }

    /// What a server's reply to [`offer`](Self::offer) agrees to, if it names the extension.
    ///
    /// # Errors
    ///
    /// If the reply is none to that offer; the connection is to be failed then.
    pub fn confirm<'a>(&self, replies: impl IntoIterator<Item = &'a str>) -> Result<Option<Agreed>, ExtensionError> {
        let mut replies = extensions(replies);
        let Some(reply) = replies.next() else { return Ok(None) };
        if replies.next().is_some() {
            return Err(ExtensionError::Twice);
        }
        if name(reply) != NAME {
            return Err(ExtensionError::Unoffered);
        }
        let reply = Parameters::of(reply).ok_or(ExtensionError::Parameters)?;
        self.judge(&reply).map(Some).ok_or(ExtensionError::Parameters)
    }

    fn judge(&self, reply: &Parameters) -> Option<Agreed> {
        let server_bits = reply.server_max_window_bits.unwrap_or(MAX_WINDOW_BITS);
        let client_bits = match reply.client_max_window_bits {
            Some(bits) => bits?,
            None => MAX_WINDOW_BITS,
        };
        let met = server_bits <= self.window_bits && (self.context_takeover || reply.server_no_context_takeover);
        let agreed = Agreed {
            server: Flow { window_bits: server_bits, context_takeover: !reply.server_no_context_takeover },
            client: Flow {
                window_bits: client_bits.min(self.window_bits),
                context_takeover: self.context_takeover && !reply.client_no_context_takeover,
            },
            client_bits_offered: true,
        };
        (met && client_bits >= MIN_WINDOW_BITS).then_some(agreed)
    }
}

/// A server's reply: the value of its `Sec-WebSocket-Extensions` header.
impl fmt::Display for Agreed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAME)?;
        if !self.server.context_takeover {
            f.write_str("; server_no_context_takeover")?;
        }
        if !self.client.context_takeover {
            f.write_str("; client_no_context_takeover")?;
        }
        if self.server.window_bits < MAX_WINDOW_BITS {
            write!(f, "; server_max_window_bits={}", self.server.window_bits)?;
        }
        if self.client_bits_offered && self.client.window_bits < MAX_WINDOW_BITS {
            write!(f, "; client_max_window_bits={}", self.client.window_bits)?;
        }
        Ok(())
    }
}

/// The extensions that header values name, with their parameters. (A comma inside of quotes occurs in no parameter of ours, and
/// what it cuts apart is declined.)
fn extensions<'a>(values: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    values.into_iter().flat_map(|value| value.split(',')).map(str::trim_ascii).filter(|extension| !extension.is_empty())
}

fn name(extension: &str) -> &str {
    extension.split(';').next().unwrap_or_default().trim_ascii()
}

impl Parameters {
    /// Those of permessage-deflate: each known, at most once, and with a value that it may have.
    fn of(extension: &str) -> Option<Self> {
        if name(extension) != NAME {
            return None;
        }
        let mut parameters = Self::default();
        for parameter in extension.split(';').skip(1) {
            let (key, value) = match parameter.split_once('=') {
                Some((key, value)) => (key.trim_ascii(), Some(unquote(value.trim_ascii()))),
                None => (parameter.trim_ascii(), None),
            };
            parameters.take(key, value)?;
        }
        Some(parameters)
    }

    fn take(&mut self, key: &str, value: Option<&str>) -> Option<()> {
        let flag = |flag: &mut bool| (value.is_none() && !std::mem::replace(flag, true)).then_some(());
        match key {
            "server_no_context_takeover" => flag(&mut self.server_no_context_takeover),
            "client_no_context_takeover" => flag(&mut self.client_no_context_takeover),
            "server_max_window_bits" => self.server_max_window_bits.replace(bits(value?)?).is_none().then_some(()),
            "client_max_window_bits" => {
                let value = value.map(bits).map_or(Some(None), |bits| bits.map(Some))?;
                self.client_max_window_bits.replace(value).is_none().then_some(())
            }
            _ => None,
        }
    }
}

/// 8 to 15, without leading zeros.
fn bits(value: &str) -> Option<u8> {
    value.parse().ok().filter(|bits| (8..=MAX_WINDOW_BITS).contains(bits) && !value.starts_with(['0', '+']))
}

fn unquote(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}
