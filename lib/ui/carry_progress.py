"""Progress as a link to copy or scan, and the other end: the browser that opens it reads and merges it by itself.

Progress stands in the address behind #, which browsers keep to themselves: it is not sent to the server.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

import streamlit as st

from lib.practice.carried import (
    EXERCISES_IN_ORDER,
    LESSONS_IN_ORDER,
    MOST_CHARACTERS,
    edition,
    states,
    whole,
)
from lib.practice.record import (
    LAST_DAY,
    MOST_ASKED,
    MOST_TIMES,
    MOST_WORKED,
    NAME,
    NUMBERS,
    TO_BE_DONE,
    TO_BE_KNOWN,
    LessonRecord,
)
from lib.refusal import Refusal
from lib.ui.browser_storage import JS, PREFIX, take_carried, trouble_words
from lib.ui.qr_picture import qr_picture
from lib.ui.text import say

WHOLE, STATES = "p", "s"  # what stands between # and =

LINK_HTML = '<input type="text" readonly> <button type="button"></button><p role="status"></p>'
LINK_CSS = """
:host, div { display: block; }
input, button {
  font: 0.875rem/1.4 var(--st-font); min-height: 2.5rem; padding: 0.25rem 0.75rem; box-sizing: border-box;
  color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
}
input { width: min(22rem, 100%); text-overflow: ellipsis; font-size: 16px; }
button { cursor: pointer; }
button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-link-color); }
p { margin: 0.25rem 0 0; font: 0.875rem/1.4 var(--st-font); }
"""
# Without a clipboard (plain http) the old command copies; where that fails too, the text is selected for the keyboard.
LINK_JS = """
export default function ({ data, parentElement }) {
  const field = parentElement.querySelector("input");
  const said = parentElement.querySelector("p");
  const button = parentElement.querySelector("button");
  field.value = data.link;
  field.setAttribute("aria-label", data.words.label);
  button.textContent = data.words.copy;
  button.onclick = async () => {
    field.select();
    let copied = false;
    try { await navigator.clipboard.writeText(data.link); copied = true; }
    catch { copied = document.execCommand("copy"); }
    said.textContent = copied ? data.words.copied : data.words.by_hand;
  };
}
"""

TAKE_HTML = '<p role="status"></p><button type="button" hidden></button>'
TAKE_JS = (
    JS
    + """
const whole = (value, most) => Number.isInteger(value) && value >= 0 && value <= most;
const isPlain = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const bytesOf = (text) => {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw new Error("strange");
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
};

const unpacked = async (bytes, most) => {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > most) { reader.cancel(); throw new Error("strange"); }
    parts.push(next.value);
  }
  return JSON.parse(await new Blob(parts).text());
};

const isAsked = (asked, of) => Array.isArray(asked) && asked.length === 3
  && whole(asked[0], of.times) && whole(asked[1], of.day) && whole(asked[2], of.times);
const isLesson = (kept, of) => isPlain(kept) && typeof kept.right === "boolean" && typeof kept.done === "boolean"
  && whole(kept.row, of.row) && whole(kept.known, of.known)
  && Array.isArray(kept.worked)
  && kept.worked.every((name) => typeof name === "string" && new RegExp(`^(?:${of.numbers})$`).test(name))
  && isPlain(kept.asked)
  && Object.entries(kept.asked).every(([name, one]) =>
    new RegExp(`^(?:${of.name})$`).test(name) && isAsked(one, of));

const later = (one, other) => {  // the last seen; on the same day the better
  for (const place of [1, 0, 2]) if (one[place] !== other[place]) return one[place] > other[place] ? one : other;
  return one;
};
const together = (one, other, of) => {
  const asked = { ...one.asked };
  for (const [name, its] of Object.entries(other.asked)) {
    asked[name] = Object.hasOwn(asked, name) ? later(asked[name], its) : its;
  }
  const inOrder = Object.entries(asked).sort(([a, x], [b, y]) => x[1] - y[1] || (a < b ? -1 : 1));
  return {
    right: one.right || other.right, row: Math.max(one.row, other.row), known: Math.max(one.known, other.known),
    done: one.done || other.done, worked: [...new Set([...one.worked, ...other.worked])].slice(-of.worked),
    asked: Object.fromEntries(inOrder.slice(-of.asked)),
  };
};
globalThis.torchByHandTogether = together;

const parsed = (text, fits) => {
  try { const kept = JSON.parse(text); return fits(kept) ? kept : null; } catch { return null; }
};

const fromStates = (text, data) => {
  if (text.slice(0, 4) !== data.edition) throw new Error("edition");
  const bits = [...bytesOf(text.slice(4))].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const needed = 2 * data.lessons.length + data.exercises.length;
  if (bits.length < needed || bits.length >= needed + 8) throw new Error("strange");
  const lessons = {};
  data.lessons.forEach((slug, place) => {
    const state = parseInt(bits.slice(2 * place, 2 * place + 2), 2);
    if (state) {
      lessons[slug] = { right: state > 1, row: 0, known: 0, done: state > 2, worked: [], asked: {} };
    }
  });
  return { lessons, solved: data.exercises.filter((_, place) => bits[2 * data.lessons.length + place] === "1") };
};

const carried = async (fragment, data) => {
  const [, kind, text] = /^#([a-z])=(.+)$/.exec(fragment) ?? [];
  if (!kind || text.length > data.most) throw new Error("strange");
  const came = kind === data.states ? fromStates(text, data)
    : kind === data.whole ? await unpacked(bytesOf(text), 20 * data.most) : null;
  if (!isPlain(came) || !isPlain(came.lessons) || !Array.isArray(came.solved)) throw new Error("strange");
  if (!Object.values(came.lessons).every((kept) => isLesson(kept, data.of))) throw new Error("strange");
  return came;
};

const merged = (came, data) => {  // what is to be written: only what becomes better
  const write = {};
  for (const slug of data.lessons.filter((slug) => Object.hasOwn(came.lessons, slug))) {
    const key = data.prefix + "lesson/" + slug;
    const here = parsed(localStorage.getItem(key), (kept) => isLesson(kept, data.of));
    const text = JSON.stringify(here ? together(here, came.lessons[slug], data.of) : came.lessons[slug]);
    if (text !== JSON.stringify(here)) write[key] = text;
  }
  for (const slug of data.exercises.filter((slug) => came.solved.includes(slug))) {
    const key = data.prefix + "record/" + slug;
    const here = parsed(localStorage.getItem(key), (kept) => isPlain(kept) && Array.isArray(kept.attempts))
      ?? { attempts: [], hints: 0, shown: false, passed: false };
    if (!here.passed) write[key] = JSON.stringify({ ...here, passed: true });
  }
  return write;
};

export default function ({ data, parentElement, setTriggerValue }) {
  const said = parentElement.querySelector("p");
  const undo = parentElement.querySelector("button");
  undo.textContent = data.words.undo;
  const put = (texts) => {
    for (const [key, text] of Object.entries(texts)) {
      if (text === null) localStorage.removeItem(key); else localStorage.setItem(key, text);
    }
    setTriggerValue("content", content(data.prefix));
  };
  const take = async () => {
    const fragment = location.hash;
    if (fragment.length < 2) return;
    history.replaceState(history.state, "", location.pathname + location.search);
    undo.hidden = true;
    try {
      const write = merged(await carried(fragment, data), data);
      const count = Object.keys(write).length;
      if (!count) { said.textContent = data.words.nothing_new; return; }
      const before = Object.fromEntries(Object.keys(write).map((key) => [key, localStorage.getItem(key)]));
      try { put(write); } catch (error) { put(before); throw error; }
      said.textContent = data.words.taken.replace("{count}", count);
      undo.hidden = false;
      undo.onclick = () => { put(before); undo.hidden = true; said.textContent = data.words.undone; };
    } catch (error) {
      said.textContent = error.message === "edition" ? data.words.edition
        : error instanceof DOMException && error.name !== "InvalidCharacterError" ? data.words[troubleOf(error)]
        : data.words.strange;
    }
  };
  take();
  addEventListener("hashchange", take);
  return () => removeEventListener("hashchange", take);
}
"""
)

_link = st.components.v2.component("progress_link", html=LINK_HTML, css=LINK_CSS, js=LINK_JS)
_taker = st.components.v2.component("progress_taker", html=TAKE_HTML, css=LINK_CSS, js=TAKE_JS)


def progress_link(lessons: Mapping[str, LessonRecord], solved: Collection[str]) -> None:
    """The link to this page with progress behind its #, and a code to scan that holds how far each lesson is."""
    here = urlsplit(st.context.url or "")
    address = f"{here.scheme}://{here.netloc}{here.path}#"
    words = {
        "label": say("Link with your progress"),
        "copy": say("Copy the link"),
        "copied": say("Copied. Open it on the other device."),
        "by_hand": say("The link is selected: copy it with your keyboard."),
    }
    _link(key="progress_link", data={"link": f"{address}{WHOLE}={whole(lessons, solved)}", "words": words})
    try:
        qr_picture(f"{address}{STATES}={states(lessons, solved)}", "progress_code")
    except Refusal:
        st.caption(say("This server's address is too long for a code that can be scanned: take the link."))
        return
    st.caption(
        say("The code holds what is begun and done. The link holds more: what you fell for, and when it comes back.")
    )


def take_carried_progress() -> None:
    """Where the address brings progress along, the browser puts it to its own, and says so."""
    of = {
        "row": TO_BE_DONE,
        "known": TO_BE_KNOWN,
        "worked": MOST_WORKED,
        "asked": MOST_ASKED,
        "times": MOST_TIMES,
        "day": LAST_DAY,
        "name": NAME.pattern,
        "numbers": NUMBERS.pattern,
    }
    words = trouble_words() | {
        "taken": say("Taken over: {count} lessons and exercises are further along here now."),
        "nothing_new": say("Nothing new in this link: this browser is as far already."),
        "strange": say("This link holds no progress that can be read. Nothing was changed."),
        "edition": say("This code was made by another version of the app. Nothing was changed; make a new one there."),
        "undo": say("Undo"),
        "undone": say("Undone: everything is as it was before the link."),
    }
    data = {
        "prefix": PREFIX,
        "lessons": LESSONS_IN_ORDER,
        "exercises": EXERCISES_IN_ORDER,
        "edition": edition(),
        "whole": WHOLE,
        "states": STATES,
        "most": MOST_CHARACTERS,
        "of": of,
        "words": words,
    }
    _taker(key="progress_taker", data=data, on_content_change=lambda: take_carried("progress_taker"))
