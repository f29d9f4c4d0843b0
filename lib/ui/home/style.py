"""CSS of the home page: one screen at 1280 by 800, two columns on a tablet, one on a phone."""

from __future__ import annotations

from lib.ui.home.path_map import curve_css

RULES = """
.stMainBlockContainer { padding: 0.9rem 2rem 0.5rem; max-width: 76rem; }
.stMainBlockContainer > .stVerticalBlock { gap: 0.6rem; }
[data-testid="stHeader"] { background: transparent; height: 2.6rem; min-height: 0; }
[data-testid="stHeader"], [data-testid="stHeader"] div { pointer-events: none; }
[data-testid="stHeader"] :is(button, button *, [data-testid="stMainMenu"]) { pointer-events: auto; }
.stMain .stHtml p, .stMain .stHtml h2, .stMain .stHtml h3 { margin: 0; padding: 0; }
.st-key-home_head { padding-right: 2rem; } .st-key-home_head > :has(.st-key-go_on) { flex: none; }
.stMain .stHtml h1 { font-size: 1.5rem; line-height: 1.25; padding: 0; margin: 0; letter-spacing: -0.01em; }
.what { color: var(--soft); font-size: 0.925rem; line-height: 1.4; padding-top: 0.15rem; }
.st-key-go_on a { background: var(--accent) !important; border: 1px solid var(--accent); border-radius: 0.3rem;
  padding: 0.45rem 0.9rem !important; }
.st-key-go_on a:hover { filter: brightness(0.93); }
.st-key-go_on a p, .st-key-go_on a span { color: var(--on-accent) !important; font-weight: 600; white-space: nowrap; }

.st-key-try, .st-key-how, .st-key-five, .st-key-so_far, .st-key-map, [class*="st-key-door_"] {
  border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.75rem 1rem; position: relative; }
.st-key-try { background: var(--wash); }
.st-key-try [data-testid="stMarkdownContainer"] { margin: 0; }
.st-key-try [data-testid="stMarkdownContainer"] p { margin: 0; font-size: 0.875rem; line-height: 1.4; }
.st-key-try .stVerticalBlock { gap: 0.35rem; }
[class*="st-key-trystep_"] { display: grid; grid-template-columns: minmax(8.5rem, 12rem) 7rem 1fr;
  gap: 0.2rem 0.75rem; }
[class*="st-key-trystep_"] > * { width: auto !important; min-width: 0; }
.stMainBlockContainer { container: page / inline-size; }
.st-key-try_says { min-height: 2.45rem; }
.eyebrow { font-size: 0.78rem; font-weight: 600; color: var(--accent-text); line-height: 1.3; }
.ask { font-size: 1.03rem; line-height: 1.35; padding-top: 0.1rem !important; }
.step b { display: block; font-size: 1rem; line-height: 1.25; font-variant-numeric: tabular-nums; font-weight: 600; }
.step span { display: block; font-size: 0.78rem; line-height: 1.3; color: var(--soft); }
.st-key-try [data-testid="stTextInputRootElement"] { height: 2.1rem; min-height: 0; background: var(--paper); }
.st-key-try input { font-variant-numeric: tabular-nums; font-weight: 600; padding-block: 0.25rem; }
.stMain [data-testid="InputInstructions"] { display: none; }
.bars { display: flex; justify-content: center; align-items: flex-end; gap: 0.9rem; font-size: 0.78rem;
  line-height: 1.3;
  color: var(--soft); text-align: center; }
.bars b { display: block; color: var(--ink); font-variant-numeric: tabular-nums; }
.bars i { display: block; width: 50px; margin: 2px auto 3px; border: 1.5px solid var(--soft); border-bottom: 0;
  border-radius: 3px 3px 0 0; box-shadow: 0 1.5px 0 var(--soft); }
.bars .target i { background: var(--accent); border-color: var(--accent); }
.bars em { display: block; font-style: normal; font-weight: 600; color: var(--accent-text); }
.pt { font-size: 0.85rem; color: var(--soft); }
.pt b { font: 600 1.1rem/1.3 var(--st-code-font, monospace); color: var(--ink); padding-left: 0.3rem; }
.st-key-try_torch { justify-content: center; }
.head { font-weight: 600; font-size: 1rem; }
.st-key-how ol { margin: 0.4rem 0 0; padding-left: 1.3rem; font-size: 0.9rem; line-height: 1.45; }
.st-key-how li { margin: 0 0 0.45rem; padding-left: 0.2rem; }
.st-key-how li::marker { color: var(--accent-text); font-weight: 600; }

.st-key-five { background: var(--wash); gap: 0.5rem; }
.st-key-five .stMarkdown p { margin: 0; line-height: 1.4; }
.st-key-five [data-testid="stMarkdownContainer"] { margin: 0; }
.st-key-five [class*="practice_choices"] button :is(div, span) { width: 100%; justify-content: flex-start; }
.st-key-practice_five .stHorizontalBlock { align-items: center; }
.st-key-practice_five .stElementContainer:has(> .stPageLink) { margin: 0; }
.st-key-practice_five :is([class*="practice_quiz"], [class*="practice_calculation"]) { border: 0; padding: 0; }
@container page (min-width: 901px) {
  .st-key-going_on .curve { height: clamp(96px, 100vh - 590px, 230px); }
}
.st-key-going_on .st-key-stages a { padding-block: 0.34rem !important; }
.st-key-going_on [class*="st-key-stage_"] { padding-left: 0.7rem; padding-right: 0.2rem; }
.st-key-map { padding: 0.55rem 0 0.6rem; }
.st-key-map_top { padding: 0 1rem; }
.st-key-map_top .stElementContainer:has(> .stPageLink) { margin: 0 0 0 auto; }
.st-key-map_top .stPageLink a { padding: 0.1rem 0.3rem; min-height: 0; }
.st-key-map_top .stPageLink a p { font-size: 0.85rem; color: var(--link); }
.st-key-map h2 { font-size: 1.03rem; display: inline; }
.tally { color: var(--soft); font-size: 0.85rem; padding-left: 0.4rem; } .tally b { color: var(--ink); }
.legend { display: inline-flex; gap: 0.9rem; font-size: 0.8rem; color: var(--soft); align-items: center; }
.legend span { display: inline-flex; gap: 0.35rem; align-items: center; }
.dot { width: 13px; height: 13px; border-radius: 50%; display: inline-block; flex: none; box-sizing: border-box;
  border: 1.5px solid var(--soft); background: var(--paper); }
.dot.next { box-shadow: 0 0 0 2px var(--paper), 0 0 0 3.5px var(--accent); margin: 0 3px; width: 9px; height: 9px; }
.dot.done { background: var(--ink); border-color: var(--ink); }
.dot.started { border-color: var(--accent); background: linear-gradient(90deg, var(--accent) 50%, var(--paper) 50%); }
.curve { position: relative; height: 88px; overflow: hidden; }
.curve > .under, .curve > .line, .curve > .been { position: absolute; inset: 0; mask-size: 100% 100%;
  mask-repeat: no-repeat; }
.curve > .under { background: var(--wash); } .curve > .line { background: var(--soft); }
.curve > .been { background: var(--accent); }
.curve > .wall { position: absolute; top: 0; bottom: 0; width: 1px; background: var(--hair); }
.curve > em { position: absolute; font-size: 0.78rem; line-height: 1; color: var(--soft); white-space: nowrap; }
.curve > .dot { position: absolute; transform: translate(-50%, -50%); }
.curve > .dot.here { width: 18px; height: 18px; box-shadow: 0 0 0 4px var(--paper), 0 0 0 5.5px var(--accent); }
[class*="st-key-stage_"] { padding: 0.3rem 0.5rem 0 1rem; }
.st-key-stages [data-testid="stColumn"] { align-self: stretch; }
.st-key-stages [data-testid="stColumn"] + [data-testid="stColumn"] { border-left: 1px solid var(--hair); }
.st-key-stages h3 { font-size: 0.9rem; display: flex; align-items: baseline; gap: 0.45rem; }
.st-key-stages h3 span { white-space: nowrap; color: var(--soft); font-weight: 400; font-size: 0.8rem; }
.st-key-stages .stElementContainer:has(> .stPageLink) { margin: 0; }
.st-key-stages a { position: relative; padding: 0.13rem 0.4rem 0.13rem 1.5rem !important; min-height: 0; margin: 0;
  border-radius: 0.25rem; }
.st-key-stages a p { font-size: 0.875rem; line-height: 1.3; white-space: normal; }
.off { font-size: 0.8rem; line-height: 1.4; color: var(--soft); padding: 0.8rem 0.5rem 0 0.3rem !important; }

[class*="st-key-door_"] { padding: 0.65rem 0.9rem; }
[class*="st-key-door_"]:hover { border-color: var(--accent); }
.stMain .stHtml h3.door { font-size: 0.95rem; line-height: 1.35; }
.why { font-size: 0.85rem; line-height: 1.4; color: var(--soft); padding: 0.2rem 0 !important; }
[class*="st-key-door_"] .stPageLink a, [class*="st-key-door_"] .stButton button { padding: 0.1rem 0 !important;
  background: none !important; min-height: 0; }
[class*="st-key-door_"] .stPageLink a p, [class*="st-key-door_"] .stButton button p { color: var(--link);
  font-size: 0.875rem; font-weight: 600; white-space: normal; }
[class*="st-key-door_"] > .stElementContainer:last-child { margin-top: auto; }
:is(.st-key-door_write, .st-key-door_teach) .stPageLink a::after { content: ""; position: absolute; inset: 0; }
:is(.st-key-door_write, .st-key-door_teach) :is(.stElementContainer, .stPageLink, .stPageLink > div, .stPageLink a) {
  position: static; }
.st-key-door_stuck [data-testid="stTextInputRootElement"] { height: 2.1rem; min-height: 0; margin-top: 0.3rem; }
.st-key-door_stuck input { padding-block: 0.25rem; }
.st-key-door_stuck > .stElementContainer:last-child { margin: 0; }
.st-key-stuck_says { padding-top: 0.3rem; }
.st-key-stuck_says p { font-size: 0.875rem; line-height: 1.4; margin: 0; }

@container page (max-width: 900px) {
  :is(.st-key-beginning, .st-key-going_on) > .stHorizontalBlock,
  :is(.st-key-beginning, .st-key-going_on) > * > .stHorizontalBlock { flex-wrap: wrap; }
  :is(.st-key-beginning, .st-key-going_on) > .stHorizontalBlock > .stColumn,
  :is(.st-key-beginning, .st-key-going_on) > * > .stHorizontalBlock > .stColumn { flex: 1 1 100%; min-width: 100%; }
  .st-key-how ol { columns: 2; column-gap: 2.5rem; } .st-key-how li { break-inside: avoid; }
}
@container page (max-width: 480px) {
  [class*="st-key-trystep_"] { grid-template-columns: minmax(0, 1fr) 7rem; padding-bottom: 0.3rem; }
  [class*="st-key-trystep_"] > :last-child { grid-column: 1 / -1; text-align: right; }
  [class*="st-key-trystep_"] > :last-child:not(:has(.stMarkdownColoredText)) { display: none; }
  .st-key-how ol { columns: 1; }
}
@media (max-width: 1100px) {
  .stMainBlockContainer { padding-inline: 1.5rem; }
  .legend { display: none; }
  .stMain .stHtml h1 { font-size: 1.375rem; }
  [class*="st-key-stage_"] { padding-left: 0.6rem; }
  .st-key-doors .stHorizontalBlock { flex-wrap: wrap; }
  .st-key-doors [data-testid="stColumn"] { flex: 1 1 calc(50% - 1rem); min-width: calc(50% - 1rem); }
}
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 3rem 1rem 2rem; }
  .st-key-home_head { padding: 0 0 0.3rem; flex-wrap: wrap; row-gap: 0.6rem; height: auto !important; }
  .st-key-home_head > * { flex: 0 0 auto; } .st-key-home_head > :first-child { width: 100%; }
  .curve { height: 60px; } .curve > em { display: none; }
  .curve > .dot { width: 10px; height: 10px; } .curve > .dot.here { width: 14px; height: 14px; }
  .st-key-stages .stHorizontalBlock { flex-wrap: wrap; gap: 0.5rem 0; }
  .st-key-stages [data-testid="stColumn"] { flex: 1 1 50%; min-width: 50%; }
  .st-key-stages [data-testid="stColumn"]:nth-child(3) { border-left: 0; }
  .st-key-stages a { padding-block: 0.5rem !important; }
  .st-key-doors [data-testid="stColumn"] { flex: 1 1 100%; min-width: 100%; }
}
"""

CSS = f"<style>\n{RULES}\n{curve_css()}\n</style>"
