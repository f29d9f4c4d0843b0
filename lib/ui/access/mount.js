function watchThePage() {
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; markAll(); });
  };
  const observer = new MutationObserver((records) => { records.forEach(noteStandIns); soon(); });
  const what = { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label"] };
  observer.observe(document.body, what);
  markAll();
}

export default function ({ data }) {
  if (globalThis.torchByHandAccess) return;
  globalThis.torchByHandAccess = true;
  bearTranslators();
  makeKeys(data);
  makeSpeaker();
  watchThePage();
}
