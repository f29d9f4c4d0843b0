// What the fields of a lesson need beyond Streamlit's: names in words, a phone's keyboard that changes nothing, a row of
// keys above it, and verdicts that are said.
const ENTRIES = ["_row_", "_input_card"].map((part) => `[class*="${part}"] [data-testid="stTextInputField"]`).join();
const AS_IT_IS = [
  ".katex, code, pre, .aligned, .cm-editor, input, textarea",
  '[class*="_row_"] > :nth-child(2)', '[class*="_torch"] strong', // values
  '[class*="_input_card"] [data-testid="stWidgetLabel"]', // names of PyTorch's
].join();
const CHINESE = /[\u3400-\u9fff]/;
const PHONE = matchMedia("(pointer: coarse), (max-width: 480px)");
const KEYS = [["−", "-"], ["^", "^"], ["(", "("], [")", ")"], ["e", "e"], ["log", "log("], ["√", "√("], [",", ", "],
  ["[", "["], ["]", "]"]];

const set = (node, name, value) => { if (node.getAttribute(name) !== value) node.setAttribute(name, value); };

// Streamlit names a field by its label's Markdown: "input :gray[(3, 2) float32]" is "input, 3 by 2, float32".
const MARKDOWN = /\\.|[*`]|:\w+\[|&#/;
const inWords = (label) => label
  .replace(/ ?:[a-z]+\[([^\]]*)\]/g, ", $1")
  .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
  .replace(/\\(.)/g, "$1")
  .replace(/\*\*|`/g, "")
  .replace(/, \((\d[\d, ]*|)\) /, (_, sizes) => {
    const each = sizes.split(",").map((size) => size.trim()).filter(Boolean);
    return each.length === 0 ? ", one number, " : each.length === 1 ? `, ${each[0]} numbers, ` : `, ${each.join(" by ")}, `;
  });

function markName(node) {
  const name = node.getAttribute("aria-label");
  if (MARKDOWN.test(name)) set(node, "aria-label", inWords(name));
}

// What is wider than its place can be moved by keyboard too.
function markScrolling(node) {
  const hides = node.scrollWidth > node.clientWidth + 1 || (node.nodeName === "PRE" && node.scrollHeight > node.clientHeight + 1);
  if (hides) set(node, "tabindex", "0");
  else node.removeAttribute("tabindex");
}

// A name in Chinese stands in a colour of its own.
function markLanguage(node) {
  if (!CHINESE.test(node.textContent)) return;
  set(node, "lang", "zh-Hans");
  set(node, "translate", "no");
}

function markEntry(field) {
  set(field, "autocapitalize", "none");
  set(field, "autocorrect", "off");
  set(field, "autocomplete", "off");
  set(field, "spellcheck", "false");
}

function markAll() {
  document.querySelectorAll(AS_IT_IS).forEach((node) => set(node, "translate", "no"));
  document.querySelectorAll(ENTRIES).forEach(markEntry);
  document.querySelectorAll(".stMarkdownColoredText").forEach(markLanguage);
  document.querySelectorAll("[aria-label]").forEach(markName);
  document.querySelectorAll('[class*="_row_"] p, pre').forEach(markScrolling);
  document.querySelectorAll('[data-testid="stNumberInputField"]').forEach((node) => set(node, "inputmode", "decimal"));
}

// React keeps a field's value itself, and hears of a change only through the browser's own setter and an event.
function insert(field, text) {
  field.focus();
  const { selectionStart: start, selectionEnd: end, value } = field;
  const { set: setValue } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
  setValue.call(field, value.slice(0, start) + text + value.slice(end));
  field.dispatchEvent(new InputEvent("input", { bubbles: true, data: text, inputType: "insertText" }));
  field.setSelectionRange(start + text.length, start + text.length);
}

function makeKeys(words) {
  const bar = document.createElement("section");
  bar.className = "entry_keys";
  bar.hidden = true;
  bar.translate = false;
  bar.setAttribute("aria-label", words.keys);
  let field = null;
  for (const [sign, text] of KEYS) {
    const key = document.createElement("button");
    Object.assign(key, { type: "button", textContent: sign, tabIndex: -1 });
    if (words.names[sign]) key.setAttribute("aria-label", words.names[sign]);
    key.addEventListener("click", () => field?.isConnected && insert(field, text));
    bar.append(key);
  }
  for (const kind of ["pointerdown", "mousedown"]) bar.addEventListener(kind, (event) => event.preventDefault());
  const place = () => {
    const seen = window.visualViewport;
    bar.style.top = `${(seen ? seen.offsetTop + seen.height : innerHeight) - bar.offsetHeight}px`;
  };
  const show = (event) => {
    if (!PHONE.matches || !event.target.matches?.(ENTRIES)) return;
    field = event.target;
    if (!bar.isConnected) document.querySelector('[data-testid="stApp"]').append(bar);
    bar.hidden = false;
    place();
    if (field.getBoundingClientRect().bottom > bar.getBoundingClientRect().top) field.scrollIntoView({ block: "center" });
  };
  addEventListener("focusin", show);
  show({ target: document.activeElement }); // somebody was quicker than this
  addEventListener("focusout", (event) => { bar.hidden = !event.relatedTarget?.matches(ENTRIES); });
  window.visualViewport?.addEventListener("resize", place);
  window.visualViewport?.addEventListener("scroll", place);
}

// A formula stands in the page three times: as MathML, as TeX, and as what is seen.
function spoken(part) {
  const copy = part?.cloneNode(true);
  copy?.querySelectorAll(".katex-html, annotation").forEach((again) => again.remove());
  return copy?.textContent.trim() ?? "";
}

// A region that is there before its words: what came of an entry, once the server has answered.
function makeSpeaker() {
  const region = document.createElement("div");
  region.className = "spoken_verdict";
  region.setAttribute("role", "status");
  region.setAttribute("aria-live", "polite");
  const resting = () => document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === "notRunning";
  let count = 0;
  const say = async (row) => {
    const mine = ++count;
    const wait = (time) => new Promise((done) => setTimeout(done, time));
    attach();
    region.textContent = "";
    for (let turn = 0; turn < 100 && (turn < 2 || !resting()); turn++) await wait(200);
    const now = row.isConnected ? row : document.getElementsByClassName(row.dataset.spokenAs)[0];
    const words = now ? [now.children[2], now.children[4]].map(spoken).filter(Boolean) : [];
    const name = now?.querySelector("input")?.getAttribute("aria-label") ?? "";
    if (mine === count && words.length) region.textContent = `${name}: ${words.join(". ")}`;
  };
  const attach = () => region.isConnected || document.querySelector('[data-testid="stApp"]')?.append(region);
  const heard = new WeakMap(); // a field -> what stood in it when it was entered, or last committed
  const committed = ({ target, type, key }) => {
    const row = target.matches?.(ENTRIES) && target.closest('[class*="_row_"]');
    if (!row || (type === "keydown" && key !== "Enter") || heard.get(target) === target.value) return;
    heard.set(target, target.value);
    row.dataset.spokenAs = [...row.classList].find((name) => name.includes("_row_"));
    say(row);
  };
  addEventListener("focusin", ({ target }) => heard.has(target) || heard.set(target, target.value), true);
  addEventListener("focusout", committed, true);
  addEventListener("keydown", committed, true);
  attach();
}
