"""Which certificate authorities are trusted: the system's, and an own one besides."""

import os
import ssl
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import truststore

from bot.errors import ConfigError


class CertificateStore(NamedTuple):
    """Where a system keeps the authorities it trusts: in one of these files, and these folders."""

    files: Sequence[str]
    folders: Sequence[str]


_OPENSSL = ssl.get_default_verify_paths()

SYSTEM = CertificateStore(
    files=(
        _OPENSSL.openssl_cafile,
        "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora, RHEL
        "/etc/pki/tls/certs/ca-bundle.crt",  # older ones of these
        "/etc/ssl/ca-bundle.pem",  # SUSE
        "/etc/ssl/cert.pem",  # Alpine, BSD
    ),
    folders=(_OPENSSL.openssl_capath,),
)
"""OpenSSL's own places, and for one that was built elsewhere, those of the distributions.

Elsewhere SSL_CERT_FILE takes the place of OpenSSL's own file; here it is believed besides.
"""


@cache
def trust(file: str = "", folders: str = "") -> ssl.SSLContext:
    """The TLS context for all clients; `file` and `folders` are trusted besides the system.

    They are SSL_CERT_FILE and SSL_CERT_DIR, empty where they are not set. Read once for the
    process: it takes 15 ms of CPU. Raises ConfigError when one of them cannot be used.
    """
    context = system_context()
    if file and not _is_systems(file):
        _add_file(context, file)
    for folder in folders.split(os.pathsep):
        if folder:
            _add_folder(context, folder)
    return context


def system_context(store: CertificateStore = SYSTEM) -> ssl.SSLContext:
    """A TLS context that trusts the authorities which the system trusts.

    On macOS and Windows the system itself is asked. On Linux truststore only reads OpenSSL's
    places, and does so anew for each connection: 15 ms of CPU, and on OpenSSL before 3.4 more
    with each (github.com/sethmlarson/truststore, issue 212). So there it is read here, once.

    Authorities need not be as RFC 5280 wants them in every point (Python's `VERIFY_X509_STRICT`):
    those that offices make for themselves often are not.
    """
    if sys.platform in {"darwin", "win32"}:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_alpn_protocols(["http/1.1"])
    bundle = _bundle(store)
    if bundle is not None:
        context.load_verify_locations(cafile=bundle)
    for folder in store.folders:
        if Path(folder).is_dir():
            context.load_verify_locations(capath=folder)
    return context


def _bundle(store: CertificateStore) -> str | None:
    """The first of its files that is there."""
    return next((file for file in store.files if Path(file).is_file()), None)


def _is_systems(file: str) -> bool:
    """Whether SSL_CERT_FILE names what is read already, as many images have it."""
    bundle = _bundle(SYSTEM)
    return bundle is not None and Path(file).exists() and Path(file).samefile(bundle)


def _add_file(context: ssl.SSLContext, file: str) -> None:
    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError as error:
        raise ConfigError(
            f"SSL_CERT_FILE: there is no certificate in {file}.",
            next_step="It has to be PEM: text that begins with -----BEGIN CERTIFICATE-----.",
        ) from error
    except OSError as error:
        raise ConfigError(
            f"SSL_CERT_FILE: {file} cannot be read: {error.strerror}.",
            next_step="Name the PEM file with your CA's certificate, or unset SSL_CERT_FILE: the "
            "system's certificates are believed anyway.",
        ) from error


def _add_folder(context: ssl.SSLContext, folder: str) -> None:
    if not Path(folder).is_dir():
        raise ConfigError(
            f"SSL_CERT_DIR: {folder} is not a folder.",
            next_step="Name the folder that `openssl rehash` was run in, or unset SSL_CERT_DIR: "
            "the system's certificates are believed anyway.",
        )
    context.load_verify_locations(capath=folder)
