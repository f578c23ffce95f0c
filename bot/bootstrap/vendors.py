"""A client for each vendor that is on, and what reads usage and verifies events of theirs."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial

from bot.calls.capabilities import Capability
from bot.calls.models import Vendor
from bot.clock import Clock, SystemClock
from bot.meter import UNMETERED, Meter
from bot.moderation.performer import ActPerformer
from bot.ports import UsageSource, VendorClient
from bot.providers.cometchat.provider import cometchat
from bot.providers.http.client import Deadlines, HttpClient
from bot.providers.realtimekit.provider import realtimekit
from bot.providers.realtimekit.signatures import RealtimeKitSignatures, realtimekit_signatures
from bot.providers.stream.acts_prepare import LockRule
from bot.providers.stream.provider import stream
from bot.settings import Settings


def connect(
    settings: Settings, clock: Clock, meter: Meter = UNMETERED
) -> dict[Vendor, VendorClient]:
    """A client for each vendor whose credentials are complete."""
    pool = partial(
        HttpClient,
        clock=clock,
        deadlines=Deadlines(read=settings.limits.list_seconds, act=settings.limits.act_seconds),
        meter=meter,
        network=settings.network,
    )
    found: list[VendorClient] = []
    if video := settings.stream:
        found.append(
            stream(
                api_key=video.api_key,
                api_secret=video.api_secret,
                base_url=video.base_url,
                moderator_id=video.moderator_id,
                lock=LockRule(settings.lock.exclude_roles, settings.lock.exclude_owner),
                rtmp_targets=settings.rtmp,
                clock=clock,
                connect=pool,
                rate=settings.limits.stream_per_second,
            )
        )
    if kit := settings.realtimekit:
        found.append(
            realtimekit(
                account_id=kit.account_id,
                app_id=kit.app_id,
                api_token=kit.api_token,
                base_url=kit.base_url,
                rtmp_targets=settings.rtmp,
                clock=clock,
                connect=pool,
            )
        )
    if chat := settings.cometchat:
        found.append(
            cometchat(
                api_key=chat.api_key,
                base_url=chat.base_url,
                chat_base_url=chat.chat_base_url,
                clock=clock,
                connect=pool,
            )
        )
    return {provider.vendor: provider for provider in found}


async def capabilities(settings: Settings) -> dict[Vendor, Mapping[str, Capability]]:
    """What each vendor that is on lets a moderator do, with these settings; sends nothing."""
    providers = connect(settings, SystemClock())
    for provider in providers.values():
        await provider.aclose()
    return {vendor: provider.capabilities for vendor, provider in providers.items()}


async def open_vendors(
    settings: Settings, clock: Clock, stack: AsyncExitStack, meter: Meter
) -> dict[Vendor, VendorClient]:
    """A client for each vendor that is on, as `connect`, closed with `stack`."""
    providers = connect(settings, clock, meter)
    for provider in providers.values():
        stack.push_async_callback(provider.aclose)
    return providers


def usage_sources(providers: Mapping[Vendor, VendorClient]) -> dict[Vendor, UsageSource]:
    """The part of each vendor that tells of calls that are over."""
    return {vendor: provider.usage for vendor, provider in providers.items()}


def signatures(settings: Settings, clock: Clock, stack: AsyncExitStack) -> RealtimeKitSignatures:
    """What verifies the signatures of RealtimeKit's events.

    Asks for no key before an event comes; while RealtimeKit is off there is no route for one.
    """
    kit = settings.realtimekit
    url = kit.webhook_keys_url if kit else ""
    found = realtimekit_signatures(
        url, clock, connect=partial(HttpClient, clock=clock, network=settings.network)
    )
    stack.push_async_callback(found.aclose)
    return found


def performers(
    settings: Settings, providers: Mapping[Vendor, VendorClient], clock: Clock
) -> dict[Vendor, ActPerformer]:
    """The performer of acts at each vendor, with the timeout of the settings."""
    timeout_s = settings.limits.timeout_s
    return {vendor: ActPerformer(client, clock, timeout_s) for vendor, client in providers.items()}
