/* Follows the report: a new version is shown where the reader was, a mistake lies over the last good one. */
"use strict";
(() => {
  const place = "report-builder:place";
  const note = document.createElement("pre");
  note.id = "watch-note";
  note.setAttribute("role", "status");
  note.style.cssText =
    "position:fixed;inset:auto 0 0 0;max-height:45vh;overflow:auto;margin:0;padding:.8em 1.2em;z-index:99;" +
    "white-space:pre-wrap;font:14px/1.45 ui-monospace,monospace;color:#fff;background:#7d1f1f;box-shadow:0 0 12px #0008";
  const say = (words) => {
    note.textContent = words;
    note.hidden = !words;
  };
  say(noted);
  document.body.append(note);
  const kept = sessionStorage.getItem(place);
  if (kept !== null) {
    history.scrollRestoration = "manual";
    scrollTo({ top: Number(kept), behavior: "instant" });
    sessionStorage.removeItem(place);
  }
  const follow = async () => {
    try {
      const state = await (await fetch(`/state?since=${version}`)).json();
      if (state.page !== page) {
        sessionStorage.setItem(place, String(scrollY));
        location.reload();
        return;
      }
      version = state.version;
      say(state.note);
    } catch {
      say("report-builder watch has ended: nothing follows the files any more.");
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    follow();
  };
  follow();
})();
