//! The proxies that the environment names, by the customs of curl and of Go.
//!
//! | variable | for |
//! |---|---|
//! | `HTTPS_PROXY` | what speaks TLS: `wss://`, `rss://`, `https://` |
//! | `HTTP_PROXY` | what does not: `ws://`, `rs://`, `http://` |
//! | `ALL_PROXY` | both, where their own is not set |
//! | `NO_PROXY` | hosts that are connected to directly, apart by commas: `example.com` (with all under it), `.example.com` (those only), `10.0.0.0/8`, `10.1.2.3`, any of them with `:port`, or `*` |
//!
//! A name in lower case counts before the one in upper case. `localhost` and loopback addresses are always connected to directly.

use super::{InvalidProxy, Proxy};
use crate::transport::endpoint::Host;
use std::net::IpAddr;

/// What the environment says.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProxyEnvironment {
    http: Option<String>,
    https: Option<String>,
    all: Option<String>,
    none: String,
}

impl ProxyEnvironment {
    /// That of the process.
    pub(crate) fn of_process() -> Self {
        Self::read(|name| std::env::var(name).ok())
    }

    /// That which `variable` gives. A variable that is empty is not set.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let either = |name: &str| text(&name.to_ascii_lowercase()).or_else(|| text(name));
        // Under CGI, `HTTP_PROXY` is what a client sent as its header `Proxy` (CVE-2016-5385).
        let cgi = variable("REQUEST_METHOD").is_some();
        let http = if cgi { text("http_proxy") } else { either("HTTP_PROXY") };
        Self { http, https: either("HTTPS_PROXY"), all: either("ALL_PROXY"), none: either("NO_PROXY").unwrap_or_default() }
    }

    /// The proxy on the way to that host.
    pub(crate) fn proxy(&self, host: &Host, port: u16, tls: bool) -> Result<Option<Proxy>, InvalidProxy> {
        let named = if tls { &self.https } else { &self.http };
        match named.as_ref().or(self.all.as_ref()) {
            Some(url) if !self.is_direct(host, port) => url.parse().map(Some),
            _ => Ok(None),
        }
    }

    fn is_direct(&self, host: &Host, port: u16) -> bool {
        let loopback = match host {
            Host::Name(name) => name == "localhost",
            Host::Ip(address) => address.is_loopback(),
        };
        loopback || self.none.split(',').map(str::trim).any(|entry| matches(entry, host, port))
    }
}

/// Whether an entry of `NO_PROXY` is about that host.
fn matches(entry: &str, host: &Host, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    if let Host::Ip(address) = host {
        let alone = entry.trim_start_matches('[').trim_end_matches(']');
        if alone.parse() == Ok(*address) || within(entry, *address) {
            return true;
        }
    }
    let (name, only) = match entry.rsplit_once(':').map(|(name, only)| (name, only.parse::<u16>())) {
        Some((name, Ok(only))) => (name, Some(only)),
        _ => (entry, None),
    };
    if name.is_empty() || only.is_some_and(|only| only != port) {
        return false;
    }
    match host {
        Host::Name(host) => is_under(host, &name.to_ascii_lowercase()),
        Host::Ip(address) => only.is_some() && name.trim_start_matches('[').trim_end_matches(']').parse() == Ok(*address),
    }
}

fn is_under(host: &str, domain: &str) -> bool {
    let domain = domain.strip_prefix('*').unwrap_or(domain);
    match domain.strip_prefix('.') {
        Some(_) => host.ends_with(domain),
        None => host == domain || host.strip_suffix(domain).is_some_and(|above| above.ends_with('.')),
    }
}

/// Whether the address is in a network such as `10.0.0.0/8`.
fn within(entry: &str, address: IpAddr) -> bool {
    let Some((network, bits)) = entry.split_once('/') else { return false };
    let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u32>()) else { return false };
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) if bits <= 32 => {
            (network.to_bits() ^ address.to_bits()).checked_shr(32 - bits).unwrap_or(0) == 0
        }
        (IpAddr::V6(network), IpAddr::V6(address)) if bits <= 128 => {
            (network.to_bits() ^ address.to_bits()).checked_shr(128 - bits).unwrap_or(0) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment<'a>(variables: &'a [(&'a str, &'a str)]) -> ProxyEnvironment {
        ProxyEnvironment::read(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    fn proxy(variables: &[(&str, &str)], host: &str, port: u16, tls: bool) -> Option<String> {
        environment(variables).proxy(&host.parse().unwrap(), port, tls).unwrap().map(|proxy| proxy.to_string())
    }

    #[test]
    fn tls_and_plain_have_proxies_of_their_own_and_all_stands_in() {
        let variables =
            [("HTTP_PROXY", "http://plain:3128"), ("https_proxy", "secure"), ("HTTPS_PROXY", "not-this"), ("ALL_PROXY", "socks5://all")];
        assert_eq!(proxy(&variables, "h", 80, false).as_deref(), Some("http://plain:3128"));
        assert_eq!(proxy(&variables, "h", 443, true).as_deref(), Some("http://secure:80"));
        assert_eq!(proxy(&variables[3..], "h", 80, false).as_deref(), Some("socks5://all:1080"));
        assert_eq!(proxy(&[("HTTPS_PROXY", " ")], "h", 443, true), None);
    }

    #[test]
    fn under_cgi_the_upper_case_variable_is_the_clients_and_not_obeyed() {
        let variables = [("HTTP_PROXY", "http://evil"), ("REQUEST_METHOD", "GET")];
        assert_eq!(proxy(&variables, "h", 80, false), None);
    }

    #[test]
    fn hosts_of_no_proxy_and_loopback_are_connected_to_directly() {
        let cases = [
            ("example.com", "example.com", true),
            ("example.com", "a.example.com", true),
            ("example.com", "badexample.com", false),
            (".example.com", "example.com", false),
            ("*.example.com", "a.example.com", true),
            ("Example.COM:443", "example.com", true),
            ("example.com:80", "example.com", false),
            ("a.example, b.example", "b.example", true),
            ("*", "anything", true),
            ("10.0.0.0/8", "10.200.1.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("0.0.0.0/0", "9.9.9.9", true),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3:443", "10.1.2.3", true),
            ("10.1.2.3:80", "10.1.2.3", false),
            ("2001:db8::/32", "[2001:db8::7]", true),
            ("2001:db8::7", "[2001:db8::7]", true),
            ("[2001:db8::7]:443", "[2001:db8::7]", true),
            ("2001:db8::/129", "[2001:db8::7]", false),
            ("", "localhost", true),
            ("", "127.0.0.9", true),
            ("", "[::1]", true),
            ("", "example.com", false),
        ];
        for (none, host, direct) in cases {
            let found = proxy(&[("ALL_PROXY", "http://proxy"), ("NO_PROXY", none)], host, 443, true);
            assert_eq!(found.is_none(), direct, "{none:?}: {host}");
        }
    }

    #[test]
    fn a_proxy_that_is_none_is_told_and_not_passed_by() {
        let error = environment(&[("HTTPS_PROXY", "ftp://joe:secret@h")]).proxy(&"h".parse().unwrap(), 443, true).unwrap_err();
        assert_eq!(error, InvalidProxy { url: "ftp://…@h".into(), why: None });
    }
}
