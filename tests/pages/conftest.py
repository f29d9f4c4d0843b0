"""What the app does before its first visitor: what it imports then is nobody's time."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def warm() -> None:
    """Torch makes its first optimizer slowly, pandas its first table."""
    import pandas
    import torch

    assert pandas.DataFrame({"x": [1.0]}).to_csv()
    leaf = torch.nn.Parameter(torch.ones(1))
    leaf.sum().backward()
    torch.optim.Adam([leaf]).step()
