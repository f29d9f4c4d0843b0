// A browser's translator puts <font> elements where React put its texts, and React stumbles over texts that are not
// where it left them: the page would be lost while somebody types. Here a text may be inside such an element, or gone
// with the element in its place; either way what React asks for is done.
const standIns = new WeakMap(); // a text that a translator took away -> what stands there instead
const native = { removeChild: Node.prototype.removeChild, insertBefore: Node.prototype.insertBefore };
const isFont = (node) => node?.nodeName === "FONT";

function noteStandIns({ addedNodes, removedNodes, previousSibling, nextSibling }) {
  for (const text of removedNodes) {
    if (text.nodeType !== Node.TEXT_NODE || text.parentNode) continue;
    const standIn = [...addedNodes, previousSibling, nextSibling].find(isFont);
    if (standIn) standIns.set(text, standIn);
  }
}

// What stands directly in `parent` and is, or holds, or replaces `node`.
function placeIn(parent, node) {
  let place = parent.contains(node) ? node : standIns.get(node);
  while (place && place.parentNode !== parent) place = place.parentNode;
  return place ?? null;
}

function removeChild(child) {
  if (child.parentNode === this) return native.removeChild.call(this, child);
  if (!this.contains(child)) {
    placeIn(this, child)?.remove();
    return child;
  }
  let holder = child.parentNode;
  native.removeChild.call(holder, child);
  for (let above; holder !== this && isFont(holder) && !holder.hasChildNodes(); holder = above) {
    above = holder.parentNode;
    native.removeChild.call(above, holder);
  }
  return child;
}

function insertBefore(node, next) {
  standIns.get(node)?.remove();
  const place = !next || next.parentNode === this ? next : placeIn(this, next);
  return native.insertBefore.call(this, node, place);
}

// A text that changes comes back in the place of its translation, to be translated anew.
function changingComesBack() {
  const { get, set } = Object.getOwnPropertyDescriptor(Node.prototype, "nodeValue");
  const change = function (text) {
    set.call(this, text);
    const standIn = this.parentNode ? null : standIns.get(this);
    if (standIn?.isConnected) standIn.replaceWith(this);
  };
  Object.defineProperty(Node.prototype, "nodeValue", { get, set: change, configurable: true, enumerable: true });
}

function bearTranslators() {
  Object.assign(Node.prototype, { removeChild, insertBefore });
  changingComesBack();
}
