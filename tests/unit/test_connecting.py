"""What is set for a vendor reaches the vendor."""

import json

from bot.bootstrap.vendors import connect
from bot.calls.acts import Act, Person
from bot.calls.models import CallRef, Vendor
from bot.calls.verbs import Kick
from bot.clock import SystemClock
from bot.demo.stage import open_stage
from bot.settings import Settings

ROOM = CallRef(vendor=Vendor.STREAM, id="default:support-room")


async def test_people_are_kicked_in_the_name_of_the_user_that_is_set() -> None:
    clock = SystemClock()
    async with open_stage(clock) as stage:
        environ = {**stage.environ, "STREAM_MODERATOR_ID": "amina"}
        clients = connect(Settings.load(environ, None), clock)
        act = Act(verb=Kick(), call=ROOM, title="Support", people=(Person(id="kofi"),))
        await clients[Vendor.STREAM].acts.perform(act)
        for client in clients.values():
            await client.aclose()
        sent = json.loads(stage.world.stream.requests[-1].body)
    assert (sent["user_id"], sent["kicked_by_id"]) == ("kofi", "amina")
