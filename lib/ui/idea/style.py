"""The look of an idea strip: boxes for bars, a mask for a curve, and the theme's own colours. Text is 12 px or more."""

CSS = """<style>
.idea { container: idea / inline-size; --right: light-dark(#bf3f10, #f28c5a); --bar: light-dark(#8aa9cf, #4b6a8c);
  --soft: light-dark(#6b6259, #b0a69b); --line: light-dark(#d3cabe, #4a423b); --paper: light-dark(#fffdf9, #1c1917);
  font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
.idea .pic { display: flex; gap: 0.35rem; }
.idea .panel { flex: 1 1 0; min-width: 0; display: grid;
  grid-template: auto var(--high, 5.4rem) auto / auto minmax(0, 1fr);
  column-gap: 0.35rem; }
.idea .panel.wide { flex-grow: 1.5; }
.idea .panel.lattice { flex-grow: 1.7; } .idea .panel.slight { flex-grow: 0.7; }
.idea .arrow { grid-area: 2 / 1; align-self: center; color: var(--soft); width: 1rem; text-align: center; }
.idea .panel:first-child .arrow { width: 0; overflow: hidden; }
.idea .cap { grid-area: 1 / 2; color: var(--soft); text-align: center; white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; line-height: 1.35; }
.idea .box { grid-area: 2 / 2; position: relative; min-width: 0; }
.idea .foot { grid-area: 3 / 2; display: flex; justify-content: center; color: var(--soft); font-size: 0.75rem;
  line-height: 1.4; white-space: nowrap; min-height: 1.05rem; }
.idea .foot.ends { justify-content: space-between; gap: 0.3rem; }
.idea .in { position: absolute; inset: 1.15rem 0 0; display: flex; justify-content: center;
  gap: clamp(2px, 1cqi, 10px); }
.idea .in.tall { top: 3.6rem; } .idea .in.hang { bottom: 1.15rem; } .idea .in.tall.hang { bottom: 3.6rem; }
.idea .pic:has(.tall) { --high: 6.6rem; } .idea .pic:has(.tall.hang) { --high: 10rem; }
.idea .zero { position: absolute; left: 0; right: 0; height: 0; border-bottom: 1px solid var(--line); }
.idea .level { position: absolute; left: 0; right: 0; height: 0; border-bottom: 1.5px dashed var(--right); }
.idea .level em { position: absolute; right: 0; bottom: 1px; font-style: normal; font-size: 0.75rem; line-height: 1.1;
  color: var(--right); background: var(--paper); padding: 0 0.15rem; }
.idea .col { position: relative; flex: 0 1 3.2rem; min-width: 0; }
.idea .col i { position: absolute; left: 12%; right: 12%; min-height: 2px; background: var(--bar);
  border-radius: 3px 3px 0 0; }
.idea .col i.neg { border-radius: 0 0 3px 3px; }
.idea .col i.inf { background: repeating-linear-gradient(135deg, var(--bar) 0 4px, transparent 4px 7px); }
.idea .target i { background: var(--right); }
.idea .target i.inf { background: repeating-linear-gradient(135deg, var(--right) 0 4px, transparent 4px 7px); }
.idea .hollow i { background: none; border: 1.5px solid var(--soft); box-sizing: border-box; min-height: 3px; }
.idea .col b { position: absolute; left: 50%; transform: translateX(-50%); font-weight: 400; white-space: nowrap;
  line-height: 1.2; padding: 1px 0; }
.idea .tall .col b { writing-mode: vertical-rl; font-size: 0.75rem; padding: 2px 0; }
.idea .target, .idea .target b { color: var(--right); font-weight: 600; }
.idea .name { flex: 0 1 3.2rem; min-width: 0; display: flex; justify-content: center; }
.idea .foot.names { gap: clamp(2px, 1cqi, 10px); }
.idea .plot { position: absolute; inset: 0.35rem 0 0; border: solid var(--line); border-width: 0 0 1px 1px; }
.idea .plot.even { left: 50%; right: auto; translate: -50%; aspect-ratio: 2; border: 0; }
.idea .in.few .col, .idea .few .name { flex-basis: 5rem; }
.idea .few .col i { left: 24%; right: 24%; }
.idea .pairs .col:nth-of-type(2n + 3), .idea .pairs .name:nth-of-type(2n + 3) { margin-left: 0.5rem; }
.idea .plot.bare { border-width: 0; }
.idea .plot s { position: absolute; inset: 0; background: var(--soft); mask-size: 100% 100%; }
.idea .plot s.dash { background: var(--right); }
.idea .axis-x { position: absolute; left: 0; right: 0; border-bottom: 1px solid var(--line); }
.idea .axis-y { position: absolute; top: 0; bottom: 0; border-left: 1px solid var(--line); }
.idea u { position: absolute; width: 10px; height: 10px; margin: 0 0 -5px -5px; border-radius: 50%;
  text-decoration: none; background: var(--bar); box-sizing: border-box; }
.idea u.target { background: var(--right); }
.idea u.hollow { background: var(--paper); border: 1.5px solid var(--soft); }
.idea u.quiet { background: var(--soft); }
.idea .plot em { position: absolute; font-style: normal; white-space: nowrap; line-height: 1.15; padding: 0 0.15rem;
  background: color-mix(in srgb, var(--paper) 75%, transparent); border-radius: 2px; }
.idea .plot em.target { color: var(--right); font-weight: 600; }
.idea .plot em b { font-weight: inherit; }
.idea .plot em small { font-size: 0.75rem; color: var(--soft); font-weight: 400; }
.idea .cells { position: absolute; inset: 0.2rem 0 0; display: grid; gap: 2px; }
.idea .cells > span { display: flex; align-items: center; justify-content: center; font-size: 0.75rem; min-width: 0;
  line-height: 1; overflow: hidden; }
.idea .cells .c { border-radius: 2px; border: 1px solid var(--line); }
.idea .cells .c.open { border-style: dashed; }
.idea .says { margin: 0.35rem 0 0; font-size: 0.875rem; line-height: 1.4; }
.idea .says b { color: var(--right); font-weight: 600; white-space: nowrap; }
.idea .meets { margin: 0.1rem 0 0; font-size: 0.8125rem; line-height: 1.4; color: var(--soft);
  overflow-wrap: anywhere; }
@container idea (max-width: 36rem) {
  .idea .pic { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0.3rem 0.3rem; }
  .idea .panel { grid-template-rows: auto var(--high, 4rem) auto; column-gap: 0.1rem; }
  .idea .panel .arrow, .idea .panel:first-child .arrow { width: 0.85rem; }
  .idea .in.slim { top: 3.6rem; } .idea .in.slim.hang { bottom: 3.6rem; }
  .idea .pic:has(.slim, .tall) { --high: 6rem; } .idea .pic:has(.slim.hang, .tall.hang) { --high: 9.6rem; }
  .idea .slim .col b { writing-mode: vertical-rl; font-size: 0.75rem; padding: 2px 0; }
  .idea .panel.lattice { grid-column: 1 / -1; } .idea .pic:has(.lattice) .panel:not(.lattice) {
    grid-template-rows: auto 4rem auto; }
  .idea .panel:nth-child(2n + 1):last-child { grid-column: 1 / -1; }
  .idea .panel:nth-child(2n + 1):last-child .box:has(.in, .even, .cells) { max-width: 18rem;
    justify-self: center; width: 100%; }
}
</style>"""
