
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[‘’]/g, "'").toLowerCase();
  const touching = window.matchMedia("(hover: none)");

  /** Arrow keys go from item to item; only one of them is in the order of the tab key. */
  function rove(root, items, entered = () => {}) {
    const enter = (item) => {
      for (const other of all("[tabindex='0']", root)) other.tabIndex = -1;
      item.setAttribute("tabindex", "0");
      item.focus();
    };
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
    root.addEventListener("keydown", (event) => {
      const shown = items.filter((item) => item.getClientRects().length);
      const place = shown.indexOf(document.activeElement);
      if (!(event.key in steps) || place < 0) return;
      event.preventDefault();
      enter(shown[Math.min(shown.length - 1, Math.max(0, place + steps[event.key]))]);
    });
    root.addEventListener("focusin", (event) => entered(event.target));
  }

  /** What a block of the reading holds: a heading, a fold, or cues with what the book says beside them. */
  function describe(node) {
    const cues = all(".cue", node).map((cue) => ({
      node: cue,
      who: (cue.dataset.who ?? "").split(" "),
      text: plain(cue.textContent),
    }));
    const book = one(".book, .fold", node);
    const states = (node.dataset.state ?? "").split(" ");
    return { node, cues, states, heading: node.matches("h3"), book: book ? plain(book.textContent) : "" };
  }

  function wanted({ state, who, words }) {
    const finds = (text) => words.every((word) => text.includes(word));
    return (block) => {
      if (!block.cues.length) return { fold: !state && !who && finds(block.book) };
      const fits = !state || block.states.includes(state);
      const both = (cue) => finds(`${cue.text} ${block.book}`);
      return { cues: block.cues.filter((cue) => fits && (!who || cue.who.includes(who)) && both(cue)) };
    };
  }

  /** Show the cues that fit, the rows that hold one, and the headings that stand before one; return their number. */
  function narrow(blocks, choice) {
    const judge = wanted(choice);
    const active = choice.state || choice.who || choice.words.length;
    let heading = null;
    let number = 0;
    for (const block of blocks) {
      if (block.heading) {
        heading = block.node;
        heading.hidden = Boolean(active);
        continue;
      }
      const { fold, cues = [] } = judge(block);
      for (const cue of block.cues) if (cue.node !== block.node) cue.node.hidden = !cues.includes(cue);
      block.node.hidden = !fold && !cues.length;
      if (heading && cues.length) heading.hidden = false;
      number += cues.length;
    }
    return number;
  }

  function filters(form) {
    if (!form) return { clear() {}, pick() {} };
    const fields = form.elements;
    let blocks = null;
    const apply = () => {
      const words = plain(fields.words.value).split(/\s+/).filter(Boolean);
      const choice = { state: fields.state?.value ?? "", who: fields.who?.value ?? "", words };
      const active = choice.state || choice.who || words.length;
      if (!active && !blocks) return;
      blocks ??= all("#reading .rows > *").map(describe);
      const number = narrow(blocks, choice);
      one("output", form).textContent = active ? `${number.toLocaleString("en")} ${number === 1 ? "line" : "lines"}` : "";
    };
    form.hidden = false;
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    apply();
    const clear = () => {
      form.reset();
      apply();
    };
    const pick = (who) => {
      form.reset();
      fields.who.value = who;
      apply();
    };
    return { clear, pick };
  }

  /** The words of the tip: where, what the film says, what the book says. */
  function fill(tip, node) {
    const quoted = one(`[data-link="${node.id.slice(1)}"]`);
    const quote = quoted && (one("b", quoted) ?? one("blockquote p", quoted));
    const said = document.getElementById(node.getAttribute("href").slice(1));
    const parts = [
      ["where", node.getAttribute("aria-label")],
      ["said", said && one(".said", said).textContent],
      ["quote", quote?.textContent.slice(0, 220)],
      ["go", touching.matches ? "tap again to read on" : "click to read on"],
    ];
    tip.replaceChildren(
      ...parts.filter(([, text]) => text).map(([name, text]) => {
        const line = document.createElement("p");
        line.className = name;
        line.textContent = text;
        return line;
      }),
    );
  }

  function map(section) {
    const [plot, tip, figure] = [".plot", ".tip", ".map"].map((selector) => one(selector, section));
    const boxes = new Map(all("[data-shows]", section).map((box) => [box.dataset.shows, box]));
    const points = all(".point", plot).map((node) => {
      const [x, y] = ["x", "y"].map((axis) => parseFloat(node.firstElementChild.getAttribute(axis)) / 100);
      const [, state, kind] = node.getAttribute("class").split(" ");
      return { node, x, y, box: boxes.get(`${state} ${kind}`) };
    });
    let current = null;

    const nearest = (event, reach = 24) => {
      const area = plot.getBoundingClientRect();
      const away = ({ x, y }) =>
        Math.hypot(area.left + x * area.width - event.clientX, area.top + y * area.height - event.clientY);
      let found = null;
      for (const point of points) {
        if (!point.box.checked) continue;
        const distance = away(point);
        if (distance < reach) [reach, found] = [distance, point];
      }
      return found;
    };
    const show = (point) => {
      if (point === current) return;
      current?.node.removeAttribute("aria-current");
      current = point;
      tip.hidden = !point;
      plot.style.cursor = point ? "pointer" : "";
      if (!point) return;
      point.node.setAttribute("aria-current", "true");
      fill(tip, point.node);
      const [frame, area] = [figure, plot].map((part) => part.getBoundingClientRect());
      const [x, y] = [area.left - frame.left + point.x * area.width, area.top - frame.top + point.y * area.height];
      const left = point.x < 0.55 ? x + 14 : x - tip.offsetWidth - 14;
      tip.style.left = `${Math.max(0, Math.min(left, frame.width - tip.offsetWidth))}px`;
      tip.style.top = `${point.y < 0.6 ? y + 14 : y - tip.offsetHeight - 14}px`;
    };
    const byNode = (node) => points.find((point) => point.node === node) ?? null;

    plot.addEventListener("pointermove", (event) => event.pointerType === "touch" || show(nearest(event)));
    plot.addEventListener("pointerleave", (event) => event.pointerType === "touch" || show(null));
    plot.addEventListener("click", (event) => {
      const point = event.detail ? nearest(event) : byNode(document.activeElement);
      event.preventDefault();
      const again = point === current || event.pointerType !== "touch";
      show(point);
      if (point && again) window.location.hash = point.node.getAttribute("href");
    });
    rove(plot, points.map((point) => point.node), (node) => show(byNode(node)));
    plot.addEventListener("focusout", () => show(null));
    return (node) => show(byNode(node));
  }

  function strip(section) {
    const cells = all(".shot", section);
    const starts = cells.map((cell) => Number(cell.dataset.start));
    const list = one(".strip", section);
    const rhythm = one(".rhythm svg", section);
    rhythm.addEventListener("click", (event) => {
      const area = rhythm.getBoundingClientRect();
      const seconds = ((event.clientX - area.left) / area.width) * Number(rhythm.dataset.duration);
      const place = starts.findLastIndex((start) => start <= seconds);
      list.scrollLeft = cells[Math.max(0, place)].offsetLeft - list.offsetLeft;
    });
    rove(list, all("a[href]", list));
  }

  const reading = filters(one(".filters"));
  const mapped = one("#map");
  const point = mapped ? map(mapped) : () => {};
  if (one("#filmstrip")) strip(one("#filmstrip"));
  for (const link of all("#characters a")) link.addEventListener("click", () => reading.pick(link.dataset.who));

  /** The address names a cue, a shot or a point: bring it into view even if a filter hides it. */
  function visit() {
    const target = document.getElementById(window.location.hash.slice(1));
    if (target?.closest("[hidden]")) {
      reading.clear();
      target.scrollIntoView();
    }
    if (target?.matches(".point")) point(target);
  }
  window.addEventListener("hashchange", visit);
  visit();
  document.documentElement.dataset.ready = "true";
})();
