"""The learner's working on the screen."""

from lib.ui.working.card import Sheet, guided_working, working_card
from lib.ui.working.choosing import chosen_sample
from lib.ui.working.desk import WayHere
from lib.ui.working.row import value_text
from lib.ui.working.sheets import entry_key
from lib.ui.working.torchs import says_it_is_covered

__all__ = [
    "Sheet",
    "WayHere",
    "chosen_sample",
    "entry_key",
    "guided_working",
    "says_it_is_covered",
    "value_text",
    "working_card",
]
