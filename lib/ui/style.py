"""CSS for what Streamlit's theme cannot set: spacing of the first screen, and rows on a narrow screen."""

from __future__ import annotations

import streamlit as st

from lib.ui.access import CSS as ACCESS
from lib.ui.access import access_for_everyone

CSS = """
<style>
.stMainBlockContainer { padding: 3.25rem 2rem 3rem; max-width: 80rem; }
[data-testid="stHeader"] { height: 3rem; min-height: 3rem; }
.stMainBlockContainer > .stVerticalBlock { gap: 0.75rem; }
.stMainBlockContainer h1 { padding: 0.2rem 0 0.25rem; }
[data-testid="stPageLink"] p { white-space: normal; }
[class*="_what"] { row-gap: 0.25rem; }
[class*="_input_card"], [class*="_working_card"] { gap: 0.55rem; padding: 0.75rem 1rem; }
[data-testid="stCaptionContainer"] { color: light-dark(#6b6259, #b0a69b); opacity: 1; }
[data-testid="stCaptionContainer"] * { opacity: 1; }
[data-testid="stCode"] .token:is(.keyword, .builtin) { color: light-dark(#1f5fa8, #8fbdf0) !important; }
[data-testid="stCode"] .token:is(.number, .boolean) { color: light-dark(#8a5200, #e8b45c) !important; }
[data-testid="stCode"] .token:is(.string, .triple-quoted-string) { color: light-dark(#1d6a3f, #8fd6ac) !important; }
[data-testid="stCode"] .token.unchanged { color: light-dark(#1f1b16, #ede6dd) !important; }
[data-testid="stCode"] .token.comment { color: light-dark(#6b6259, #b0a69b) !important; }
[data-testid="stCode"] .token:is(.function, .class-name, .decorator) { color: light-dark(#6d4aa0, #c7a8f0) !important; }
[class*="_working_card"] .stMarkdown { margin-bottom: 0; }
[class*="_working_card"] [data-testid="stMarkdownContainer"] p { margin: 0; }
[class*="_working_card"] [data-testid="stMarkdownContainer"] { margin-bottom: 0; }
.stAlert [data-testid="stAlertContainer"] { padding: 0.5rem 0.75rem; }
[class*="_note_"] { border-left: 3px solid #d0561f; padding: 0.35rem 0.75rem;
  background: color-mix(in srgb, #d0561f 9%, transparent); }
[class*="_note_"] ul { margin: 0; }
.stMainBlockContainer { container: page / inline-size; }
[class*="_lesson_grid"] { display: grid; grid-template-columns: minmax(0, 15rem) minmax(0, 1fr); gap: 0.75rem; }
[class*="_lesson_grid"] > * { width: auto !important; min-width: 0; }
[class*="_heading"] > :first-child { flex: 1 1 auto; width: auto !important; }
[class*="_way_tools"] { width: auto !important; }
[class*="_row_"] { display: grid; align-items: center; gap: 0 0.75rem; padding: 0.4rem 0;
  grid-template-columns: minmax(0, 1fr) 10.5rem 6.75rem; grid-template-rows: auto auto auto;
  grid-template-areas: "text entry verdict" "text entry hint" "note note note";
  border-top: 1px solid color-mix(in srgb, currentColor 12%, transparent); }
[class*="_row_"] > * { width: auto !important; min-width: 0; }
[class*="_row_"] > :nth-child(1) { grid-area: text; }
[class*="_row_"] > :nth-child(2) { grid-area: entry; }
[class*="_row_"] > :nth-child(3) { grid-area: verdict; }
[class*="_row_"] > :nth-child(4) { grid-area: hint; }
[class*="_row_"]:not(:has(button)) > :nth-child(3) { grid-row: 1 / span 2; }
[class*="_row_"] > :nth-child(3):not(:has(p)) + * { grid-row: 1 / span 2; }
[class*="_row_"] > :nth-child(3):not(:has(p)) { display: none; }
[class*="_row_"] > :nth-child(4) button { min-height: 1.5rem; padding: 0; text-decoration: underline dotted; }
[class*="_row_"] > :nth-child(4) button .stMarkdownColoredText { position: absolute; width: 1px; height: 1px;
  overflow: hidden; clip-path: inset(50%); }
[class*="_row_"] > :nth-child(5) { grid-area: note; margin-top: 0.35rem; }
[class*="_ending_"] { border-left: 3px solid light-dark(#1d6a3f, #7fd0a0); padding: 0.5rem 0.75rem;
  background: color-mix(in srgb, light-dark(#1d6a3f, #7fd0a0) 8%, transparent); }
[class*="_aside_"] { border-left: 3px solid light-dark(#1f5fa8, #8fbdf0); padding: 0.35rem 0.75rem;
  background: color-mix(in srgb, light-dark(#1f5fa8, #8fbdf0) 9%, transparent); }
[class*="_row_"] p { line-height: 1.3; }
[class*="_row_"] .katex { font-size: 1.1em; }
[class*="_row_"]:not(:has([data-testid="stTextInput"], strong)) > :nth-child(1) { grid-column: 1 / -1; }
[class*="_row_"] > :nth-child(1) [data-testid="stMarkdownContainer"] { display: flex; flex-wrap: wrap;
  align-items: center; gap: 0.2rem 0.75rem; }
[class*="_row_"] > :nth-child(1) p { flex: 1 1 9.5rem; min-width: 0; max-width: 100%; font-size: 0.9375rem; }
[class*="_row_"] > :nth-child(1) p:has(.katex) { flex: 1 1 auto; min-width: 50%; white-space: nowrap;
  overflow: auto hidden; padding-bottom: 0.3rem; margin-bottom: -0.2rem; }
[class*="_row_"] > :nth-child(1) br ~ .katex { color: light-dark(#6b6259, #b0a69b); }
@container page (max-width: 62rem) { [class*="_way_tools"] > :nth-child(2) { display: none; } }
[class*="_fold_line"] { display: none; }
[class*="_letters"] { padding-bottom: 0.75rem; }
[class*="_letters"] ul { list-style: none; padding: 0; margin: 0; }
[class*="_letters"] li { margin: 0; padding: 0.1rem 0; font-size: 0.875rem; line-height: 1.35; }
[class*="_letters"] .katex { font-size: 1.05em; }
@container page (max-width: 54rem) {
  [class*="_lesson_grid"] { grid-template-columns: minmax(0, 1fr); }
  [class*="_input_card"] { display: grid; align-items: end; gap: 0.5rem 0.75rem;
    grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); }
  [class*="_input_card"] > * { width: auto !important; min-width: 0; }
  [class*="_letters"] { display: none; }
}
@container page (max-width: 40rem) {
  [class*="_row_"] { grid-template-columns: minmax(0, 12.5rem) minmax(0, 1fr);
    grid-template-areas: "text text" "entry verdict" "entry hint" "note note"; }
  [class*="_row_"]:not(:has(button)) > :nth-child(3) { grid-area: verdict; }
  [class*="_row_"] > :nth-child(3):not(:has(p)) + * { grid-area: verdict; }
  [class*="_fold_line"] { display: block; }
  .stMainBlockContainer:has([class*="_fold_line"] input:not(:checked)) [class*="_input_card"] { display: none; }
  [class*="_row_"] > :nth-child(1) { margin-bottom: 0.35rem; }
  [class*="_heading"] { gap: 0 0.5rem; }
  [class*="_heading"] > :first-child { flex: 1 0 100%; }
  [class*="_heading"] > :nth-child(3) { flex: 1 1 8rem; width: auto !important; }
  [class*="_tools_"] { gap: 0.5rem !important; }
  [class*="_way_tools"], [class*="_way_tools"] > :first-child { width: 100% !important; }
  [class*="_tools_"] > :has(> [class*="_way_tools"]) { flex: 0 0 100% !important; }
}
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 3rem 1rem 3rem; }
}
</style>
"""


def apply_style() -> None:
    st.html(f"{CSS}<style>{ACCESS}</style>")
    access_for_everyone()
