"""Who lives in the make-believe world, and which rooms are open there when it begins."""

from dataclasses import dataclass

from bot.calls.models import Vendor
from bot.demo.vendors import Visitor

PEOPLE = tuple(
    Visitor(person, name, role)
    for person, name, role in (
        ("amina", "Amina Okafor", "host"),
        ("bjorn", "Bjørn Håkonsen", "user"),
        ("chidi", "Chidi Eze", "user"),
        ("dolores", "Dolores Ibárruri-Gómez de la Torre y Fernández-Villaverde", "user"),
        ("emre", "Emre Şahin", "user"),
        ("farah", "فرح الحسيني", "user"),
        ("gao", "高橋 さくら", "user"),
        ("hedda", "Hedda 🦊", "user"),
        ("ilan", "אילן לוי", "user"),
        ("jun", "Jun Park", "host"),
        ("jun-2", "Jun Park", "user"),
        ("kofi", "Kofi Mensah", "user"),
        ("loud", "L O U D 📢📢📢", "user"),
        ("markup", "<!channel> *bold* `code`", "user"),
        ("nkechi", "Nkechi Adeyemi", "user"),
        ("oleks", "Олександра Коваль", "user"),
        ("priya", "Priya Raghunathan", "host"),
        ("quote", 'Quinn "Q" O\'Hara & Sons <q@example.org>', "user"),
        ("reversed", "tsoh\u202egpj.exe", "user"),
        ("siobhan", "Siobhán Ní Bhriain", "admin"),
        ("tove", "Tove 👩🏽\u200d🚀", "user"),
        ("umar", "Umar Farooq", "user"),
        ("vera", "Dr. Vera Lindqvist", "host"),
        ("wei", "Wei Zhang", "user"),
        ("xolani", "Xolani Dube", "user"),
        ("yara", "Yara Haddad", "user"),
        ("zed", "\u200bzed\u200b", "user"),
        ("sam", "Sam", "user"),
        ("sam-2", "Sam Porter", "user"),
        ("bob", "Bob", "user"),
        ("bob-2", "Bob \U0001f525 Lee", "user"),
        ("pat", "Pat O\u2019Brien", "user"),
        ("blank", "\u3164", "user"),
        ("anne", "Anne\u2011Marie", "user"),
        ("jiro", "\uff2a\uff49\uff52\uff4f\u3000\uff33\uff41\uff54\uff4f", "user"),
        ("jose", "Jose\u0301 Di\u0301az", "user"),
        ("troll", "Troll\u200b\u00a0King", "user"),
    )
)
"""Everybody: long names, other scripts, emoji, Slack's own markup, and some who are called alike.

Others look like what anybody would type and are not held so: invisible, full-width and decomposed
characters, a curled apostrophe, a hyphen that does not break; one name cannot be seen at all.
"""


CREW = tuple(
    Visitor(person, name, "host")
    for person, name in (
        ("rosa", "Rosa Delgado"),
        ("ines", "Inês Ferreira"),
        ("teo", "Teo Marchetti"),
    )
)
"""Those who prepare a show that is not live yet; nobody met them before today."""


@dataclass(frozen=True)
class Scene:
    """A room when the world begins: who is in it, and who else comes and goes.

    `id` is Stream's `type:id`, a name for RealtimeKit, CometChat's session id. In a `one_to_one`
    call at CometChat the first person called the second one, and there is no group. At Stream,
    `speakers` have that role in the call, and a show that is `backstage` is closed to its audience.
    """

    vendor: Vendor
    id: str
    title: str
    here: tuple[str, ...]
    regulars: tuple[str, ...] = ()
    one_to_one: bool = False
    speakers: tuple[str, ...] = ()
    backstage: bool = False


SCENES = (
    Scene(
        Vendor.STREAM,
        "default:support-room",
        "Support room · billing",
        ("amina", "kofi", "loud", "jun", "jun-2"),
        ("umar", "wei", "quote", "bob", "bob-2", "troll"),
    ),
    Scene(
        Vendor.STREAM,
        "audio_room:community-stage",
        "Community stage: *open mic* 🎤",
        ("priya", "hedda", "markup", "farah", "gao", "tove", "zed", "sam", "sam-2", "pat", "blank"),
        ("ilan", "reversed", "oleks", "xolani"),
        speakers=("hedda", "gao"),
    ),
    Scene(
        Vendor.STREAM,
        "livestream:launch-show",
        "Launch show (live) 🚀",
        ("jun", "siobhan", "dolores"),
        ("nkechi", "bjorn", "yara"),
    ),
    Scene(
        Vendor.STREAM,
        "livestream:premiere",
        "Premiere night (rehearsal)",
        ("rosa", "ines"),
        ("teo",),
        backstage=True,
    ),
    Scene(
        Vendor.REALTIMEKIT,
        "telehealth-consult",
        "Telehealth consult · Dr. Lindqvist",
        ("vera", "nkechi"),
        ("farah",),
    ),
    Scene(
        Vendor.REALTIMEKIT,
        "maths-tutoring",
        "Maths tutoring <group B> & friends",
        ("priya", "emre", "chidi", "reversed", "ilan", "jiro", "jose", "anne"),
        ("gao", "wei", "zed"),
    ),
    Scene(
        Vendor.COMETCHAT,
        "v1.us.demo.dating-night",
        "Speed dating night 💘",
        ("bjorn", "yara", "loud"),
        ("xolani", "tove"),
    ),
    Scene(
        Vendor.COMETCHAT,
        "v1.us.demo.team-huddle",
        "Team huddle",
        ("umar", "siobhan"),
        ("oleks", "quote"),
    ),
    Scene(
        Vendor.COMETCHAT,
        "v1.us.demo.one-to-one",
        "Xolani calls Tove",
        ("xolani", "tove"),
        one_to_one=True,
    ),
)
"""The rooms."""
