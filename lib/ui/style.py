"""CSS for what Streamlit's theme cannot set: spacing of the first screen, and rows on a narrow screen."""

from __future__ import annotations

import streamlit as st

CSS = """
<style>
.stMainBlockContainer { padding: 4rem 2rem 3rem; max-width: 80rem; }
.stMainBlockContainer > .stVerticalBlock { gap: 0.75rem; }
.stMainBlockContainer h1 { padding: 0.2rem 0 0.25rem; }
[data-testid="stPageLink"] p { white-space: normal; }
[class*="_what"] { row-gap: 0.25rem; }
[class*="_input_card"], [class*="_working_card"] { gap: 0.55rem; padding: 0.75rem 1rem; }
[class*="_working_card"] .stMarkdown { margin-bottom: 0; }
[class*="_working_card"] [data-testid="stMarkdownContainer"] p { margin: 0; }
[class*="_working_card"] [data-testid="stMarkdownContainer"] { margin-bottom: 0; }
.stAlert [data-testid="stAlertContainer"] { padding: 0.5rem 0.75rem; }
[class*="_note_"] { border-left: 3px solid #d0561f; padding: 0.35rem 0.75rem;
  background: color-mix(in srgb, #d0561f 9%, transparent); }
[class*="_note_"] ul { margin: 0; }
[class*="_row_"] p { line-height: 1.25; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p {
  opacity: 1 !important; color: inherit !important;
}
[class*="st-key-card_"] { padding: 0.6rem 0.9rem 0.8rem; }
[class*="st-key-card_"] [data-testid="stPageLink"] a { padding-left: 0; }
[data-testid="stCode"] .token:is(.comment, .string, .docstring, .triple-quoted-string) {
  color: light-dark(#1d6a3f, #8fd6ac) !important;
}
[data-testid="stCode"] .token.unchanged { color: light-dark(#1f1b16, #ede6dd) !important; }
[data-testid="stCode"] .token:is(.number, .boolean) { color: light-dark(#0f6b5c, #7fd6c2) !important; }
[data-testid="stCode"] .token:is(.keyword, .builtin, .class-name, .function) {
  color: light-dark(#1f5fa8, #8fbdf0) !important;
}
[data-testid="stCode"] .token:is(.operator, .decorator, .annotation, .punctuation) {
  color: light-dark(#8a4b00, #e8b45c) !important;
}
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 3.5rem 1rem 3rem; }
  [class*="_input_card"] [data-testid="stColumn"] { flex: 1 1 40%; min-width: 40%; }
  [class*="_row_"] > div:first-child { flex: 1 0 100%; }
  [class*="_row_"] > div:nth-child(2) { flex: 0 1 150px; }
  [class*="_row_"] > div:nth-child(3) { flex: 1 1 80px; width: auto !important; min-width: 80px; }
}
</style>
"""


def apply_style() -> None:
    st.html(CSS)
