"""How channels are made."""

from __future__ import annotations

from pathlib import Path

import grpc

from quorate.errors import OptionsError
from quorate.options import ClientOptions, TlsOptions

VERSION = "0.1.0"


def channel_arguments(options: ClientOptions) -> list[tuple[str, str | int]]:
    """The options of the library below."""
    arguments: list[tuple[str, str | int]] = [
        ("grpc.primary_user_agent", f"quorate-python/{VERSION}"),
        ("grpc.max_receive_message_length", options.max_message_size),
        ("grpc.keepalive_time_ms", _ms(options.keep_alive_interval)),
        ("grpc.keepalive_timeout_ms", _ms(options.keep_alive_timeout)),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
        # Other endpoints are tried meanwhile; this one must be there again soon after its agent is.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", _ms(options.connect_timeout)),
        ("grpc.max_reconnect_backoff_ms", 1000),
        ("grpc.enable_http_proxy", 0),
        ("grpc.enable_retries", 0),
        # Each client has connections of its own, which end with it.
        ("grpc.use_local_subchannel_pool", 1),
    ]
    if options.tls and options.tls.server_name:
        arguments.append(("grpc.ssl_target_name_override", options.tls.server_name))
    return arguments


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def credentials(tls: TlsOptions) -> grpc.ChannelCredentials:
    """Whom to trust, and what to show.

    Raises:
        OptionsError: A file cannot be read, or one of the two files of a certificate is missing.
    """
    if (tls.certificate is None) != (tls.key is None):
        raise OptionsError("a certificate needs its key, and a key its certificate")
    return grpc.ssl_channel_credentials(_read(tls.ca), _read(tls.key), _read(tls.certificate))


def _read(path: str | Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise OptionsError(f"cannot read {path}: {error.strerror}") from error
    if b"-----BEGIN " not in text:
        raise OptionsError(f"{path} is no PEM file")
    return text
