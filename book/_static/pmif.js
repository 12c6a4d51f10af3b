// Comfort only: every page reads and works without it.
(() => {
  "use strict";
  // A link to a place within a closed section opens it; newer browsers do so by themselves.
  const reveal = () => {
    const place = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const closed = place && place.closest("details:not([open])");
    if (!closed) return;
    closed.open = true;
    place.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();
  const shown = (element) => element.getClientRects().length > 0;
  const middle = (element) => {
    const box = element.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };

  // One tab stop a map; arrow keys to the nearest ward that way, Home and End to the first and last.
  const towards = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  const nearest = (from, all, [dx, dy]) => {
    const [x, y] = middle(from);
    let best = null, least = Infinity;
    for (const other of all) {
      const [ox, oy] = middle(other);
      const along = (ox - x) * dx + (oy - y) * dy, aside = Math.abs((ox - x) * dy + (oy - y) * dx);
      if (other !== from && along > 1 && along + 2 * aside < least) { best = other; least = along + 2 * aside; }
    }
    return best;
  };
  document.addEventListener("keydown", (event) => {
    const mark = event.target.closest?.(".pm-mark[tabindex]");
    if (!mark || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = [...mark.ownerSVGElement.querySelectorAll(".pm-mark[tabindex]")];
    const next = event.key === "Home" ? all[0] : event.key === "End" ? all[all.length - 1]
      : towards[event.key] ? nearest(mark, all, towards[event.key]) || mark : null;
    if (!next) return;
    event.preventDefault();
    all.forEach((one) => one.setAttribute("tabindex", one === next ? "0" : "-1"));
    next.focus();
  });

  // Name and value beside the mark that is pointed at or focused; its row in the table is lit, and the other way round.
  const tip = document.createElement("div");
  tip.className = "pm-tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true"); // the mark says the same itself
  document.body.append(tip);
  let ring = null;
  const light = (element, on) => {
    const place = element.closest(".pm-ex"), ward = element.dataset.ward;
    if (!place || !ward) return;
    place.querySelectorAll(`[data-ward="${CSS.escape(ward)}"]`).forEach((one) => one.classList.toggle("pm-on", on));
  };
  const leave = (element) => { tip.hidden = true; ring?.remove(); ring = null; light(element, false); };
  const enter = (element, focused) => {
    light(element, true);
    if (!element.matches(".pm-mark") || !shown(element)) return;
    const box = element.getBoundingClientRect();
    tip.textContent = element.getAttribute("aria-label");
    tip.hidden = false;
    const left = Math.min(Math.max(8, box.left + box.width / 2 - tip.offsetWidth / 2), innerWidth - tip.offsetWidth - 8);
    tip.style.left = `${left + scrollX}px`;
    tip.style.top = `${Math.max(box.top - tip.offsetHeight - 8, 4) + scrollY}px`;
    if (focused && element.matches("g")) { // the neighbours would cover half the outline
      ring = document.createElementNS("http://www.w3.org/2000/svg", "g");
      ring.setAttribute("class", "pm-ring");
      ring.setAttribute("aria-hidden", "true");
      const under = document.createElementNS("http://www.w3.org/2000/svg", "g");
      under.setAttribute("class", "pm-under");
      for (const path of element.querySelectorAll("path")) { under.append(path.cloneNode()); ring.append(path.cloneNode()); }
      ring.prepend(under);
      element.ownerSVGElement.append(ring);
    }
  };
  const of = (event) => event.target.closest?.(".pm-mark, tr[data-ward]");
  document.addEventListener("mouseover", (event) => { const one = of(event); if (one) enter(one, false); });
  document.addEventListener("mouseout", (event) => { const one = of(event); if (one) leave(one); });
  document.addEventListener("focusin", (event) => { const one = of(event); if (one) enter(one, true); });
  document.addEventListener("focusout", (event) => { const one = of(event); if (one) leave(one); });
  document.addEventListener("keyup", (event) => { if (event.key === "Escape") tip.hidden = true; });
})();
