/* The map: nodes and links drawn by vis-network, labels drawn here. Knows nothing of the panels.
   Another engine needs the same methods: show, select, goTo, fit, zoom, next, restyle, picture. */
class VisMap {
  static FONT = 'system-ui, -apple-system, "Segoe UI", "Microsoft YaHei", "PingFang SC", ' +
    '"Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif';

  static HUBS = 24;

  /* items: nodes {id, x, y, size, shape, colour}; links: {from, to}; name(id), word(link index)
     and unlinked() give words in the language of the page; chosen(id or null) is called back. */
  constructor(stage, { nodes, links, options, name, word, unlinked, chosen }) {
    Object.assign(this, { stage, links, name, word, unlinked });
    this.items = new Map(nodes.map((node) => [node.id, node]));
    this.near = new Map(nodes.map((node) => [node.id, []]));
    links.forEach((link, index) => {
      this.near.get(link.from).push({ index, other: link.to });
      this.near.get(link.to).push({ index, other: link.from });
    });
    this.visible = new Set();
    this.selected = null;
    this.hovered = null;
    this.lines = new Map();
    this.nodes = new vis.DataSet(nodes.map((node) => ({
      id: node.id, x: node.x, y: node.y, size: node.size, shape: node.shape,
    })));
    this.edges = new vis.DataSet(links.map((link, id) => ({
      id, from: link.from, to: link.to, smooth: this.bend(id),
    })));
    this.network = new vis.Network(stage, { nodes: this.nodes, edges: this.edges }, options);
    this.network.on("click", (event) => chosen(event.nodes[0] ?? null));
    this.network.on("hoverNode", (event) => this.hover(event.node));
    this.network.on("blurNode", () => this.hover(null));
    this.network.on("afterDrawing", () => this.drawLabels());
    this.restyle();
  }

  /* Several links between the same two things would lie on one line: bend all but the first. */
  bend(index) {
    const { from, to } = this.links[index];
    const rank = this.near.get(from).filter((l) => l.other === to && l.index < index).length;
    if (!rank) return false;
    return { type: rank % 2 ? "curvedCW" : "curvedCCW", roundness: 0.16 * Math.ceil(rank / 2) };
  }

  show(visible) {
    this.visible = visible;
    this.paint();
  }

  select(id) {
    this.selected = id;
    this.paint();
  }

  hover(id) {
    this.hovered = id;
    this.stage.style.cursor = id === null ? "" : "pointer";
    this.network.redraw();
  }

  fit(ids = [...this.visible], animated = true) {
    if (!ids.length) return;
    const calm = !animated || matchMedia("(prefers-reduced-motion: reduce)").matches;
    const places = ids.map((id) => this.network.getPosition(id));
    const extent = (axis) => places.reduce(
      ([low, high], place) => [Math.min(low, place[axis]), Math.max(high, place[axis])],
      [Infinity, -Infinity],
    );
    const [[left, right], [top, bottom]] = [extent("x"), extent("y")];
    // Room at the rim for half a label at the sides and a whole one above and below.
    const scale = Math.min(
      Math.max(this.stage.clientWidth - 130, 100) / (right - left + 1),
      Math.max(this.stage.clientHeight - 88, 100) / (bottom - top + 1), 1.5,
    );
    this.network.moveTo({
      position: { x: (left + right) / 2, y: (top + bottom) / 2 + 8 / scale },
      scale,
      animation: calm ? false : { duration: 350, easingFunction: "easeInOutQuad" },
    });
  }

  /* Bring a thing and what it is linked with into view. */
  goTo(id) {
    const near = this.near.get(id).map((link) => link.other);
    this.fit([id, ...near.filter((other) => this.visible.has(other))]);
  }

  zoom(factor) {
    this.network.moveTo({ scale: this.network.getScale() * factor });
  }

  /* The nearest visible neighbour of a thing, or thing at all, in a direction of the screen. */
  next(id, dx, dy) {
    const from = this.network.getPosition(id);
    const linked = new Set(this.near.get(id).map((link) => link.other));
    let best = null;
    let least = Infinity;
    for (const other of this.visible) {
      const to = this.network.getPosition(other);
      const length = Math.hypot(to.x - from.x, to.y - from.y);
      const straight = ((to.x - from.x) * dx + (to.y - from.y) * dy) / (length || 1);
      if (other === id || straight < 0.4) continue;
      const cost = length * (2.2 - straight) * (linked.has(other) ? 1 : 3);
      if (cost < least) [best, least] = [other, cost];
    }
    return best;
  }

  restyle() {
    const style = getComputedStyle(document.documentElement);
    const colour = (token) => style.getPropertyValue(`--${token}`).trim();
    this.colours = Object.fromEntries(
      ["ground", "ink", "quiet", "link", "strong", "outline"].map((t) => [t, colour(t)]),
    );
    this.lines.clear();
    this.paint();
  }

  /* What is in view, as the address of an image. */
  picture() {
    this.network.redraw();
    return this.stage.querySelector("canvas").toDataURL();
  }

  paint() {
    const { colours, selected, visible } = this;
    const near = new Set(selected ? this.near.get(selected).map((link) => link.other) : []);
    const nodes = [];
    for (const node of this.items.values()) {
      const one = node.id === selected;
      const faint = selected !== null && !one && !near.has(node.id);
      const fill = { background: node.colour, border: one ? colours.strong : colours.outline };
      nodes.push({
        id: node.id, hidden: !visible.has(node.id), opacity: faint ? 0.22 : 1,
        borderWidth: one ? 4 : 1.3, borderWidthSelected: one ? 4 : 1.3,
        color: { ...fill, highlight: fill, hover: fill },
      });
    }
    const edges = this.links.map((link, id) => {
      const ofSelected = link.from === selected || link.to === selected;
      const tone = ofSelected ? colours.strong : colours.link;
      return {
        id, hidden: !visible.has(link.from) || !visible.has(link.to), width: ofSelected ? 1.8 : 1,
        color: { color: tone, hover: tone, highlight: tone,
          opacity: selected !== null && !ofSelected ? 0.25 : 1 },
      };
    });
    this.nodes.update(nodes);
    this.edges.update(edges);
  }

  /* --- Labels: those of the best linked first; none covers another or a mark ------------------ */

  drawLabels() {
    const canvas = this.stage.querySelector("canvas");
    const ratio = canvas.width / canvas.clientWidth || 1;
    const pen = canvas.getContext("2d");
    pen.save();
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.textBaseline = "top";
    pen.lineJoin = "round";
    const taken = { labels: new Boxes(), marks: new Boxes(), hubs: new Boxes() };
    taken.labels.add([canvas.clientWidth - 56, 0, canvas.clientWidth, 130]); // the zoom buttons
    const scale = this.network.getScale();
    const inView = [];
    for (const id of this.order()) {
      const { x, y } = this.network.canvasToDOM(this.network.getPosition(id));
      const radius = Math.max(2, this.items.get(id).size * scale);
      if (x < -90 || y < -30 || x > canvas.clientWidth + 90 || y > canvas.clientHeight + 30) continue;
      inView.push({ id, x, y, radius });
      const shelf = inView.length <= VisMap.HUBS ? taken.hubs : taken.marks;
      shelf.add([x - radius, y - radius, x + radius, y + radius]);
    }
    const near = new Set(
      this.selected ? this.near.get(this.selected).map((link) => link.other) : [],
    );
    inView.slice(0, 900).forEach((place, rank) => {
      const strong = place.id === this.selected || place.id === this.hovered;
      if (this.selected && !strong && !near.has(place.id) && scale < 1.6) return;
      // In a crowd the best linked may be named across small marks, but never across each other.
      const may = [taken.labels, taken.hubs, taken.marks].slice(0, rank < VisMap.HUBS ? 2 : 3);
      this.drawLabel(pen, place, [[taken.labels, taken.hubs, taken.marks], may], strong);
    });
    if (this.selected) this.drawRelations(pen, taken);
    this.drawTrayTitle(pen, taken);
    pen.restore();
  }

  order() {
    if (!this.byLinks) {
      const count = (id) => this.near.get(id).length;
      this.byLinks = [...this.items.keys()].sort((a, b) => count(b) - count(a));
    }
    const first = [this.hovered, this.selected].filter((id) => id !== null);
    const near = this.selected ? this.near.get(this.selected).map((link) => link.other) : [];
    return [...new Set([...first, ...near, ...this.byLinks])].filter((id) => this.visible.has(id));
  }

  drawLabel(pen, { id, x, y, radius }, [wished, accepted], strong) {
    pen.font = `${strong ? "600 13px" : "12px"} ${VisMap.FONT}`;
    const { clientWidth, clientHeight } = pen.canvas;
    const inside = ([left, top, right, bottom]) =>
      left > 1 && top > 1 && right < clientWidth - 1 && bottom < clientHeight - 1;
    let last = null;
    const tries = strong ? [[210, 5, wished]]
      : [[150, 2, wished], [92, 3, wished], [104, 1, wished], [104, 1, accepted]];
    // First as it reads best, then narrower, then cut short, to fit between two marks.
    for (const [room, most, taken] of tries) {
      const { lines, width } = this.wrapped(pen, id, room, most);
      const height = lines.length * 14.5;
      const slant = radius * 0.7 + 3;
      const spots = [
        [x, y + radius + 2, "center"],
        [x, y - radius - 2 - height, "center"],
        [x + radius + 4, y - height / 2, "left"],
        [x - radius - 4, y - height / 2, "right"],
        [x + slant, y + slant, "left"],
        [x - slant, y + slant, "right"],
        [x + slant, y - slant - height, "left"],
        [x - slant, y - slant - height, "right"],
      ];
      const share = { left: 0, center: 0.5, right: 1 };
      const box = ([at, top, align]) => {
        const left = at - width * share[align];
        return [left - 2, top, left + width + 2, top + height];
      };
      const free = (s) => inside(box(s)) && taken.every((boxes) => boxes.free(box(s)));
      const spot = spots.find(free);
      if (spot) return this.put(pen, lines, spot, box(spot), taken);
      last = [lines, spots[0], box(spots[0])];
    }
    return strong ? this.put(pen, ...last, wished) : undefined;
  }

  put(pen, lines, [at, top, align], box, [labels]) {
    labels.add(box);
    pen.textAlign = align;
    lines.forEach((line, i) => this.write(pen, line, at, top + i * 14.5, this.colours.ink));
  }

  write(pen, text, x, y, colour) {
    pen.lineWidth = 3.5;
    pen.strokeStyle = this.colours.ground;
    pen.strokeText(text, x, y);
    pen.fillStyle = colour;
    pen.fillText(text, x, y);
  }

  wrapped(pen, id, room, most) {
    const key = `${pen.font} ${room} ${most} ${id}`;
    if (!this.lines.has(key)) {
      const measure = (text) => pen.measureText(text).width;
      const lines = VisMap.wrap(this.name(id), room, most, measure);
      this.lines.set(key, { lines, width: Math.max(...lines.map(measure)) });
    }
    return this.lines.get(key);
  }

  /* Chinese may break anywhere but before a closing mark, other text between words. */
  static wrap(text, room, most, measure) {
    const parts = text.replace(VisMap.CONTROLS, " ").match(VisMap.PARTS) ?? [""];
    const lines = [""];
    for (const part of parts) {
      const line = lines.at(-1);
      if (!line || measure(line + part) <= room) lines[lines.length - 1] = line + part;
      else lines.push(part.trimStart());
    }
    const trimmed = lines.map((line) => line.trim()).filter((line) => line);
    const cut = (line, tail) => {
      let short = line;
      while (short && measure(short + tail) > room * 1.2) short = short.slice(0, -1).trimEnd();
      return short === line ? line : `${short}…`;
    };
    const kept = trimmed.slice(0, most).map((line) => cut(line, ""));
    if (trimmed.length > most) kept[most - 1] = `${cut(kept[most - 1], "…").replace(/…$/u, "")}…`;
    return kept.length ? kept : [""];
  }

  static CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

  static PARTS =
    /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef][）】》」』〉。，、；：！？”’]*|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+|\s+/gu;

  /* Relations are named for the selected thing only; on all links they would cover the map. */
  drawRelations(pen, taken) {
    pen.font = `11px ${VisMap.FONT}`;
    pen.textAlign = "center";
    const from = this.network.canvasToDOM(this.network.getPosition(this.selected));
    const written = new Set();
    for (const { index, other } of this.near.get(this.selected)) {
      if (!this.visible.has(other)) continue;
      const to = this.network.canvasToDOM(this.network.getPosition(other));
      const text = this.word(index);
      const width = pen.measureText(text).width;
      for (const part of [0.6, 0.5, 0.7]) {
        const x = from.x + (to.x - from.x) * part;
        const y = from.y + (to.y - from.y) * part - 6;
        const box = [x - width / 2 - 1, y, x + width / 2 + 1, y + 13];
        const free = Object.values(taken).every((boxes) => boxes.free(box));
        if (written.has(`${other} ${text}`) || !free) continue;
        written.add(`${other} ${text}`);
        taken.labels.add(box);
        this.write(pen, text, x, y, this.colours.strong);
      }
    }
  }

  drawTrayTitle(pen, taken) {
    const alone = [...this.visible].filter((id) => !this.near.get(id).length);
    if (!alone.length || this.selected) return;
    const places = alone.map((id) => this.network.getPosition(id));
    const corner = this.network.canvasToDOM({
      x: Math.min(...places.map((p) => p.x)), y: Math.min(...places.map((p) => p.y)),
    });
    pen.font = `italic 11.5px ${VisMap.FONT}`;
    pen.textAlign = "left";
    const width = pen.measureText(this.unlinked()).width;
    const [x, y] = [corner.x - 8, corner.y - 34];
    if (Object.values(taken).every((boxes) => boxes.free([x, y, x + width, y + 14]))) {
      this.write(pen, this.unlinked(), x, y, this.colours.quiet);
    }
  }
}

/* Boxes on the screen, sorted into cells, so that a new one is compared with few. */
class Boxes {
  constructor() {
    this.cells = new Map();
  }

  * around([left, top, right, bottom]) {
    for (let column = Math.floor(left / 64); column <= right / 64; column += 1) {
      for (let row = Math.floor(top / 64); row <= bottom / 64; row += 1) {
        yield `${column},${row}`;
      }
    }
  }

  add(box) {
    for (const cell of this.around(box)) {
      if (!this.cells.has(cell)) this.cells.set(cell, []);
      this.cells.get(cell).push(box);
    }
  }

  free(box) {
    for (const cell of this.around(box)) {
      for (const other of this.cells.get(cell) ?? []) {
        if (box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]) {
          return false;
        }
      }
    }
    return true;
  }
}
