// What the page does beyond being read: without this file all of it is there, still and open. `words` is in the report's language.
{
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, attributes, ...children) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(...children);
    return made;
  };
  const targetOf = (link) => document.getElementById(decodeURIComponent(link.hash.slice(1)));

  function foldContents(contents) {
    const narrow = matchMedia("(max-width: 70rem)");
    const fold = () => { contents.open = !narrow.matches; };
    fold();
    narrow.addEventListener("change", fold);
    contents.addEventListener("click", (event) => { if (event.target.closest("a")) fold(); });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") fold(); });
  }

  function markSection(contents) {
    const links = all("a", contents).map((link) => [link, targetOf(link)]).filter(([, head]) => head);
    const place = contents.querySelector("summary span");
    let current = null;
    const mark = () => {
      const above = links.filter(([, head]) => head.getBoundingClientRect().top < 64);
      const [link = null] = above.at(-1) ?? [];
      if (link === current) return;
      current?.removeAttribute("aria-current");
      link?.setAttribute("aria-current", "true");
      place.textContent = link?.textContent ?? "";
      current = link;
    };
    addEventListener("scroll", () => requestAnimationFrame(mark), { passive: true });
    mark();
  }

  function anchor(head) {
    const { id } = head.closest("[id]:not(main)") ?? head; // of a task the part of the page that it heads
    if (id) head.append(make("a", { className: "anchor", href: `#${id}`, ariaLabel: `${words.anchor}: ${head.textContent}` }, "#"));
  }

  function copyable(listing) {
    const button = make("button", { type: "button", className: "copy" }, words.copy);
    const box = make("div", { className: "copyable" });
    listing.replaceWith(box);
    box.append(button, listing);
    button.addEventListener("click", async () => {
      await copy(all("pre code", listing).map((code) => code.textContent).join("\n"));
      button.textContent = words.copied;
      setTimeout(() => { button.textContent = words.copy; }, 1500);
    });
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch { // a page that is opened from a disk, in some browsers
      const field = make("textarea", { value: text });
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
  }

  function previews(main) {
    const box = make("div", { className: "preview", hidden: true, ariaHidden: "true" });
    document.body.append(box);
    let timer = 0;
    const later = (action, delay) => { clearTimeout(timer); timer = setTimeout(action, delay); };
    const hide = () => { clearTimeout(timer); box.hidden = true; };
    const show = (link) => {
      const target = targetOf(link)?.closest("figure, .equation, .wide, .csl-entry, li[role=doc-endnote], .footnotes li");
      if (!target || target.contains(link)) return;
      box.replaceChildren(shown(target));
      box.hidden = false;
      const { left, top, bottom } = link.getBoundingClientRect();
      const under = bottom + box.offsetHeight + 12 < innerHeight || top < box.offsetHeight + 12;
      box.style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - box.offsetWidth - 8))}px`;
      box.style.top = `${under ? bottom + 6 : top - box.offsetHeight - 6}px`;
    };
    for (const link of all('a[href^="#"]:not(.anchor, .footnote-back)', main)) {
      link.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") later(() => show(link), 150); });
      link.addEventListener("pointerleave", () => later(hide, 200));
      link.addEventListener("focus", () => { if (link.matches(":focus-visible")) show(link); });
      link.addEventListener("blur", hide);
      link.addEventListener("click", hide);
    }
    box.addEventListener("pointerenter", () => clearTimeout(timer));
    box.addEventListener("pointerleave", () => later(hide, 200));
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  }

  function shown(target) { // a picture of it: nothing in it can be reached, and no name stands twice in the page
    const copied = target.cloneNode(true);
    all("[id]", copied).concat(copied).forEach((part) => part.removeAttribute("id"));
    all("button.copy, a.footnote-back, .explorer, script", copied).forEach((part) => part.remove());
    all(".still", copied).forEach((part) => part.classList.remove("still"));
    all("a, button", copied).forEach((part) => part.replaceWith(...part.childNodes));
    return target.matches("li") ? make("div", {}, ...copied.childNodes) : copied;
  }

  function enlargeable(image, dialog) {
    const picture = image.closest("picture") ?? image;
    const button = make("button", { type: "button", className: "enlarge", title: words.enlarge });
    picture.replaceWith(button);
    button.append(picture);
    if (image.style.width) [button.style.width, image.style.width] = [image.style.width, "100%"];
    button.addEventListener("click", () => {
      dialog.replaceChildren(make("button", { type: "button", className: "close", ariaLabel: words.close }, "×"), image.cloneNode());
      dialog.lastChild.removeAttribute("style");
      dialog.ariaLabel = image.alt;
      dialog.showModal();
    });
  }

  function reachable(box) { // what scrolls sideways must do so by keyboard, too
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }

  const main = document.querySelector("main"), contents = document.querySelector("nav details");
  if (contents) {
    foldContents(contents);
    markSection(contents);
  }
  all("h2, h3, h4", main).forEach(anchor);
  all("figure.listing > div, div.sourceCode, pre", main)
    .filter((box) => !box.parentElement.closest("figure.listing > div, div.sourceCode"))
    .forEach(copyable);
  const dialog = make("dialog", { className: "large" });
  dialog.addEventListener("click", () => dialog.close());
  document.body.append(dialog);
  all("script.live", main).forEach((data) => explore(JSON.parse(data.textContent), data.previousElementSibling));
  all("img:not(.logo, .still)", main).forEach((image) => enlargeable(image, dialog));
  previews(main);
  const reach = () => all(".wide, .equation, pre, div.sourceCode, math[display=block]", main).forEach(reachable);
  addEventListener("resize", reach);
  document.fonts.ready.then(reach);
  reach();
}
