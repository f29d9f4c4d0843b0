"""Code from a stranger, as text that can be shown: what could hide something stands there by its name."""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Sequence
from itertools import zip_longest

import streamlit as st

from lib.ui.text import say

# Half a surrogate pair cannot be sent to a browser. Signs that turn the direction of reading, or have no width, let
# code look like other code (N. Boucher and R. Anderson, Trojan Source, 2021).
_HIDING = re.compile("[\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b\x0e-\x1f\x7f]")


def readable(code: str) -> str:
    """The code with every sign that is not seen written out, such as ⟨U+202E⟩."""
    return _HIDING.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", code)


MOST_LINES = 1500  # of a text that is compared: more would take long
AROUND = 3  # lines that stay the same, shown around those that change
CSS = """
<style>
.beside { overflow-x: auto; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
.beside table { border-collapse: collapse; width: 100%; table-layout: fixed; }
.beside td { font: 0.8rem/1.45 var(--st-code-font, monospace); white-space: pre-wrap; overflow-wrap: anywhere;
  vertical-align: top; border: 0; padding: 0 0.4rem; }
.beside td.n { width: 2.6rem; text-align: right; opacity: 0.65; }
.beside .went { background: color-mix(in srgb, #c2412d 20%, transparent); }
.beside .came { background: color-mix(in srgb, #2d8a4e 20%, transparent); }
</style>
"""


def compared(before: str, after: str, *, beside: bool) -> None:
    """The lines that went and the lines that came; beside each other, or one under another."""
    old, new = readable(before).splitlines(), readable(after).splitlines()
    if max(len(old), len(new)) > MOST_LINES:
        st.info(say("One of the two has more than {most:,} lines; they are not compared.", most=MOST_LINES))
    elif old == new:
        st.markdown(say("Nothing changed."))
    elif beside:
        st.html(CSS + beside_each_other(old, new))
    else:
        lines = list(difflib.unified_diff(old, new, lineterm="", n=AROUND))[2:]
        text = "\n".join("…" if one.startswith("@@") else one for one in lines).removeprefix("…\n")
        st.code(text, language="diff", wrap_lines=True)


def beside_each_other(old: Sequence[str], new: Sequence[str]) -> str:
    """A table of two texts: number and line of the one, number and line of the other."""
    rows: list[str] = []
    for group in difflib.SequenceMatcher(None, old, new).get_grouped_opcodes(AROUND):
        if rows:
            rows.append('<tr><td class="n">…</td><td></td><td class="n">…</td><td></td></tr>')
        for what, a, b, c, d in group:
            for left, right in zip_longest(range(a, b), range(c, d)):
                same = what == "equal"
                rows.append(
                    f"<tr>{_side(old, left, '' if same else 'went')}{_side(new, right, '' if same else 'came')}</tr>"
                )
    return f'<div class="beside"><table><tbody>{"".join(rows)}</tbody></table></div>'


def _side(lines: Sequence[str], at: int | None, kind: str) -> str:
    if at is None:
        return '<td class="n"></td><td></td>'
    sign = {"went": "−", "came": "+"}.get(kind, "")
    return f'<td class="n">{sign}{at + 1}</td><td class="{kind}">{html.escape(lines[at])}</td>'
