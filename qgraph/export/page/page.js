/* The page around the map: search, legend, details and table, all of one state.

   Whatever comes from the graph is put on the page as text (textContent, dir="auto"), never as
   markup; an address becomes a link only if it is http or https. */
(() => {
  "use strict";
  const { nodes, edges, options, page } = JSON.parse(document.getElementById("data").textContent);
  const { kinds, relations, sources, evidence } = page;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const links = new Map(nodes.map((node) => [node.id, []]));
  edges.forEach((edge) => {
    links.get(edge.from).push({ edge, out: true, other: edge.to });
    links.get(edge.to).push({ edge, out: false, other: edge.from });
  });
  const firstHidden = () =>
    new Set(kinds.flatMap((kind, i) => (kind.hidden && !page.years ? [i] : [])));
  const state = {
    language: page.language, node: null, view: "map", off: firstHidden(), sort: "", down: false,
    rows: 200,
  };
  let map = null;

  /* --- Making elements ------------------------------------------------------------------------ */

  const $ = (id) => document.getElementById(id);
  const w = (key, ...values) => {
    const word = WORDS[state.language][key];
    return typeof word === "function" ? word(...values) : word;
  };
  /* A text of the graph is a string, or a pair of English and Chinese. */
  const t = (text) => (Array.isArray(text) ? text[state.language === "zh" ? 1 : 0] : text ?? "");
  const title = (text) => t(text).replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
  const number = (n) => n.toLocaleString(state.language === "zh" ? "zh-Hans" : "en");
  const fold = (text) => text.normalize("NFKC").toLowerCase();

  function make(tag, { text, ...properties } = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== undefined && value !== false) {
        element.setAttribute(name, value === true ? "" : value);
      }
    }
    if (text !== undefined) element.textContent = text;
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  const said = (tag, text, properties = {}) => make(tag, { dir: "auto", ...properties, text });

  const SHAPES = {
    dot: "M8 0A8 8 0 1 1-8 0A8 8 0 1 1 8 0Z",
    square: "M-7-7H7V7H-7Z",
    triangle: "M0-8L8 6.5H-8Z",
    triangleDown: "M0 8L8-6.5H-8Z",
    diamond: "M0-9L8 0L0 9L-8 0Z",
    star: "M0-9L2.6-3L9-2.6L4.2 1.6L5.6 7.8L0 4.4L-5.6 7.8L-4.2 1.6L-9-2.6L-2.6-3Z",
    hexagon: "M8.5 0L4.2 7.4H-4.2L-8.5 0L-4.2-7.4H4.2Z",
  };

  const shape = (kind) => (Object.hasOwn(SHAPES, kind.shape) ? kind.shape : "dot");

  function mark(kind) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "mark");
    svg.setAttribute("viewBox", "-10 -10 20 20");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", SHAPES[shape(kind)]);
    path.setAttribute("fill", kind.colour);
    svg.append(path);
    return svg;
  }

  function address(text) {
    try {
      const url = new URL(text);
      return ["http:", "https:"].includes(url.protocol) ? url.href : null;
    } catch {
      return null;
    }
  }

  function link(text, url) {
    const href = url ? address(url) : null;
    if (!href) return said("span", text);
    return said("a", text, { href, target: "_blank", rel: "noopener noreferrer" });
  }

  /* --- State: one place, mirrored in the address of the page ---------------------------------- */

  const isVisible = (node) => !state.off.has(node.kind);
  const visible = () => new Set(nodes.filter(isVisible).map((node) => node.id));
  const isFirst = () => {
    const first = firstHidden();
    return first.size === state.off.size && [...first].every((kind) => state.off.has(kind));
  };

  function remember() {
    const parts = new URLSearchParams();
    if (state.node) parts.set("node", state.node);
    if (state.language !== page.language) parts.set("lang", state.language);
    if (state.view !== "map") parts.set("view", state.view);
    if (!isFirst()) parts.set("off", [...state.off].map((kind) => kinds[kind].id).join(","));
    const hash = parts.size ? `#${parts}` : " ";
    try {
      history.replaceState(null, "", hash === " " ? location.pathname + location.search : hash);
    } catch {
      location.hash = hash.trim();
    }
  }

  function recall() {
    const parts = new URLSearchParams(location.hash.slice(1));
    state.language = Object.hasOwn(WORDS, parts.get("lang")) ? parts.get("lang") : page.language;
    state.view = parts.get("view") === "table" ? "table" : "map";
    state.off = firstHidden();
    if (parts.has("off")) {
      const names = new Set(parts.get("off").split(","));
      state.off = new Set(kinds.flatMap((kind, i) => (names.has(kind.id) ? [i] : [])));
    }
    state.node = byId.has(parts.get("node")) ? parts.get("node") : null;
    if (state.node) state.off.delete(byId.get(state.node).kind);
  }

  function choose(id, { move = true, focus = false } = {}) {
    state.node = id;
    if (id && state.off.delete(byId.get(id).kind)) filterChanged();
    map?.select(id);
    if (id && move && state.view === "map") map?.goTo(id);
    showDetails();
    markRow();
    remember();
    // Who walks the map by keys, without seeing it, hears where they are.
    $("told").textContent = id ? `${t(kinds[byId.get(id).kind].label)}: ${t(byId.get(id).label)}` : "";
    if (focus) $("details").focus();
  }

  function filterChanged() {
    map?.show(visible());
    showCount();
    showLegendState();
    showTable();
    remember();
  }

  function setView(view) {
    state.view = view;
    $("map-view").hidden = view !== "map";
    $("table-view").hidden = view !== "table";
    $("to-map").setAttribute("aria-pressed", String(view === "map"));
    $("to-table").setAttribute("aria-pressed", String(view === "table"));
    showTable();
    remember();
  }

  /* --- Legend --------------------------------------------------------------------------------- */

  function showLegend() {
    const row = (kind, index) => {
      const box = make("input", {
        type: "checkbox", value: index, role: kind.hidden ? "switch" : undefined,
        onchange: () => {
          if (box.checked) state.off.delete(index);
          else state.off.add(index);
          filterChanged();
          // The years stand in a row above the map, out of view.
          if (kind.hidden && box.checked && !state.node) map?.fit();
        },
      });
      const only = make("button", {
        class: "only", type: "button", text: w("only"), "aria-label": w("onlyLabel", t(kind.label)),
        onclick: () => {
          state.off = new Set(kinds.keys());
          state.off.delete(index);
          filterChanged();
        },
      });
      const label = make("label", {}, box, mark(kind), said("span", title(kind.label),
        { class: "words" }), make("span", { class: "number", text: number(kind.count) }));
      return make("div", { class: "row" }, label, only);
    };
    const shown = kinds.flatMap((kind, i) => (kind.hidden ? [] : [row(kind, i)]));
    const later = kinds.flatMap((kind, i) => (kind.hidden ? [row(kind, i)] : []));
    $("legend").replaceChildren(...shown);
    $("later").replaceChildren(...later);
    $("later-title").hidden = !later.length;
    showLegendState();
  }

  function showLegendState() {
    for (const box of $("filter").querySelectorAll("input")) {
      box.checked = !state.off.has(Number(box.value));
      box.closest(".row").classList.toggle("off", !box.checked);
    }
    $("reset").disabled = isFirst();
  }

  function showCount() {
    $("count").textContent = w("count", number(nodes.filter(isVisible).length), number(nodes.length));
  }

  /* --- Details -------------------------------------------------------------------------------- */

  const gotoButton = (id) => {
    const node = byId.get(id);
    return make("button", { class: "goto", type: "button",
      onclick: () => choose(id, { focus: true }) },
    mark(kinds[node.kind]), said("span", t(node.label)));
  };

  const section = (heading, ...content) =>
    (content.length ? [make("h3", { text: heading }), ...content] : []);

  function passage(index) {
    const piece = evidence[index];
    const source = sources[piece.source] ?? { label: "" };
    const quote = make("blockquote");
    if (piece.phrase) quote.append(said("p", `“${piece.phrase}”`, { class: "phrase" }));
    const from = make("p", { class: "source" }, link(t(source.label), source.url));
    for (const part of [source.publisher, source.published || w("noPublication"),
      piece.locator && w("locator", piece.locator)]) {
      if (part) from.append(" · ", said("bdi", part));
    }
    const manner = make("p", { class: "manner" });
    for (const tag of [t(piece.modality), t(piece.standing),
      source.reliability && w("reliability", t(source.reliability))]) {
      if (tag) manner.append(said("span", tag, { class: "tag" }));
    }
    if (piece.by) manner.append(said("span", w("attributed", t(piece.by))));
    quote.append(from, manner);
    if (piece.reason) quote.append(said("p", `${w("inferred")}: ${piece.reason}`, { class: "note" }));
    return quote;
  }

  function folded(pieces, rule) {
    if (!pieces.length) {
      return said("p", rule ? w("derived", t(rule)) : w("noEvidenceEdge"), { class: "derived" });
    }
    const fold_ = make("details", {}, make("summary", { text: w("evidenceCount", pieces.length) }));
    fold_.addEventListener("toggle", () => {
      if (fold_.children.length === 1) fold_.append(...pieces.map(passage));
    });
    return fold_;
  }

  const span = (begin, end) =>
    (!begin && !end ? "" : begin === end ? begin : `${begin || "…"} ${w("to")} ${end || "…"}`);

  /* The days of a thing itself, else the years that were derived for it: no day is invented. */
  const when = (node) => (node.moments ? span(node.begin, node.end) : (node.years ?? []).join(", "));

  function dates(moments) {
    return moments.map((moment) => {
      const item = make("li");
      if (moment.words) item.append(said("span", `“${moment.words}” `), `${w("reading")} `);
      item.append(make("bdi", { text: span(moment.begin, moment.end) || moment.edtf }));
      if (moment.modality) item.append(" ", said("span", t(moment.modality), { class: "derived" }));
      if (moment.reason) {
        item.append(said("p", `${w("inferred")}: ${moment.reason}`, { class: "note" }));
      }
      if (moment.words || moment.evidence?.length) item.append(folded(moment.evidence ?? []));
      return item;
    });
  }

  function facts(attributes) {
    const list = make("dl");
    for (const { label, values, rule, uri } of attributes) {
      const value = make("dd");
      values.forEach((text, i) => value.append(i ? " · " : "", uri ? link(t(text), t(text))
        : said("bdi", t(text))));
      if (rule) {
        value.append(" ", make("span", { class: "derived", text: `(${w("derivedShort")})`,
          title: w("derived", t(rule)) }));
      }
      list.append(said("dt", title(label)), value);
    }
    return list;
  }

  function neighbours(id) {
    const groups = new Map();
    for (const { edge, out, other } of links.get(id)) {
      const key = `${out ? "→" : "←"} ${edge.relation}`;
      if (!groups.has(key)) groups.set(key, { relation: relations[edge.relation], out, list: [] });
      groups.get(key).list.push({ edge, other });
    }
    return [...groups.values()].flatMap(({ relation, out, list }) => [
      make("h3", {}, make("span", { class: "arrow", text: out ? "→ " : "← " }),
        said("span", t(relation.label)), list.length > 1 ? ` (${number(list.length)})` : ""),
      make("ul", { class: "plain" }, ...list.map(({ edge, other }) =>
        make("li", {}, gotoButton(other), folded(edge.evidence ?? [], edge.rule)))),
    ]);
  }

  function aboutReport(report) {
    const told = (report.attributes ?? []).filter(({ rule }) => !rule)
      .flatMap(({ values }) => values.map(t)).filter((text) => text !== t(report.label));
    const summary = make("summary", {}, said("span", t(report.label), { class: "said" }),
      said("span", told.join(" · "), { class: "note" }));
    return make("li", {}, make("details", {}, summary,
      report.moments ? make("ul", { class: "plain" }, ...dates(report.moments)) : null,
      report.attributes ? facts(report.attributes) : null,
      ...(report.evidence ?? []).map(passage)));
  }

  function aboutNode(node) {
    const kind = kinds[node.kind];
    const [english, chinese] = [].concat(node.label);
    const other = state.language === "zh" ? english : chinese;
    const parts = [
      make("div", { class: "top" }, mark(kind), said("span", title(kind.label), { class: "kind" }),
        make("button", { type: "button", text: w("clear"), onclick: () => choose(null) })),
      said("h2", t(node.label)),
    ];
    if (other && other !== t(node.label)) {
      parts.push(said("p", other, { class: "other", lang: state.language === "zh" ? "en" : "zh-Hans" }));
    }
    const names = (node.names ?? []).filter((name) => ![english, chinese].includes(name));
    if (names.length) {
      parts.push(said("p", `${w("alsoCalled")}: ${names.join(" · ")}`, { class: "note" }));
    }
    if (node.description) parts.push(said("p", t(node.description), { class: "description" }));
    if (node.moments) {
      parts.push(...section(w("dates"), make("ul", { class: "plain" }, ...dates(node.moments))));
    } else if (node.years) {
      parts.push(...section(w("dates"), make("p", {}, when(node), " ",
        make("span", { class: "derived", text: `(${w("derivedShort")})` }))));
    }
    if (node.attributes) parts.push(...section(w("facts"), facts(node.attributes)));
    parts.push(...section(w("evidence"), ...(node.evidence?.length ? node.evidence.map(passage)
      : [make("p", { class: "note", text: w("noEvidence") })])));
    if (node.reports) {
      parts.push(...section(`${w("reports")} (${number(node.reports.length)})`,
        make("ul", { class: "plain reports" }, ...node.reports.map(aboutReport))));
    }
    parts.push(...neighbours(node.id));
    return parts;
  }

  function aboutMap() {
    const parts = [make("h2", { text: w("aboutTitle") })];
    const told = page.headline;
    if (told) {
      parts.push(
        make("p", { class: "figure" }, make("b", { text: told.promoted }),
          make("span", { text: w("headlineOf", told.launched) })),
        said("p", w("headlineText", t(told.place))),
        make("p", { class: "source" }, `${w("headlineSource")}: `, link(t(told.source), told.url),
          ` · “${told.words}” ${w("reading")} ${span(told.begin, told.end)}`),
        said("p", w("headlineCaveat", told.promoted, told.named), { class: "caveat" }),
      );
    }
    if (page.part) {
      const { focus, depth, kinds: only, first, last } = page.part;
      const limits = [focus && w("partFocus", t(focus), depth), only && w("partKinds", t(only)),
        (first || last) && w("partYears", first, last)].filter(Boolean);
      parts.push(...section(w("part"), said("p", limits.join("; "), { class: "note" })));
    }
    parts.push(make("p", { class: "note", text: nodes.length
      ? w("figures", number(nodes.length), number(edges.length), sources.length)
      : w("nothingDrawn") }));
    parts.push(...section(w("how"), make("ul", { class: "hint" },
      ...w("howText").map((text) => make("li", { text })))));
    const seen = new Set();
    const first = nodes.filter(isVisible)
      .sort((a, b) => links.get(b.id).length - links.get(a.id).length)
      .filter((node) => !seen.has(node.kind) && seen.add(node.kind)).slice(0, 4);
    parts.push(...section(w("examples"), ...(first.length ? [make("ul", { class: "plain" },
      ...first.map((node) => make("li", {}, gotoButton(node.id))))] : [])));
    return parts;
  }

  function showDetails() {
    const node = state.node ? byId.get(state.node) : null;
    $("details").replaceChildren(...(node ? aboutNode(node) : aboutMap()));
    $("details").scrollTop = 0;
  }

  /* --- Table ---------------------------------------------------------------------------------- */

  const columns = [
    ["columnName", (node) => t(node.label)],
    ["columnKind", (node) => node.kind],
    ["columnWhen", (node) => when(node) || "\uffff"],
    ["columnLinks", (node) => -links.get(node.id).length],
    ["columnEvidence", (node) => -(node.evidence?.length ?? 0)],
  ];

  function sorted(list) {
    const column = columns.find(([key]) => key === state.sort);
    if (!column) return list;
    const order = new Intl.Collator(state.language === "zh" ? "zh-Hans" : "en");
    const compare = (a, b) => (typeof a === "string" ? order.compare(a, b) || (a < b ? -1 : 1) : a - b);
    const down = state.down ? -1 : 1;
    return [...list].sort((a, b) => down * compare(column[1](a), column[1](b)));
  }

  function showTable() {
    if (state.view !== "table") return;
    const list = sorted(nodes.filter(isVisible));
    const head = make("tr", {}, ...columns.map(([key]) => make("th", {
      scope: "col",
      "aria-sort": state.sort === key ? (state.down ? "descending" : "ascending") : undefined,
    }, make("button", {
      type: "button", text: w(key) + (state.sort === key ? (state.down ? " ▾" : " ▴") : ""),
      onclick: () => {
        [state.sort, state.down] = [key, state.sort === key && !state.down];
        showTable();
        $("table-view").querySelectorAll("th button")[columns.findIndex((c) => c[0] === key)].focus();
      },
    }))));
    const body = make("tbody", {}, ...list.slice(0, state.rows).map((node) => make("tr",
      { "data-id": node.id },
      make("td", {}, make("button", { class: "goto", type: "button",
        onclick: () => choose(node.id) }, said("span", t(node.label)))),
      make("td", { class: "kind" }, mark(kinds[node.kind]), said("span", title(kinds[node.kind].label))),
      make("td", { class: "when", text: when(node) || w("noDateShort") }),
      make("td", { class: "number", text: number(links.get(node.id).length) }),
      make("td", { class: "number", text: number(node.evidence?.length ?? 0) }))));
    const table = make("table", {}, make("caption", { text: w("caption", number(list.length)) }),
      make("thead", {}, head), body);
    const rest = list.length - state.rows;
    $("table-view").replaceChildren(table, ...(rest > 0 ? [make("button", {
      type: "button", text: w("more", number(rest)),
      onclick: () => {
        state.rows = Infinity;
        showTable();
      },
    })] : []));
    markRow();
  }

  function markRow() {
    for (const row of $("table-view").querySelectorAll("tbody tr")) {
      row.classList.toggle("chosen", row.dataset.id === state.node);
    }
  }

  /* --- Search --------------------------------------------------------------------------------- */

  const index = nodes.map((node) => ({
    node, names: [...new Set([].concat(node.label, node.names ?? [], node.id))].map(fold),
  }));
  let hits = [];
  let active = -1;

  function rank({ names, node }, query) {
    const starts = names.some((name) => name.startsWith(query));
    const word = names.some((name) => name.includes(` ${query}`));
    return (starts ? 0 : word ? 1 : 2) * 1e6 - links.get(node.id).length;
  }

  function find() {
    const query = fold($("search").value.trim());
    const words = query.split(/\s+/);
    const all = query ? index.filter(({ names }) =>
      words.every((word) => names.some((name) => name.includes(word)))) : [];
    hits = all.sort((a, b) => rank(a, query) - rank(b, query)).slice(0, 12).map(({ node }) => node);
    active = -1;
    $("found").replaceChildren(...hits.map((node, i) => make("li", {
      role: "option", id: `found-${i}`, "aria-selected": "false",
      onmousedown: (event) => {
        event.preventDefault();
        take(i);
      },
    }, mark(kinds[node.kind]), said("span", t(node.label)),
    said("span", title(kinds[node.kind].label), { class: "kind" }))),
    ...(query && !hits.length ? [make("li", { class: "nothing", role: "option",
      "aria-disabled": "true", "aria-selected": "false", text: w("nothing") })] : []));
    $("told").textContent = query ? w("found", all.length) : "";
    openFound(Boolean(query));
  }

  function openFound(open) {
    $("found").hidden = !open;
    $("search").setAttribute("aria-expanded", String(open));
    if (!open) $("search").removeAttribute("aria-activedescendant");
  }

  function take(i) {
    openFound(false);
    $("search").value = "";
    choose(hits[i].id, { focus: true });
  }

  function searchKey(event) {
    if (event.key === "Escape") openFound(false);
    if (event.isComposing || !hits.length || $("found").hidden) return;
    if (event.key === "Enter") take(Math.max(active, 0));
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    active = (active + (event.key === "ArrowDown" ? 1 : hits.length - 1) + (active < 0
      && event.key === "ArrowUp" ? 1 : 0)) % hits.length;
    [...$("found").children].forEach((li, i) => li.setAttribute("aria-selected", String(i === active)));
    $("search").setAttribute("aria-activedescendant", `found-${active}`);
    $(`found-${active}`).scrollIntoView({ block: "nearest" });
  }

  /* --- Keys of the map ------------------------------------------------------------------------ */

  function mapKey(event) {
    if (!map || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (way) {
      event.preventDefault();
      const start = nodes.filter(isVisible)
        .reduce((a, b) => (a && links.get(a.id).length >= links.get(b.id).length ? a : b), null);
      const to = state.node ? map.next(state.node, ...way) : start?.id;
      if (to) choose(to);
    } else if (event.key === "Escape") choose(null);
    else if (event.key === "+" || event.key === "=") map.zoom(1.3);
    else if (event.key === "-") map.zoom(1 / 1.3);
    else if (event.key === "0") map.fit();
  }

  /* --- Language, and the whole page ----------------------------------------------------------- */

  function showHeadline() {
    const told = page.headline;
    $("headline").hidden = !told;
    if (!told) return;
    const [figure, rest] = w("headline", told.promoted, told.launched);
    $("headline").replaceChildren(make("b", { text: figure }), rest);
  }

  function showWords() {
    document.documentElement.lang = state.language === "zh" ? "zh-Hans" : "en";
    document.title = t(page.title);
    $("title").textContent = t(page.title);
    for (const element of document.querySelectorAll("[data-word]")) {
      element.textContent = w(element.dataset.word);
    }
    for (const element of document.querySelectorAll("[data-word-label]")) {
      element.setAttribute("aria-label", w(element.dataset.wordLabel));
      if (element.tagName === "BUTTON") element.title = w(element.dataset.wordLabel);
    }
    $("search").placeholder = w("searchHint");
    $("language").textContent = w("language");
    $("language").lang = state.language === "zh" ? "en" : "zh-Hans";
    showHeadline();
    showLegend();
    showCount();
    showDetails();
    map?.restyle();
  }

  function showAll() {
    showWords();
    setView(state.view);
    map?.show(visible());
    map?.select(state.node);
  }

  const on = (id, event, action) => $(id).addEventListener(event, action);
  on("search", "input", find);
  on("search", "focus", find);
  on("search", "blur", () => openFound(false));
  on("search", "keydown", searchKey);
  on("stage", "keydown", mapKey);
  on("to-map", "click", () => setView("map"));
  on("to-table", "click", () => setView("table"));
  on("about", "click", () => choose(null, { focus: true }));
  on("print", "click", () => window.print());
  on("closer", "click", () => map?.zoom(1.3));
  on("farther", "click", () => map?.zoom(1 / 1.3));
  on("fit", "click", () => map?.fit());
  on("reset", "click", () => {
    state.off = firstHidden();
    filterChanged();
    $("legend").querySelector("input")?.focus();
  });
  on("language", "click", () => {
    state.language = state.language === "zh" ? "en" : "zh";
    showWords();
    showTable();
    remember();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    event.preventDefault();
    $("search").focus();
  });
  window.addEventListener("hashchange", () => {
    recall();
    showAll();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => map?.restyle());
  // Paper is light, and a canvas does not take its size: it gets a picture of what is in view.
  window.addEventListener("beforeprint", () => {
    document.documentElement.dataset.paper = "true";
    map?.restyle();
    if (map && state.view === "map") {
      $("map-view").append(make("img", { id: "picture", src: map.picture(), alt: w("stage") }));
    }
  });
  window.addEventListener("afterprint", () => {
    delete document.documentElement.dataset.paper;
    $("picture")?.remove();
    map?.restyle();
  });

  recall();
  if (nodes.length) {
    map = new VisMap($("stage"), {
      nodes: nodes.map(({ id, x, y, size, kind }) => ({
        id, x, y, size, shape: shape(kinds[kind]), colour: kinds[kind].colour,
      })),
      links: edges,
      options: JSON.parse(options),
      name: (id) => t(byId.get(id).label),
      word: (i) => t(relations[edges[i].relation].label),
      unlinked: () => w("unlinked"),
      chosen: (id) => choose(id, { move: false }),
    });
  }
  $("search").disabled = false;
  showAll();
  map?.fit([...visible()], false);
  if (state.node) map?.goTo(state.node);
  document.documentElement.dataset.ready = "true";
})();
