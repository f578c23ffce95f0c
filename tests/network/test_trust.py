"""Whose certificates are believed: the system's, and besides them those of SSL_CERT_FILE."""

import asyncio
import ssl
from pathlib import Path

import pytest

from bot.calls.models import Vendor
from bot.clock import SystemClock
from bot.errors import ConfigError, VendorUnreachable
from bot.network import DIRECT, Network
from bot.network.trust import SYSTEM, CertificateStore, system_context
from bot.providers.http.answers import VendorProblem
from bot.providers.http.client import HttpClient, VendorEndpoint
from bot.providers.http.retry import Idempotency
from bot.settings import Settings
from handlers.slack_api.clients import open_session, web_client
from tests.network.harness import LOOPBACK, NetworkHarness, serving

OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"ok":true}'


async def well(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer whatever is asked, as Slack or a vendor does when all is well."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(OK)
    writer.close()


class Administered(Network):
    """A machine in whose own store the office's CA is."""

    @property
    def trust(self) -> ssl.SSLContext:
        return system_context(
            CertificateStore(files=["/nowhere", self.ca_file], folders=["/nowhere"])
        )


async def ask_vendor(url: str, network: Network) -> bytes:
    wire = VendorEndpoint(Vendor.STREAM, url, 1000, lambda _: VendorProblem(None, ""))
    http = HttpClient(wire, SystemClock(), network=network)
    try:
        return (await http.send(Idempotency.READ, "GET", "/")).body
    finally:
        await http.aclose()


async def ask_slack(url: str, network: Network) -> object:
    async with open_session(network) as session:
        return (await web_client(session, f"{url}/api/", network=network).auth_test()).data


@pytest.mark.parametrize("machine", [Network, Administered])
async def test_an_offices_ca_is_believed_by_all_clients_alike(
    office: NetworkHarness, machine: type[Network]
) -> None:
    network = machine(ca_file=str(office.file))
    async with serving(well, office.server()) as port:
        url = f"https://{LOOPBACK}:{port}"
        assert await ask_vendor(url, network) == b'{"ok":true}'
        assert await ask_slack(url, network) == {"ok": True}


async def test_a_ca_that_nobody_named_is_believed_by_none(office: NetworkHarness) -> None:
    async with serving(well, office.server()) as port:
        url = f"https://{LOOPBACK}:{port}"
        with pytest.raises(VendorUnreachable):
            await ask_vendor(url, DIRECT)
        with pytest.raises(OSError, match="certificate verify failed"):
            await ask_slack(url, DIRECT)


def test_it_is_believed_besides_the_systems_and_not_in_their_place(office: NetworkHarness) -> None:
    there = {cert["serialNumber"] for cert in DIRECT.trust.get_ca_certs()}
    both = {cert["serialNumber"] for cert in Network(ca_file=str(office.file)).trust.get_ca_certs()}
    assert there < both


def test_the_systems_own_file_is_not_read_twice() -> None:
    """Many images set SSL_CERT_FILE to what is believed anyway."""
    named = [file for file in SYSTEM.files if Path(file).is_file()][:1]
    for file in named:
        believed = Network(ca_file=file).trust.get_ca_certs()
        assert len(believed) == len(DIRECT.trust.get_ca_certs())


def test_it_is_read_once_for_the_process() -> None:
    assert Settings.load({}, None).network.trust is DIRECT.trust


def test_names_are_checked_too() -> None:
    assert DIRECT.trust.check_hostname
    assert DIRECT.trust.verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"SSL_CERT_FILE": "/no/such.pem"}, "SSL_CERT_FILE: /no/such.pem cannot be read: No such"),
        ({"SSL_CERT_FILE": __file__}, "SSL_CERT_FILE: there is no certificate in"),
        ({"SSL_CERT_DIR": "/no/such"}, "SSL_CERT_DIR: /no/such is not a folder"),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_is_connected_to(
    given: dict[str, str], says: str
) -> None:
    with pytest.raises(ConfigError, match=says) as refused:
        Settings.load(given, None)
    assert refused.value.next_step


def test_several_folders_may_be_named(tmp_path: Path, office: NetworkHarness) -> None:
    both = f"{tmp_path}:{office.file.parent}"
    assert Settings.load({"SSL_CERT_DIR": both}, None).network.trust is not DIRECT.trust
