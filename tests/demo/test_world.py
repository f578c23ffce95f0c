"""The make-believe world lives by its own dice and by the vendors' rules."""

from bot.calls.models import Vendor
from bot.demo.world import World
from tests.fakes.clock import ManualClock


def test_the_same_seed_gives_the_same_life() -> None:
    lives = []
    for seed in (7, 7, 8):
        world = World(ManualClock(), seed)
        lives.append([world.tick() for _ in range(200)])
    assert lives[0] == lives[1] != lives[2]
    assert {happening.what for happening in lives[0]} == {"joined", "left", "spoke", "muted"}


def test_a_room_is_never_left_to_die() -> None:
    world = World(ManualClock(), 3)
    for _ in range(2000):
        world.tick()
    rooms = [room for server in world.servers.values() for room in server.rooms.values()]
    assert all(len(room.here()) >= 2 for room in rooms)


def test_what_people_do_on_their_own_is_no_effect_of_the_api() -> None:
    world = World(ManualClock(), 3)
    for _ in range(200):
        world.tick()
    assert [server.effects for server in world.servers.values()] == [[], [], []]


def test_someone_blocked_is_kept_out_when_they_come_back() -> None:
    world = World(ManualClock(), 1)
    stage = world.stream.rooms["audio_room:community-stage"]
    world.leave(Vendor.STREAM, stage.id, "markup")
    stage.blocked.append("markup")
    happenings = [world.tick() for _ in range(2000)]
    tried = [h.what for h in happenings if (h.call, h.person) == (stage.id, "markup")]
    assert set(tried) == {"kept out"}


def test_a_crowd_is_as_large_as_asked_at_every_vendor() -> None:
    world = World(ManualClock())
    for vendor, server in world.servers.items():
        made = [
            *world.crowd(vendor, calls=20, people=10),
            *world.crowd(vendor, calls=10, people=10),
        ]
        assert len(set(made)) == 30
        assert all(len(server.rooms[call].here()) == 10 for call in made)


def test_someone_who_speaks_is_unmuted_and_the_only_one_speaking() -> None:
    world = World(ManualClock())
    room = world.stream.rooms["default:support-room"]
    world.mute_self(Vendor.STREAM, room.id, "kofi")
    world.talk(Vendor.STREAM, room.id, "kofi")
    assert [stay.visitor.id for stay in room.here() if stay.speaking] == ["kofi"]
    kofi = room.stay("kofi")
    assert kofi is not None
    assert "audio" in kofi.tracks
