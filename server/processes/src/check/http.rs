//! Whether a request over HTTP is answered as expected.

use std::ops::RangeInclusive;

use bytes::Bytes;
use http::{Request, Uri, header, uri::Scheme};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio_util::task::AbortOnDropHandle;

use super::{Unwell, tcp};

pub(super) async fn probe(url: &str, expect: &RangeInclusive<u16>) -> Result<(), Unwell> {
    let (uri, host, port) = parse(url).map_err(|why| Unwell::Check(format!("`{url}`: {why}")))?;
    let stream = tcp::probe(format!("{host}:{port}")).await?;
    let answer = |why: hyper::Error| Unwell::Answer(format!("no answer in HTTP: {why}"));
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(answer)?;
    // Dropped with this probe, however that ends.
    let _connection = AbortOnDropHandle::new(tokio::spawn(connection));
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let request = Request::get(path).header(header::HOST, authority).header(header::USER_AGENT, "quorate-check");
    let request = request.body(Empty::<Bytes>::new()).map_err(|why| Unwell::Check(why.to_string()))?;
    let status = sender.send_request(request).await.map_err(answer)?.status();
    if expect.contains(&status.as_u16()) {
        return Ok(());
    }
    Err(Unwell::Answer(format!("the answer is {status}, and not {} to {}", expect.start(), expect.end())))
}

/// The whole, the host and the port.
fn parse(url: &str) -> Result<(Uri, String, u16), String> {
    let uri: Uri = url.parse().map_err(|why: http::uri::InvalidUri| why.to_string())?;
    if uri.scheme() != Some(&Scheme::HTTP) {
        return Err("it has to begin with http://".into());
    }
    let host = uri.host().filter(|host| !host.is_empty()).ok_or("it names no host")?.to_owned();
    let port = uri.port_u16().unwrap_or(80);
    Ok((uri, host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_urls_are_taken() {
        let (uri, host, port) = parse("http://[::1]:8080/health?x=1").unwrap();
        assert_eq!((host.as_str(), port, uri.path()), ("[::1]", 8080, "/health"));
        assert_eq!(parse("http://a").unwrap().2, 80);
        for bad in ["https://a/", "a/b", "", "http://"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
