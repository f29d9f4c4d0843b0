"""CSS of the sidebar, the colours that home and sidebar share, and the shapes of marks (see lib.ui.marks)."""

from __future__ import annotations

LOGO = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20'%3E"
    "%3Cpath d='M2 3c1 9 5 13 16 13' fill='none' stroke='%23000' stroke-width='2.2' stroke-linecap='round'/%3E"
    "%3Ccircle cx='6.3' cy='11.3' r='3.3'/%3E%3C/svg%3E"
)  # a falling curve with a point on it
RULES = """
<style>
.stApp {
  --ink: light-dark(#1f1b16, #ede6dd); --soft: light-dark(#6b6259, #b0a69b); --line: light-dark(#d3cabe, #4a423b);
  --hair: light-dark(#e8e0d5, #332d29); --paper: light-dark(#fffdf9, #1c1917); --wash: light-dark(#f8f3ec, #24201d);
  --accent: light-dark(#bf3f10, #e6733a); --accent-text: light-dark(#a8360c, #ffa57a);
  --link: light-dark(#a8360c, #ffa57a); --on-accent: light-dark(#fffdf9, #1c1917);
  --tint: color-mix(in srgb, var(--accent) 9%, transparent);
}
/* a mark: a ring, half a disc, a disc with a tick; its word is heard and not seen */
:is(.st-key-stages, .st-key-families) a { position: relative; }
:is(.st-key-stages, .st-key-families) a::before { position: absolute; left: 0.3rem; top: 50%; width: 12px;
  height: 12px;
  margin-top: -6px; box-sizing: border-box; border: 1.5px solid var(--soft); border-radius: 50%;
  background: var(--paper); color: var(--paper); font-size: 9px; line-height: 9px; font-weight: 700;
  text-align: center; }
:is(.st-key-stages, .st-key-families) a::after { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }

[data-testid="stSidebarHeader"] { position: absolute; right: 0; top: 0; height: 3rem; padding: 0.5rem; margin: 0;
  z-index: 2; }
[data-testid="stSidebarContent"] { padding: 0; }
[data-testid="stSidebarUserContent"] { padding: 0.9rem 1rem 1rem; }
[data-testid="stSidebarUserContent"] .stVerticalBlock { gap: 0.35rem; }
.st-key-brand a { padding: 0.1rem 0.3rem !important; background: none !important; }
.st-key-brand a p { font-size: 1.05rem; color: var(--ink); }
.st-key-brand a::before { content: ""; width: 20px; height: 20px; margin-right: 0.5rem; flex: none;
  background: var(--accent);
  mask: LOGO center / contain no-repeat; }
body:has(.st-key-search [aria-expanded="true"]) :has(> [role="listbox"]) { min-width: min(27rem, 92vw); }
.st-key-families { padding-top: 0.35rem; }
.st-key-families .stElementContainer:has(> .stPageLink) { margin: 0; }
.st-key-families details { border: 0 !important; background: none; }
.st-key-families summary { padding: 0.3rem 0.3rem !important; min-height: 0; border-radius: 0.25rem;
  background: none !important; }
.st-key-families summary:hover { background: var(--tint) !important; }
.st-key-families summary [data-testid="stMarkdownContainer"] { width: 100%; }
:is(.st-key-families summary, .st-key-family_exercises a) p { display: flex; justify-content: space-between;
  width: 100%;
  font-size: 0.925rem; color: var(--ink); }
.st-key-families details[open] summary p { font-weight: 600; }
:is(.st-key-families summary, .st-key-family_exercises a) p span { font-size: 0.85rem; font-weight: 400;
  font-variant-numeric: tabular-nums; }
.st-key-families [data-testid="stExpanderDetails"] { padding: 0 0 0.35rem 0.3rem; }
.st-key-families [data-testid="stExpanderDetails"] .stVerticalBlock { gap: 0; }
.st-key-families details a { padding: 0.2rem 0.4rem 0.2rem 1.5rem; min-height: 0; border-radius: 0.25rem; margin: 0; }
.st-key-families details a p { font-size: 0.875rem; line-height: 1.3; white-space: normal; }
.st-key-families [data-testid="stCaptionContainer"] { margin: 0; opacity: 1; }
.st-key-families [data-testid="stCaptionContainer"] p { font-size: 0.78rem; color: var(--soft) !important;
  margin: 0.4rem 0 0.1rem 0.3rem; }
.st-key-family_exercises :is(.stPageLink, a, a > span, a > span > div) { width: 100%; }
.st-key-family_exercises .stPageLink > div { width: 100%; }
.st-key-family_exercises a { padding: 0.3rem 0.3rem 0.3rem 1.8rem; margin: 0; border-radius: 0.25rem; }
@media (max-width: 640px) {
  .st-key-families details a { padding-block: 0.45rem; }
  .st-key-families summary, .st-key-family_exercises :is(.stPageLink, a, a > span, a > span > div) { width: 100%; }
.st-key-family_exercises .stPageLink > div { width: 100%; }
.st-key-family_exercises a { padding-block: 0.5rem !important; }
}
</style>
"""

CSS = RULES.replace("LOGO", f'url("{LOGO}")')
