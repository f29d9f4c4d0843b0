"""The pictures of a run while it trains, all on one canvas: charts that are replaced would flicker."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import streamlit as st

from lib.training.net.look import class_map, fitted_curve, plane_points
from lib.training.net.run import Run
from lib.ui.text import say

SIDE = 40  # of the grid that the plane is coloured by
MOST_IN_LINE = 120  # points of a small line
HEIGHT = 340

JS = """
export default function ({ parentElement, data }) {
  const canvas = parentElement.querySelector("canvas");
  const draw = () => paint(canvas, parentElement, data);
  draw();
  const watch = new ResizeObserver(draw);
  watch.observe(parentElement.querySelector("div"));
  return () => watch.disconnect();
}

const FALLBACK = ["#2166ac", "#bf3f10", "#12806a"];

function paint(canvas, parent, data) {
  const style = getComputedStyle(parent.querySelector("div"));
  const listed = style.getPropertyValue("--st-chart-categorical-colors").split(/,(?![^(]*\\))/).map((c) => c.trim());
  const colours = listed.length > 2 ? listed : FALLBACK;
  const width = parent.querySelector("div").clientWidth;
  const wide = width > 520;
  const side = Math.min(data.height, wide ? width / 2 : width);
  const height = wide ? side : side + data.height;
  const scale = window.devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.height = height + "px";
  canvas.setAttribute("aria-label", data.says);
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.font = "12px " + style.fontFamily;
  const ink = style.color;
  world(pen, data.world, { x: 0, y: 0, w: side, h: side }, colours, ink);
  const beside = { x: side + 18, y: 0, w: width - side - 18, h: side };
  const box = wide ? beside : { x: 0, y: side + 12, w: width, h: data.height - 12 };
  const rows = Math.ceil(data.panels.length / 2);
  data.panels.forEach((panel, i) => {
    const w = (box.w - 16) / 2;
    const h = (box.h - 14 * (rows - 1)) / rows;
    const at = { x: box.x + (i % 2) * (w + 16), y: box.y + Math.floor(i / 2) * (h + 14), w, h };
    lines(pen, panel, at, colours, ink);
  });
}

function world(pen, world, box, colours, ink) {
  const [left, right] = world.x, [low, high] = world.y;
  const across = (x) => box.x + ((x - left) / (right - left)) * box.w;
  const up = (y) => box.y + box.h - ((y - low) / (high - low)) * box.h;
  pen.save();
  pen.beginPath();
  pen.rect(box.x, box.y, box.w, box.h);
  pen.clip();
  const n = world.side;
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      const shade = world.shade[j * n + i];
      if (shade === undefined) continue;
      const number = Math.floor(shade / 100);
      pen.globalAlpha = 0.06 + 0.54 * ((shade % 100) / 99);
      pen.fillStyle = colours[number];
      const x0 = Math.round(box.x + (i / n) * box.w), x1 = Math.round(box.x + ((i + 1) / n) * box.w);
      const y0 = Math.round(box.y + box.h - ((j + 1) / n) * box.h), y1 = Math.round(box.y + box.h - (j / n) * box.h);
      pen.fillRect(x0, y0, x1 - x0, y1 - y0);
    }
  }
  pen.globalAlpha = 1;
  const classes = world.classes;
  world.points.forEach(([x, y, label, test]) => {
    pen.beginPath();
    pen.arc(across(x), up(y), 2.8, 0, 7);
    pen.fillStyle = pen.strokeStyle = classes ? colours[label] : ink;
    pen.globalAlpha = classes ? 0.95 : 0.4;
    pen.lineWidth = 1.2;
    test ? pen.stroke() : pen.fill();
  });
  pen.globalAlpha = 1;
  if (world.curve) {
    pen.beginPath();
    world.curve[0].forEach((x, i) => pen.lineTo(across(x), up(world.curve[1][i])));
    pen.strokeStyle = colours[1];
    pen.lineWidth = 3;
    pen.stroke();
  }
  pen.restore();
  pen.strokeStyle = ink;
  pen.globalAlpha = 0.35;
  pen.lineWidth = 1;
  pen.strokeRect(box.x + 0.5, box.y + 0.5, box.w - 1, box.h - 1);
  pen.globalAlpha = 1;
}

function short(v) {
  const plain = v === 0 || (Math.abs(v) >= 1e-3 && Math.abs(v) < 1e4);
  return plain ? String(+v.toPrecision(3)) : v.toExponential(1);
}

function lines(pen, panel, box, colours, ink) {
  const drawable = (v) => v !== null && (!panel.log || v > 0);
  const every = panel.lines.flatMap((line) => line.y).filter(drawable);
  const scaled = panel.log ? Math.log10 : (v) => v;
  pen.fillStyle = ink;
  pen.textBaseline = "top";
  pen.textAlign = "left";
  pen.fillText(panel.title, box.x, box.y);
  const start = box.x + pen.measureText(panel.title).width + 7;
  let end = box.x + box.w;
  pen.textAlign = "right";
  [...panel.lines].reverse().forEach((line, back) => {
    if (!line.name || end - pen.measureText(line.name).width < start) return;
    pen.fillStyle = colours[(panel.lines.length - 1 - back) % colours.length];
    pen.fillText(line.name, end, box.y);
    end -= pen.measureText(line.name).width + 7;
  });
  const top = box.y + 20, height = box.h - 36;
  pen.strokeStyle = ink;
  pen.lineWidth = 1;
  pen.globalAlpha = 0.25;
  pen.strokeRect(box.x + 0.5, top + 0.5, box.w - 1, height);
  pen.globalAlpha = 1;
  pen.fillStyle = ink;
  if (!every.length) return;
  let low = Math.min(...every), high = Math.max(...every);
  if (panel.range) [low, high] = panel.range;
  const reach = low === high ? short(low) : short(low) + " – " + short(high);
  pen.textAlign = "left";
  pen.fillText(reach, box.x, top + height + 3);
  pen.textAlign = "right";
  const fits = pen.measureText(reach + panel.until).width + 8 < box.w;
  if (fits) pen.fillText(panel.until, box.x + box.w, top + height + 3);
  const bottom = scaled(low), span = scaled(high) - bottom || 1;
  panel.lines.forEach((line, i) => {
    pen.beginPath();
    pen.setLineDash(i ? [5, 3] : []);
    pen.strokeStyle = colours[i % colours.length];
    pen.lineWidth = 1.8;
    let down = false;
    line.y.forEach((value, k) => {
      if (!drawable(value)) { down = false; return; }
      const x = box.x + 2 + (line.x[k] / panel.last) * (box.w - 4);
      const part = low === high ? 0.5 : (scaled(value) - bottom) / span;
      const y = top + height - 3 - part * (height - 6);
      down ? pen.lineTo(x, y) : pen.moveTo(x, y);
      down = true;
    });
    pen.stroke();
  });
  pen.setLineDash([]);
}
"""

CSS = """
div { width: 100%; color: var(--st-text-color); font-family: var(--st-font); }
canvas { width: 100%; display: block; }
"""

_component = st.components.v2.component(
    "live_training", html="<div><canvas role='img' aria-label='The run'></canvas></div>", css=CSS, js=JS
)


def live_pictures(run: Run, key: str) -> None:
    """The plane or the curve, and four small charts: loss, accuracy, learning rate, gradient norms."""
    _component(key=key, data=picture_data(run), width="stretch", height="content")


def picture_data(run: Run) -> dict[str, Any]:
    """All that the canvas shows, as plain numbers."""
    return {"height": HEIGHT, "says": summary(run), "world": _world(run), "panels": list(_panels(run))}


def summary(run: Run) -> str:
    scores = run.scores
    text = say("epoch {epoch}, train loss {loss:.4g}", epoch=run.epoch, loss=scores.train_loss)
    if run.settings.data_set.classes:
        text += say(", {share:.1%} of the test points right", share=scores.test_accuracy)
    return text


def _world(run: Run) -> dict[str, Any]:
    classes = run.settings.data_set.classes
    world: dict[str, Any] = {"classes": classes, "points": plane_points(run), "shade": [], "side": 0, "curve": None}
    if classes:
        plane = class_map(run, run.weights, SIDE)
        shade = plane.shade.astype(int) * 100 + ((plane.shade % 1) * 99).astype(int)
        ends = [[float(v[0]), float(v[-1])] for v in (plane.x, plane.y)]
        return world | {"x": ends[0], "y": ends[1], "shade": shade.ravel().tolist(), "side": SIDE}
    x, y = fitted_curve(run, run.weights, MOST_IN_LINE)
    low, high = float(run.points.train_target.min()) - 0.2, float(run.points.train_target.max()) + 0.2
    return world | {"x": [float(x[0]), float(x[-1])], "y": [low, high], "curve": [_few(x.tolist()), _few(y.tolist())]}


def _panels(run: Run) -> Iterator[dict[str, Any]]:
    """Title, whether its axis is logarithmic, how far it reaches, and its lines."""
    scores, updates = run.history.scores, run.history.updates.entries
    epochs = _few(range(len(scores)))
    until = say("{count} epochs", count=run.settings.epochs)

    def by_epoch(*names: str) -> list[dict[str, Any]]:
        return [{"name": n.partition("_")[0], "x": epochs, "y": _few([getattr(s, n) for s in scores])} for n in names]

    last = run.settings.epochs
    yield {
        "title": say("loss"),
        "log": True,
        "until": until,
        "last": last,
        "lines": by_epoch("train_loss", "test_loss"),
    }
    if run.settings.data_set.classes:
        both = by_epoch("train_accuracy", "test_accuracy")
        yield {"title": say("accuracy"), "until": until, "last": last, "lines": both, "range": _accuracy_range(run)}
    at = _few([update for update, _ in updates])
    last = run.settings.epochs * run.settings.updates_per_epoch
    until = say("{count} updates", count=last)
    rates = [{"name": "", "x": at, "y": _few(y)} for y in zip(*(u.rates for _, u in updates), strict=True)]
    yield {"title": say("learning rate"), "until": until, "last": last, "lines": rates}
    norms = zip(*(u.norms for _, u in updates), strict=True)
    layers = [{"name": str(i) if i > 1 else say("layer 1"), "x": at, "y": _few(y)} for i, y in enumerate(norms, 1)]
    yield {"title": say("gradient"), "log": True, "until": until, "last": last, "lines": layers}


def _accuracy_range(run: Run) -> list[float]:
    """From the lowest accuracy up to 1, where every point is right."""
    return [min(min(s.train_accuracy, s.test_accuracy) for s in run.history.scores), 1.0]


def _few(numbers: Sequence[float]) -> list[float | None]:
    """At most MOST_IN_LINE of them, the last among them, to four digits; None for what cannot be drawn."""
    step = -(-len(numbers) // MOST_IN_LINE)
    chosen = list(numbers[::-1][::step][::-1]) if numbers else []
    return [float(f"{v:.4g}") if math.isfinite(v) else None for v in chosen]
