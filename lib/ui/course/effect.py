"""What saving an assignment would do, before it is saved: in words, and whose mark moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.assignments import Effect


def effect(told: Effect, names: Mapping[int, str], *, is_new: bool) -> None:
    st.markdown(say("## What this does"))
    st.markdown("\n".join(f"- {plain(line)}" for line in told.says))
    if is_new:
        return
    if not told.moves:
        st.markdown(say("Nobody's mark moves."))
        return
    count = len(told.moves)
    st.warning(say("**1** mark moves.") if count == 1 else say("**{count}** marks move.", count=count))
    rows = [
        {say("Student"): names.get(one.person_id, ""), say("Mark now"): one.before, say("After saving"): one.after}
        for one in told.moves
    ]
    points = st.column_config.NumberColumn(format="%.2f")
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=min(400, 38 + 35 * count),
        column_config={say("Mark now"): points, say("After saving"): points},
    )
