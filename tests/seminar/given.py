"""Views and what stands beside them, written by hand in the shape in which a session gives them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from sim.seminar.wall import Wall

SEATS = (
    ("russia", "The Russian Federation", ["Amber Heron", "Blue Tern", "Teal Wren"]),
    ("us", "The United States", ["Red Owl", "Ivory Swan", "Jade Rook"]),
    ("eu", "The European Union", ["Olive Kite", "Pearl Lark"]),
    ("ukraine", "Ukraine", []),
)

QUESTIONS = (
    (
        "push_further",
        "What do the troops at the border do?",
        (
            ("hold", "Hold, and let them be seen", "The prize fades by .01 a month", "public"),
            ("push", "Cross the border", "Trips the raft of measures; a third of the country turns away", "public"),
            ("thin_out", "Thin out quietly", "Can be undone within days", "secret"),
            ("withdraw", "Withdraw openly", "The lever is lost; support at home falls by .03", "public"),
        ),
    ),
    (
        "moscow_at_the_table",
        "What does Lavrov say in Paris?",
        (
            ("hand_over", "Hand over the written answers", "Shows how much it is worth to you", "private"),
            ("insist", "Insist on federalism, neutrality and a second language", "", "public"),
            ("agree", "Agree to the joint initiative", "You give up the regions' veto", "public"),
            ("suspend", "Suspend the talks for 21 days", "Nothing can be signed meanwhile", "public"),
        ),
    ),
    (
        "moscow_in_the_regions",
        "What do you do in the eastern regions?",
        (
            ("leave", "Leave them alone", "", "public"),
            ("denounce", "Denounce Kiev in public", "", "public"),
            ("stir", "Stir up the crowds", "Seen as your own hand in four cases of ten", "secret"),
        ),
    ),
    (
        "moscow_in_return",
        "How do you answer the measures of the West?",
        (
            ("none", "Not at all", "", "public"),
            ("trade", "Close the market to their food", "Prices rise at home", "public"),
            ("gas", "Turn down the gas", "Costs you .2 points of GDP a year, the Union .3", "public"),
        ),
    ),
)

OUTCOMES = (
    ("settlement", "An agreement is signed and the troops go home", 0.21, 0.18, 0.24),
    ("standoff", "The stand-off drags on beyond the deadline of June", 0.45, 0.42, 0.48),
    ("stand_down", "Russia stands down without an agreement", 0.12, 0.10, 0.14),
    ("open_war", "Open war between the two armies", 0.22, 0.19, 0.25),
)

NEWS = (
    (
        "30 March 2014",
        "decision",
        "Lavrov insists on federalism, neutrality and a second language",
        "the regions matter more to Moscow than the measures",
    ),
    ("2 April 2014", "sanctions", "The European Union adds 14 names to its list", ""),
    ("7 April 2014", "event", "Crowds take public buildings in Donetsk and Luhansk", "unrest is above .3"),
    ("9 April 2014", "report", "Satellites count 38,000 troops at the border, two days late", ""),
    (
        "12 April 2014",
        "threat",
        "Washington names measures and a date: sectoral measures if troops cross the border",
        "",
    ),
)

LADDERS = (
    ("The Russian army", ["at home", "massed at the border", "beyond the border", "open war"], [(0, 1), (9, 2)]),
    ("Measures of the West against Russia", ["none", "names", "banks and firms", "sectoral"], [(0, 1), (3, 1)]),
    ("The talks in Paris", ["closed", "open", "signed"], [(0, 1)]),
)


def view(role: str, phase: str = "decide") -> dict[str, Any]:
    """A view of the class game in its second turn."""
    found: dict[str, Any] = {
        "revision": 41,
        "phase": phase,
        "title": "Ukraine 2014: deterrence by sanctions",
        "question": "Can a threat of measures keep troops at a border, when nobody knows who would carry it out?",
        "turn": {
            "number": 2,
            "of": 5,
            "name": "council",
            "date": "14 April 2014",
            "until": "12 May 2014",
            "says": "The foreign ministers of the twenty-eight meet. In eastern towns, crowds stand before buildings",
            "teaches": "A coalition hurts more than its strongest member, and is as credible as its most reluctant one",
            "asks": [
                "Who could have stopped the coalition, and what would it have cost to win that one over?",
                "Did Washington gain by waiting for Brussels?",
            ],
        },
        "minutes": 75,
        "is_blank": False,
        "clock": {"ends": None, "left": 245.0},
        "seats": [
            {
                "actor": actor,
                "title": title,
                "players": "people",
                "members": list(members),
                "has_sealed": actor == "us",
                "votes_in": len(members) - 1 if members else 0,
            }
            for actor, title, members in SEATS
        ],
        "news": [_news(*one) for one in NEWS],
        "world": world(),
        "facts": [
            "About 40,000 Russian troops stand at the border.",
            "A third of the Union's gas comes from Russia.",
            "Ukraine elects a president on 25 May.",
        ],
        "forecast": {"asks": "The threat of new measures is called before the next turn", "mine": None},
    }
    if phase in ("reveal", "debrief", "closed"):
        found["reveal"] = {"turn": 2, "moves": moves(all_of_them=role == "host"), "news": found["news"][2:]}
        own = {"seat": "russia", "title": SEATS[0][1], **left_out()}
        found["reveal"]["left_out"] = [] if role == "screen" else [own]
    if role == "host":
        found |= _hosts()
    elif role != "screen":
        found |= _seats(role)
    return deepcopy(found)


def _news(date: str, kind: str, says: str, because: str) -> dict[str, Any]:
    return {
        "date": date,
        "kind": kind,
        "says": says,
        "because": because,
        "who": "",
        "secret": kind == "report",
        "turn": 1,
        "title": "",
    }


def questions(*, mine: bool = True) -> list[dict[str, Any]]:
    """The questions of the Russian seat."""
    return [
        {
            "trigger": trigger,
            "asks": asks,
            "idle": options[0][0],
            "when": "It can come on any day of this turn",
            "options": [
                {
                    "name": name,
                    "says": says,
                    "costs": costs,
                    "channel": channel,
                    "needs": [],
                    "is_open": name != "agree",
                    "closed_because": "nothing lies on the table" if name == "agree" else "",
                    "wanted_by": ["Blue Tern"] if at == 0 and place == 0 else [],
                    "mine": mine and at == 0 and place == 2,
                    "sealed": False,
                }
                for place, (name, says, costs, channel) in enumerate(options)
            ],
        }
        for at, (trigger, asks, options) in enumerate(QUESTIONS)
    ]


def _seats(role: str) -> dict[str, Any]:
    title = next(title for actor, title, _ in SEATS if actor == role)
    return {
        "me": {"id": "0f", "handle": "Amber Heron", "seat": role, "title": title},
        "brief": {
            "says": "A great power that feels betrayed",
            "orders": 2,
            "brief": "You advise the President in the Kremlin. Crimea is yours, and eight Russians in ten "
            "applaud. Now you want a neighbour that stays out of NATO. Troops stand massed at the border; you "
            "alone know how many. They are worth more as a threat than as an army.",
            "aims": [
                {"says": "A say over Kiev's course, in writing"},
                {"says": "No measures that hurt", "kept": "no days with measures", "partly": "cost: below 0.2 %"},
                {"says": "No war, a weak government in Kiev, and the country behind you"},
            ],
            "red_lines": ["open war with the West", "a retreat under fire from your own press"],
            "knows": [
                {"name": "russia.resolve", "says": "How much it is worth to you", "value": 0.62, "text": "0.62"},
                {"name": "border_army.troops", "says": "Troops at the border", "value": 43000.0, "text": "43,000"},
            ],
            "decides": [
                {
                    "asks": asks,
                    "idle": options[0][0],
                    "options": [dict(zip(("name", "says", "costs", "channel"), one, strict=True)) for one in options],
                }
                for _, asks, options in QUESTIONS
            ],
        },
        "questions": questions(),
        "chosen": ["push_further"],
        "envelope": envelope(),
        "sealed": None,
    }


def envelope() -> dict[str, Any]:
    """What a team wants that has not sealed: one order more than it may give."""
    return {
        "by": "most",
        "why": "",
        "orders": [{"trigger": "push_further", "asks": QUESTIONS[0][1], "option": "hold", "says": "Hold"}],
        "put": [],
        "left_out": [left_out()],
    }


def left_out() -> dict[str, Any]:
    """An order too many."""
    return {"trigger": "moscow_at_the_table", "asks": "What do you say?", "option": "insist", "says": "Insist"}


def _hosts() -> dict[str, Any]:
    return {
        "settled": {"russia": {"push_further": "hold"}, "us": {"washington_on_the_threat": "name_it"}},
        "hands": {
            "russia": {"envelope": envelope()},
            "us": {"envelope": {**envelope(), "by": "sealed", "left_out": []}},
            "eu": {"envelope": {"by": "model", "why": "silent", "orders": [], "left_out": []}},
            "ukraine": {"envelope": {"by": "model", "why": "empty", "orders": [], "left_out": []}},
        },
        "people": [{"id": "p1", "handle": "Amber Heron", "seat": "russia"}],
        "overrides": [],
        "asks": {
            "russia": [
                {"trigger": trigger, "asks": asks, "options": [{"name": one[0], "says": one[1]} for one in options]}
                for trigger, asks, options in QUESTIONS
            ]
        },
        "injects": [
            {
                "name": "gas_bill",
                "says": "Gazprom presents Kiev with a bill of 2.2 billion dollars",
                "to": [],
                "date": "15 April 2014",
                "does": ["support in Ukraine falls by .05"],
                "thrown": None,
            },
            {
                "name": "shots",
                "says": "Shots are heard in Sloviansk; nobody knows whose",
                "date": "",
                "to": ["The United States", "The European Union"],
                "does": [],
                "thrown": 1,
            },
        ],
        "can_undo": "the beginning of turn 2",
        "next_phases": ["reveal"],
        "notes": [{"turn": 1, "text": "The Union argued for eight minutes about compensation."}],
        "players": {},
    }


def world() -> dict[str, Any]:
    """How the world stands on 14 April."""
    return {
        "date": "14 April 2014",
        "start": "30 March 2014",
        "days": 15.0,
        "actors": [{"name": actor, "title": title} for actor, title, _ in SEATS],
        "ladders": [
            {"name": title, "title": title, "rungs": rungs, "rung": steps[-1][1], "steps": [list(one) for one in steps]}
            for title, rungs, steps in LADDERS
        ],
        "matrix": [
            {
                "sender": sender,
                "target": "The Russian Federation",
                "sector": sector,
                "tier": tier,
                "tiers": ["none", "names", "banks and firms", "sectoral"],
            }
            for sender, sector, tier in (
                ("The United States", "", 2),
                ("The European Union", "", 1),
                ("The European Union", "energy", 0),
            )
        ],
        "tracks": [{"name": "paris", "title": "Paris", "says": "Russia and the United States: open, one round held"}],
        "commitments": [
            {
                "says": "A raft of new measures",
                "terms": "if troops cross the border, then sectoral measures",
                "by": "the United States and the European Union",
                "to": "The Russian Federation",
                "made": "24 March 2014",
                "stands": True,
                "called": None,
                "kept": None,
                "is_secret": False,
                "believed": [{"by": "The Russian Federation", "share": 0.45}],
            }
        ],
        "links": [
            {"kind": "army", "by": "russia", "to": "ukraine", "says": "massed at the border"},
            {"kind": "sanctions", "by": "us", "to": "russia", "says": "banks and firms"},
            {"kind": "sanctions", "by": "eu", "to": "russia", "says": "names"},
            {"kind": "talks", "by": "russia", "to": "us", "says": "Paris: open"},
            {"kind": "talks", "by": "ukraine", "to": "us", "says": "Paris: open"},
        ],
        "numbers": [
            {"name": "russia.home", "says": "Support at home", "value": 0.79, "unit": "", "text": "79 %"},
            {
                "name": "border_army.troops",
                "says": "Troops at the border",
                "value": 43000.0,
                "unit": "",
                "text": "43,000",
            },
        ],
        "timeline": [],
    }


def moves(*, all_of_them: bool = False) -> list[dict[str, Any]]:
    """What was done in the turn; the secret move only for whoever may know it."""
    listed = [
        (
            "russia",
            "push_further",
            "What do the troops at the border do?",
            "hold",
            "Hold, and let them be seen",
            "people",
            0.62,
            False,
        ),
        (
            "russia",
            "moscow_in_the_regions",
            "What do you do in the eastern regions?",
            "stir",
            "Stir up the crowds",
            "people",
            0.18,
            True,
        ),
        (
            "us",
            "washington_on_the_threat",
            "What becomes of the threat?",
            "name_it",
            "Name the measures and a date",
            "people",
            0.24,
            False,
        ),
        (
            "eu",
            "european_council",
            "What does the Council decide?",
            "prepare",
            "Prepare sectoral measures",
            "host",
            0.31,
            False,
        ),
        (
            "ukraine",
            "kiev_in_the_regions",
            "What do you do about the occupied buildings?",
            "wait",
            "Wait",
            "model",
            0.55,
            False,
        ),
    ]
    titles = {actor: title for actor, title, _ in SEATS}
    return [
        {
            "seat": seat,
            "title": titles[seat],
            "trigger": trigger,
            "asks": asks,
            "option": option,
            "says": says,
            "by": by,
            "had_been": chance,
            "carried_out": "16 April 2014",
            "is_secret": is_secret,
        }
        for seat, trigger, asks, option, says, by, chance, is_secret in listed
        if all_of_them or not is_secret
    ]


def outcomes(shift: float = 0.0) -> list[dict[str, Any]]:
    """Shares that move from the first to the last outcome."""
    moved = (-shift, 0.0, 0.0, shift)
    return [
        {"name": name, "says": says, "share": share + more, "low": low + more, "high": high + more, "count": 0}
        for (name, says, share, low, high), more in zip(OUTCOMES, moved, strict=True)
    ]


def prospects(n: int = 400) -> dict[str, Any]:
    """What the options of the first question lead to."""
    trigger, asks, options = QUESTIONS[0]
    return {
        "seat": "russia",
        "trigger": trigger,
        "turn": 1,
        "asks": asks,
        "n": n,
        "left_out": 12,
        "says": f"model estimate from {n} futures, not a forecast",
        "notes": ["From what your seat knows: what is hidden from it is drawn anew in each future."],
        "options": [
            {
                "option": name,
                "says": says,
                "outcomes": outcomes(0.05 * place),
                "score": 0.4,
                "carried": 0.98,
                "aims": [
                    {
                        "says": "A say over Kiev's course, in writing",
                        "share": 0.3,
                        "low": 0.26,
                        "high": 0.34,
                        "kept": 0.2,
                    },
                    {
                        "says": "No measures that hurt",
                        "share": 0.6 - 0.1 * place,
                        "low": 0.55 - 0.1 * place,
                        "high": 0.65 - 0.1 * place,
                        "kept": 0.5,
                    },
                ],
                "more": []
                if not place
                else [
                    {
                        "name": one,
                        "value": sign * 0.05 * place,
                        "low": sign * 0.05 * place - 0.03,
                        "high": sign * 0.05 * place + 0.03,
                        "p": 0.01,
                        "stands": True,
                    }
                    for one, sign in (("settlement", -1), ("open_war", 1))
                ],
                "why": f"{5 * place} points more [2 to 9] than with `hold` end so: Open war between the two armies",
            }
            for place, (name, says, _, _) in enumerate(options)
        ],
    }


def fan() -> dict[str, Any]:
    """A path over its futures."""
    days = list(range(0, 181, 6))
    shares = [[0.1, 0.7 - 0.003 * day, 0.1 + 0.002 * day, 0.1 + 0.001 * day] for day in days]
    return {
        "title": LADDERS[0][0],
        "rungs": LADDERS[0][1],
        "days": days,
        "shares": shares,
        "path": [[0, 1], [23, 2], [90, 1]],
        "turns": [[0, "1"], [15, "2"], [43, "3"], [64, "4"], [88, "5"]],
        "n": 1000,
        "start": "30 March 2014",
        "end": "26 September 2014",
    }


def bins() -> list[dict[str, Any]]:
    """Forecasts in five bins, one of them empty."""
    found = zip(
        (12, 9, 5, 0, 7), (0.1, 0.2, 0.6, 0.0, 0.9), (0.02, 0.08, 0.3, 0.0, 0.6), (0.3, 0.5, 0.8, 0.0, 1.0), strict=True
    )
    return [
        {
            "low_end": at / 5,
            "high_end": (at + 1) / 5,
            "foretold": (at + 0.5) / 5,
            "share": share,
            "low": low,
            "high": high,
            "n": n,
        }
        for at, (n, share, low, high) in enumerate(found)
    ]


def differences() -> list[dict[str, Any]]:
    """Two paired differences."""
    return [
        {"says": "Open war, with a believed threat", "difference": -0.08, "low": -0.13, "high": -0.03},
        {"says": "A settlement, with a believed threat", "difference": 0.02, "low": -0.02, "high": 0.06},
    ]


def debrief() -> dict[str, Any]:
    """The record of a debrief of two turns."""
    mark = {"kept": 0.3, "low": 0.27, "high": 0.33, "partly": 0.2, "n": 1000}
    score = {"mean": 0.4, "low": 0.37, "high": 0.43, "n": 400}
    move = {
        "trigger": "push_further", "option": "hold", "n": 400, "score": "aims", "turn": 0, "seat": "russia",
        "title": SEATS[0][1], "asks": QUESTIONS[0][1], "says": "Hold, and let them be seen", "by": "people",
        "why": "It costs nothing", "carried_out": "2014-03-31 09:00", "had_been": 0.62, "is_secret": False,
        "regret": {"value": 0.03, "low": 0.01, "high": 0.05, "stands": False, "best": "push",
                   "says": "Little was lost."},
        "options": [{"name": name, "says": says, "is_chosen": name == "hold", "outcomes": outcomes(), "score": score}
                    for name, says, _, _ in QUESTIONS[0][2]],
        "history": [{"name": "geneva", "date": "2014-04-17", "says": "They agree in Geneva", "source": "papers"}],
    }  # fmt: skip
    turns = [
        {"number": number, "date": "2014-03-30 18:00", "says": "They meet", "teaches": "Words are cheap", "n": 400,
         "asks": ["Who was believed?"], "before": outcomes(), "sealed": outcomes(0.05),
         "moves": [{**move, "turn": number - 1}],
         "drawn": [{"date": "2014-04-02", "actor": "ukraine", "says": "Wait", "had_been": 0.55}],
         "history": move["history"], "notes": ["They argued."], "injects": []}
        for number in (1, 2)
    ]  # fmt: skip
    person = {
        "n": 5,
        "questions": 5,
        "brier": 0.2,
        "low": 0.1,
        "high": 0.3,
        "base": 0.25,
        "before": 0.17,
        "shares": 0.1,
        "skill": 0.2,
    }
    return {
        "says": "Your history ended so: the stand-off drags on. Of 1,000 runs 45 % ended like it.", "n": 1000,
        "ended": {"outcome": "standoff"},
        "outcomes": [{**one, "base_rate": "0.8-4 % of disputes came to war" if one["name"] == "open_war" else "",
                      "is_own": one["name"] == "standoff"} for one in outcomes()],
        "fans": [fan(), {**fan(), "title": "the army of Ukraine"}, {**fan(), "title": "the talks"}], "turns": turns,
        "seats": [{"seat": actor, "title": title, "score": 0.5,
                   "aims": [{"says": "A say", "mark": 0.5, "is_scored": True, "usual": mark},
                            {"says": "To be heard", "mark": None, "is_scored": False, "usual": None}]}
                  for actor, title, _ in SEATS],
        "secrets": [{"name": "relief", "date": "2014-03-31", "who": "us", "says": "Relief", "knew": ["us", "russia"],
                     "learned": {}, "public": "2014-08-05 14:57"}],
        "threats": [{"says": "A raft of new measures", "by": ["us", "eu"], "to": "russia", "made": "2014-03-30",
                     "believed": [{"date": "2014-03-30", "believed": 0.45}, {"date": "2014-06-01", "believed": 0.3}],
                     "called": ["2014-06-24"], "kept": {"us": "2014-07-24"}, "broken": {}, "cost": {"us": 0.02}}],
        "agreements": [{
            "track": "paris_track", "title": "Paris track", "name": "kerry_plan", "says": "The Kerry plan",
            "date": "2014-08-31 18:00", "parties": ["us", "russia", "ukraine"], "breached": None,
            "contains": ["pull back", "monitors"],
            "duties": [
                {"name": "withdraw", "says": "the troops go back to their garrisons", "by": ["russia"],
                 "state": "kept", "date": "2014-09-14 18:00"},
                {"name": "observe", "says": "monitors may go wherever they want", "by": ["ukraine"],
                 "state": "broken", "date": "2014-09-10 18:00"},
                {"name": "relieve", "says": "the measures are lifted", "by": ["us", "eu"], "state": "open",
                 "date": None},
            ],
        }],
        "forecasts": {"all": {**person, "who": "all"}, "seats": [{**person, "who": "russia"}],
                      "people": [{**person, "who": "Amber Heron"}], "bins": bins(),
                      "questions": [{"says": "They are believed", "came": True, "base": {"share": 0.73},
                             "before": {"share": 0.79}, "sealed": {"share": 0.4, "n": 400}, "told": (
                          "it came in 73 % of games from the start, 79 % of futures before orders, 100 % with the "
                          "orders as sealed (n = 400 each)")}],
                      "says": ["Brier score (1950), the mean over 5 questions (5 forecasts): 0.20.", "0 is perfect.",
                               "From the start gets 0.25; with the orders as sealed 0.10."]},
        "cautions": ["These are shares of futures of a model."],
        "facts": {"seed": 7, "digest": "f879080f6ca948d6", "version": "0.1.0"},
        "stairs": [{"turn": turn, "moment": moment, "n": 400, "outcomes": outcomes(0.05 * turn)}
                   for turn in (0, 1) for moment in ("before", "orders")],
        "afterwards": [{"name": "minsk", "date": "2014-09-05", "says": "They sign in Minsk", "source": "papers"}],
    }  # fmt: skip


CODE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29">'
    '<path d="M4 4h7v7H4zM18 4h7v7h-7zM4 18h7v7H4zM14 14h4v4h-4z"/></svg>'
)


def wall(name: str = "", found: dict[str, Any] | None = None) -> dict[str, Any]:
    """What is on the wall in a debrief: the slide of this name, or the first."""
    shown = Wall(None)
    shown.now = name
    there = shown.shown(debrief() if found is None else found)
    assert there is not None
    return there


def extra(page: str) -> dict[str, Any]:
    """What stands beside a view."""
    base = "http://192.168.1.23:8642"
    return {
        "page": page,
        "key": "k3",
        "now": 1_000_000.0,
        "notice": "",
        "links": {
            "room": {"url": f"{base}/join/Zm9vYmFyYmF6cXV4Cg", "qr": CODE, "code": "CDF GH3"},
            "typed": f"{base}/j",
            "screen": f"{base}/screen/Zm9v",
            "seats": [
                {
                    "actor": actor,
                    "title": title,
                    "url": f"{base}/join/{actor}Ym9vYmFyYmF6",
                    "qr": CODE,
                    "code": "JKM 479",
                }
                for actor, title, _ in SEATS
            ],
        },
        "online": {"seats": {actor: len(members) for actor, _, members in SEATS}, "all": 8, "screen": True},
        "checks": [
            {"says": f"Phones and laptops in your network find this address: {base}", "is_ok": True},
            {"says": "Open the projector page on the screen that all can see", "is_ok": False},
            {"says": "Nobody sits at Ukraine: the model plays what is left empty", "is_ok": False},
        ],
        "wall": wall(),
        "whatif": {"push_further": prospects()},
        "asking": {"push_further": 600},
        "assumptions": {
            "count": 2,
            "drawn": [
                {
                    "says": "Chance that Moscow gives the threat",
                    "range": "20 % to 70 %, most likely 45 %",
                    "unit": "",
                    "source": "author",
                    "confidence": "low",
                },
            ],
            "parts": [
                {
                    "title": "Western measures",
                    "rows": [
                        {
                            "says": "Share of the joint damage that the United States do alone",
                            "value": "0.91",
                            "unit": "",
                            "source": "Chowdhry et al. (2020)",
                        }
                    ],
                }
            ],
            "levers": [
                {
                    "name": "threat.believed",
                    "says": "Chance that Moscow gives the threat",
                    "value": 0.45,
                    "low": 0.0,
                    "high": 1.0,
                    "kind": "assumption",
                    "unit": "",
                }
            ],
        },
        "sandbox": {
            "n": 1000,
            "options": [
                {"says": "As written", "outcomes": outcomes()},
                {"says": "Changed: threat believed .8", "outcomes": outcomes(-0.08)},
            ],
            "changed": [{"name": "threat.believed", "was": 0.45, "now": 0.8, "kind": "assumption"}],
            "differences": differences(),
        },
        "rehearsal": {
            "outcome": "The stand-off drags on",
            "seconds": 1.8,
            "turns": [{"number": 1, "date": "30 March 2014", "moves": [{"title": "Ukraine", "says": "Wait"}]}],
        },
    }


PAGES = (
    ("/welcome", "", "decide"),
    ("/seat/choose", "russia", "brief"),
    ("/seat/brief", "russia", "brief"),
    ("/seat/decide", "russia", "decide"),
    ("/seat/whatif", "russia", "decide"),
    ("/seat/world", "us", "decide"),
    ("/seat/reveal", "russia", "reveal"),
    ("/seat/debrief", "russia", "debrief"),
    ("/seat/assumptions", "us", "decide"),
    ("/print/russia", "russia", "brief"),
    ("/codes", "host", "brief"),
    ("/host/lobby", "host", "lobby"),
    ("/host/console", "host", "decide"),
    ("/host/world", "host", "decide"),
    ("/host/reveal", "host", "reveal"),
    ("/host/debrief", "host", "debrief"),
    ("/host/assumptions", "host", "decide"),
    ("/host/rehearsal", "host", "lobby"),
    ("/host/export", "host", "debrief"),
    ("/screen", "screen", "lobby"),
    ("/screen", "screen", "brief"),
    ("/screen", "screen", "decide"),
    ("/screen", "screen", "reveal"),
    ("/screen", "screen", "debrief"),
)
"""Every page as (address, role, phase)."""
