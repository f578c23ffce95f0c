"""Why a connection could not be made, told from the exceptions of whichever client tried."""

import errno
import socket
import ssl
from collections.abc import Iterator, Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import NamedTuple

from bot.errors import Diagnosis
from bot.network.outbound import Network, Target


class Cause(StrEnum):
    """What failed when a connection could not be made; the value is the word in the log."""

    DNS = "dns"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    CUT = "cut"
    UNTRUSTED = "certificate_untrusted"
    EXPIRED = "certificate_expired"
    WRONG_NAME = "certificate_name"
    NOT_TLS = "not_tls"
    TLS = "tls"
    PROXY_UNREACHABLE = "proxy_unreachable"
    PROXY_PASSWORD = "proxy_password"  # noqa: S105 - a word
    PROXY_REFUSED = "proxy_refused"
    PROXY_FAILED = "proxy_failed"
    OTHER = "other"


class FailureWords(NamedTuple):
    """A cause in words: what happened, with `{host}` and `{proxy}` to fill in, and what to do."""

    says: str
    mend: str


ADDRESS = "Check the address in the environment"
FIREWALL = "a firewall; where connections out go through a proxy only, set HTTPS_PROXY"

WORDS: Mapping[Cause, FailureWords] = {
    Cause.DNS: FailureWords(
        "there is no address for the name {name} (DNS)",
        f"{ADDRESS}, and this machine's name servers.",
    ),
    Cause.REFUSED: FailureWords(
        "{host} refuses the connection",
        f"{ADDRESS} and its port, and whether something runs there.",
    ),
    Cause.UNREACHABLE: FailureWords(
        "there is no way to {host} in the network", f"Check this machine's network, and {FIREWALL}."
    ),
    Cause.TIMEOUT: FailureWords(
        "{host} did not take the connection in time",
        f"Check this machine's network, and {FIREWALL}.",
    ),
    Cause.CUT: FailureWords(
        "the connection to {host} was cut", f"Check what may stand between, such as {FIREWALL}."
    ),
    Cause.UNTRUSTED: FailureWords(
        "the certificate of {host} is not trusted{why}",
        "Where your network inspects TLS, add its CA to the system's certificates, or name its PEM "
        "file in SSL_CERT_FILE, and start again.",
    ),
    Cause.EXPIRED: FailureWords(
        "the certificate of {host} is not valid at this time{why}",
        "Check this machine's clock; if it is right, whoever runs {host} has to renew it.",
    ),
    Cause.WRONG_NAME: FailureWords(
        "the certificate of {host} is for another name",
        f"{ADDRESS}; a proxy or a sign-in page may answer in its place.",
    ),
    Cause.NOT_TLS: FailureWords(
        "what answers at {host} does not speak TLS",
        f"{ADDRESS}: https:// or http://, and its port.",
    ),
    Cause.TLS: FailureWords(
        "no TLS connection to {host} came about{why}",
        f"Check what may stand between, such as {FIREWALL}.",
    ),
    Cause.PROXY_UNREACHABLE: FailureWords(
        "the proxy {proxy} cannot be reached: {why}",
        "Check HTTPS_PROXY, or name {name} in NO_PROXY where it can be reached without.",
    ),
    Cause.PROXY_PASSWORD: FailureWords(
        "the proxy {proxy} wants a user and a password that it knows{why}",
        "Write them into HTTPS_PROXY as http://user:password@{proxy}; in them @ is %40, : is %3A.",
    ),
    Cause.PROXY_REFUSED: FailureWords(
        "the proxy {proxy} does not let us through to {host}{why}",
        "Have {name} allowed there, or name it in NO_PROXY where it can be reached without.",
    ),
    Cause.PROXY_FAILED: FailureWords(
        "the proxy {proxy} did not reach {host}{why}",
        f"{ADDRESS}; whoever runs the proxy can see there what failed.",
    ),
    Cause.OTHER: FailureWords(
        "no connection to {host} came about", f"Check this machine's network, and {FIREWALL}."
    ),
}

NOT_VALID_NOW = {9, 10}
WRONG_NAMES = {62, 64}
"""OpenSSL's verify codes (`x509_vfy.h`): not yet valid, expired; the host or the IP differs."""

PLAIN = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}
"""OpenSSL's reasons where the other side answers with something that is not TLS."""

LASTING = {
    Cause.UNTRUSTED,
    Cause.EXPIRED,
    Cause.WRONG_NAME,
    Cause.NOT_TLS,
    Cause.PROXY_PASSWORD,
    Cause.PROXY_REFUSED,
}
"""What is the same a moment later: there is no use in trying at once again."""

NO_WAY = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}

THE_PROXYS = {Cause.DNS, Cause.REFUSED, Cause.UNREACHABLE, Cause.TIMEOUT}
"""What fails before a proxy is asked for anything is about the proxy."""


def diagnose(
    error: BaseException, url: str, network: Network, proxy_status: int | None = None
) -> Diagnosis:
    """Why a connection to `url` could not be made or broke; names hosts and ports only.

    `proxy_status` is what the proxy answered to CONNECT, if it did.
    """
    cause = cause_of(error)
    proxy = network.shown_proxy(url)
    if proxy_status is not None:
        return _told(proxy_cause(proxy_status), url, proxy, f" ({proxy_status})")
    if proxy is not None and cause in THE_PROXYS:
        why = WORDS[cause].says.format(host="it")
        return _told(Cause.PROXY_UNREACHABLE, url, proxy, why)
    return _told(cause, url, proxy, _verdict(error))


def cause_of(error: BaseException) -> Cause:
    """The cause of the first known exception among `error` and all that led to it."""
    found = (_own_cause(error_) for error_ in _chain(error))
    return next((cause for cause in found if cause is not None), Cause.OTHER)


def proxy_cause(status: int) -> Cause:
    """The cause that a proxy's answer to CONNECT means, when it is not 2xx."""
    if status in {HTTPStatus.PROXY_AUTHENTICATION_REQUIRED, HTTPStatus.UNAUTHORIZED}:
        return Cause.PROXY_PASSWORD  # some answer a wrong one as a server would
    failed = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return Cause.PROXY_FAILED if failed else Cause.PROXY_REFUSED


def _told(cause: Cause, url: str, proxy: str | None, why: str) -> Diagnosis:
    target = _target(url)
    shown = {
        "host": str(target) if target else "that address",
        "name": target.host if target else "it",
        "proxy": proxy,
        "why": why,
    }
    words = WORDS[cause]
    says = words.says.format(**shown)
    return Diagnosis(cause, f"{says[0].upper()}{says[1:]}.", words.mend.format(**shown))


def _target(url: str) -> Target | None:
    try:
        return Target.of(url)
    except ValueError:
        return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """`error` and all that led to it, those of groups too, each once."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        waiting += [led for led in (one.__cause__, one.__context__) if led is not None]


def _own_cause(error: BaseException) -> Cause | None:
    if isinstance(error, ssl.SSLError):
        return _of_tls(error)
    if isinstance(error, socket.gaierror):
        return Cause.DNS
    if isinstance(error, TimeoutError):
        return Cause.TIMEOUT
    if isinstance(error, ConnectionError):
        return Cause.REFUSED if isinstance(error, ConnectionRefusedError) else Cause.CUT
    return Cause.UNREACHABLE if getattr(error, "errno", None) in NO_WAY else None


def _of_tls(error: ssl.SSLError) -> Cause | None:
    """None for aiohttp's own, which are of these classes and know nothing: OpenSSL's led to it."""
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Cause.CUT
    if not _is_openssls(error):
        return None
    if not isinstance(error, ssl.SSLCertVerificationError):
        return Cause.NOT_TLS if error.reason in PLAIN else Cause.TLS
    if error.verify_code in NOT_VALID_NOW:
        return Cause.EXPIRED
    return Cause.WRONG_NAME if error.verify_code in WRONG_NAMES else Cause.UNTRUSTED


def _is_openssls(error: ssl.SSLError) -> bool:
    return bool(getattr(error, "reason", None))


def _verdict(error: BaseException) -> str:
    """OpenSSL's own words, where it was TLS."""
    for error_ in _chain(error):
        if not isinstance(error_, ssl.SSLError) or not _is_openssls(error_):
            continue
        if isinstance(error_, ssl.SSLCertVerificationError):
            return f" ({error_.verify_message})"
        return f" ({error_.reason.replace('_', ' ').lower()})"
    return ""
