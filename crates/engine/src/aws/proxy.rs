//! Which proxy leads to a host, decided as the AWS CLI does
//! (<https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html>, which takes it from Python's
//! `urllib`): `HTTPS_PROXY` for `https://`, `HTTP_PROXY` for `http://`, none for what `NO_PROXY` names. A name in lower
//! case comes before the same in upper case, also when it is set to nothing. `ALL_PROXY` is not asked.
//!
//! This machine and the addresses where EC2, ECS and EKS give out credentials are always reached directly: no proxy
//! can lead there.

use std::net::IpAddr;

use aws_smithy_http_client::proxy::ProxyConfig;

/// The proxies that the environment names.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    bypass: Bypass,
}

/// One proxy.
#[derive(Clone)]
pub struct Proxy {
    variable: &'static str,
    shown: String,
    config: ProxyConfig,
}

/// A variable that is no address of a proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is not the address of an HTTP proxy: {shown:?}")]
pub struct BadProxy {
    /// Its name.
    pub variable: &'static str,
    /// Its value, without user and password.
    pub shown: String,
}

/// `NO_PROXY`: hosts that are reached directly, each with all below it.
#[derive(Debug, Clone, Default)]
struct Bypass(Vec<String>);

impl Proxies {
    /// Reads them from the environment that `variable` looks up.
    ///
    /// # Errors
    /// [`BadProxy`].
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Self, BadProxy> {
        let either = |lower: &'static str, upper: &'static str| {
            [lower, upper].into_iter().find_map(|name| variable(name).map(|value| (name, value)))
        };
        let proxy = |found: Option<(&'static str, String)>| {
            found
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| Proxy::parse(name, &value))
                .transpose()
        };
        // Where a web server starts programs, HTTP_PROXY may be a header of a request (CVE-2016-1000110).
        let is_cgi = variable("REQUEST_METHOD").is_some();
        let http = either("http_proxy", "HTTP_PROXY").filter(|(name, _)| !is_cgi || *name == "http_proxy");
        let bypass = either("no_proxy", "NO_PROXY").map(|(_, value)| value).unwrap_or_default();
        let bypass = bypass.split(',').map(|name| name.trim().trim_start_matches('.').to_ascii_lowercase());
        Ok(Self {
            http: proxy(http)?,
            https: proxy(either("https_proxy", "HTTPS_PROXY"))?,
            bypass: Bypass(bypass.filter(|name| !name.is_empty()).collect()),
        })
    }

    /// The proxy that leads to `url`. `None`: no proxy does.
    #[must_use]
    pub fn to(&self, url: &str) -> Option<&Proxy> {
        let (scheme, rest) = url.split_once("://")?;
        let proxy = if scheme == "https" { &self.https } else { &self.http };
        let authority = authority(rest);
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_ascii_lowercase();
        proxy.as_ref().filter(|_| !is_near(host(&authority)) && !self.bypass.has(&authority))
    }
}

impl Bypass {
    /// Whether it names this host, with or without its port.
    fn has(&self, authority: &str) -> bool {
        let host = host(authority);
        let is_below = |name: &str, of: &str| {
            name.strip_suffix(of).is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        matches!(self.0.as_slice(), [star] if star == "*")
            || self.0.iter().any(|name| is_below(host, name) || is_below(authority, name))
    }
}

impl Proxy {
    fn parse(variable: &'static str, value: &str) -> Result<Self, BadProxy> {
        let value = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let (scheme, rest) = value.split_once("://").unwrap_or_default();
        // Everything up to the last @, wherever it stands: a password may hold a / that should have been written %2F.
        let shown = format!("{scheme}://{}", rest.rsplit('@').next().unwrap_or_default());
        let bad = || BadProxy { variable, shown: shown.clone() };
        let authority = authority(rest);
        let (user, at) = authority.rsplit_once('@').unwrap_or(("", authority));
        let port = at.rsplit_once(':').filter(|_| !at.ends_with(']')).map_or("80", |(_, port)| port);
        // The HTTP client would take what is behind the first @ for the host, and a password with a / for a port.
        let is_clear = !user.contains('@') && !rest[authority.len()..].contains('@');
        if !is_clear || host(at).is_empty() || port.parse::<u16>().is_err() {
            return Err(bad());
        }
        let address = format!("{scheme}://{authority}");
        let config = ProxyConfig::all(address.as_str()).map_err(|_| bad())?;
        let shown = shown.trim_end_matches('/').to_owned();
        Ok(Self { variable, shown, config })
    }

    pub(super) fn config(&self) -> ProxyConfig {
        self.config.clone()
    }
}

/// Where it is and who says so; without user and password.
impl std::fmt::Display for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.shown, self.variable)
    }
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proxy({self})")
    }
}

/// What stands between `//` and the path.
fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Without the port, and without the brackets of an IPv6 address.
fn host(authority: &str) -> &str {
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// This machine, or a link-local address: those of instance metadata
/// (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html>) and of the agents of ECS and
/// EKS (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>).
fn is_near(host: &str) -> bool {
    let is_metadata =
        |address: std::net::Ipv6Addr| matches!(address.segments(), [0xfd00, 0xec2, 0, 0, 0, 0, 0, _]);
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => {
            address.is_loopback() || address.is_link_local() || address.is_unspecified()
        }
        Ok(IpAddr::V6(address)) => {
            address.is_loopback() || address.is_unicast_link_local() || is_metadata(address)
        }
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(pairs: &[(&str, &str)]) -> Result<Proxies, BadProxy> {
        Proxies::from_environment(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn shown(proxies: &Proxies, url: &str) -> Option<String> {
        proxies.to(url).map(ToString::to_string)
    }

    #[test]
    fn each_scheme_has_its_own_and_lower_case_comes_first() {
        const S3: &str = "https://s3.eu-west-1.amazonaws.com/bucket";
        let both =
            proxies(&[("HTTPS_PROXY", "http://a:1"), ("HTTP_PROXY", "b:2"), ("ALL_PROXY", "http://c:3")]);
        let both = both.unwrap();
        assert_eq!(shown(&both, S3).unwrap(), "http://a:1 (HTTPS_PROXY)");
        assert_eq!(shown(&both, "http://s3.test/x").unwrap(), "http://b:2 (HTTP_PROXY)");
        let lower = proxies(&[("HTTPS_PROXY", "http://a:1"), ("https_proxy", "http://d:4/")]).unwrap();
        assert_eq!(shown(&lower, S3).unwrap(), "http://d:4 (https_proxy)");
        assert_eq!(shown(&lower, "http://s3.test/x"), None);
        let taken_back = proxies(&[("HTTPS_PROXY", "http://a:1"), ("https_proxy", "")]).unwrap();
        assert_eq!(shown(&taken_back, S3), None);
        let cgi = [("HTTP_PROXY", "http://b:2"), ("REQUEST_METHOD", "GET")];
        assert_eq!(shown(&proxies(&cgi).unwrap(), "http://s3.test/x"), None);
    }

    #[test]
    fn no_proxy_names_hosts_and_what_is_below_them() {
        let of = |no: &str| proxies(&[("HTTPS_PROXY", "http://a:1"), ("NO_PROXY", no)]).unwrap();
        let no = of("example.org, .Internal ,host:8443,10.0.0.7");
        for direct in [
            "https://example.org",
            "https://EXAMPLE.org:8443/x",
            "https://a.b.example.org/?q#f",
            "https://s3.internal",
            "https://host:8443",
            "https://10.0.0.7:9",
        ] {
            assert_eq!(shown(&no, direct), None, "{direct}");
        }
        for through in [
            "https://notexample.org",
            "https://example.org.test",
            "https://host",
            "https://10.0.0.70",
            "https://t/internal",
        ] {
            assert!(shown(&no, through).is_some(), "{through}");
        }
        assert_eq!(shown(&of("*"), "https://example.org"), None);
        assert!(shown(&of(""), "https://example.org").is_some());
    }

    #[test]
    fn this_machine_and_where_credentials_are_given_out_are_reached_directly() {
        let all = proxies(&[("HTTPS_PROXY", "http://a:1"), ("HTTP_PROXY", "http://a:1")]).unwrap();
        for near in [
            "https://127.0.0.1:4566/",
            "http://localhost",
            "http://bucket.localhost:4566",
            "https://[::1]:4566",
            "http://169.254.169.254/latest/meta-data/",
            "http://169.254.170.2/v2/credentials",
            "http://169.254.170.23/v1/credentials",
            "http://[fd00:ec2::254]/latest",
            "http://[fd00:ec2::23]/v1/credentials",
        ] {
            assert_eq!(shown(&all, near), None, "{near}");
        }
        for far in ["http://10.0.0.1", "https://[2600::1]", "https://localhost.example.org"] {
            assert!(shown(&all, far).is_some(), "{far}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let one = proxies(&[("HTTPS_PROXY", "http://user:p%40ss@proxy.test:3128/")]).unwrap();
        assert_eq!(format!("{:?}", one.https.unwrap()), "Proxy(http://proxy.test:3128 (HTTPS_PROXY))");
        for good in ["http://[::1]:3128", "[::1]", "proxy.test", "https://proxy.test:443/path?query"] {
            assert!(proxies(&[("https_proxy", good)]).is_ok(), "{good}");
        }
        for (bad, said) in [
            ("socks5://user:secret@proxy.test:1080", "socks5://proxy.test:1080"),
            ("http://user:sec@ret@proxy.test:1080", "http://proxy.test:1080"),
            ("http://user:se/cret@proxy.test:1080", "http://proxy.test:1080"),
            ("http://user:secret@", "http://"),
            ("http://pro xy", "http://pro xy"),
            ("http://proxy.test:https", "http://proxy.test:https"),
        ] {
            let error = proxies(&[("https_proxy", bad)]).unwrap_err();
            assert_eq!(error, BadProxy { variable: "https_proxy", shown: said.to_owned() }, "{bad}");
        }
    }
}
