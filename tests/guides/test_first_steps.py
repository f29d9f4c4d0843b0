"""A newcomer's three steps: right in one's own way, slips named, a later step from one's own earlier number."""

from __future__ import annotations

import pytest
import torch

from lib.guides.first_steps import LOSS, MISTAKES, SHARE, SUM, by_torch, judged

# Entries for sum, share and loss → the verdict on the last one typed, and the name of the slip.
ENTRIES = {
    "sum": (("10.107",), "right", ""),
    "sum, three digits": (("10.1",), "right", ""),
    "sum, calculated": (("2.718 + 7.389",), "right", ""),
    "sum, exact": (("e + e^2",), "right", ""),
    "share": (("10.107", "0.269"), "right", ""),
    "share, calculated from what is on the screen": (("10.107", "2.718/10.107"), "right", ""),
    "share, two digits": (("10.107", "0.27"), "digits", ""),
    "loss": (("10.107", "0.269", "1.31"), "right", ""),
    "loss, calculated": (("10.107", "0.269", "-log(0.269)"), "right", ""),
    "loss alone": (("", "", "1.3133"), "right", ""),
    "share of a wrong sum": (("4.671", "0.582"), "earlier", ""),
    "loss of a wrong share": (("10.107", "0.7311", "0.3132"), "earlier", ""),
    "no number": (("ten",), "unreadable", ""),
    "two numbers": (("[1, 2]",), "shape", ""),
    "difference": (("4.671",), "mistake", "powers_subtracted"),
    "e to the sum": (("20.09",), "mistake", "scores_added_first"),
    "product": (("20.08",), "mistake", "powers_multiplied"),
    "scores added": (("3",), "mistake", "scores_added"),
    "log too early": (("2.313",), "mistake", "logarithm_too_early"),
    "the other share": (("10.107", "0.731"), "mistake", "other_class"),
    "odds": (("10.107", "0.3679"), "mistake", "odds_for_share"),
    "upside down": (("10.107", "3.718"), "mistake", "upside_down"),
    "share of scores": (("10.107", "0.3333"), "mistake", "scores_without_powers"),
    "percent": (("10.107", "26.9"), "mistake", "in_percent"),
    "the other loss": (("10.107", "0.269", "0.3133"), "mistake", "loss_of_other_class"),
    "minus left out": (("10.107", "0.269", "-1.313"), "mistake", "sign_left_out"),
    "base 2": (("10.107", "0.269", "1.895"), "mistake", "base_2"),
    "base 10": (("10.107", "0.269", "0.570"), "mistake", "base_10"),
    "1 - p": (("10.107", "0.269", "0.731"), "mistake", "one_less_share"),
}


@pytest.mark.parametrize(("typed", "verdict", "slip"), ENTRIES.values(), ids=ENTRIES)
def test_an_entry_gets_its_verdict(typed, verdict, slip):
    found = judged(dict(zip((SUM, SHARE, LOSS), typed, strict=False)))[(SUM, SHARE, LOSS)[len(typed) - 1]]
    assert (found.verdict, found.mistakes[0].name if found.mistakes else "") == (verdict, slip)


def test_every_slip_is_tried_here_or_means_the_same_as_one_that_is():
    assert {slip for _, _, slip in ENTRIES.values() if slip} | {"averaged", "one_over_share", "weighed_by_share"} == {
        *MISTAKES
    }


def test_torchs_number_is_torchs():
    loss = torch.nn.CrossEntropyLoss()(torch.tensor([[1.0, 2.0]]), torch.tensor([0]))
    assert by_torch() == pytest.approx(loss.item(), abs=1e-6)
