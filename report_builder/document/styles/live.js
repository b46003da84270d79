// A figure that a reader moves through: one picture of many that stand on a sprite, chosen by a plane, pickers and a slider.
function explore(data, image) {
  const make = (tag, attributes, ...children) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(...children);
    return made;
  };
  const { controls, across, points, size: [width, height] } = data;
  const names = Object.keys(data.classes), short = names.every((name) => name.length < 3); // else a shape tells them apart
  const signs = Object.fromEntries(names.map((name, k) => [data.classes[name], short ? name : "●■▲◆★✚✖▼◗⬟"[k % 10]]));
  const last = controls.map(({ values }) => values.length - 1);
  const at = controls.map(({ kind }, i) => (kind === "choice" ? 0 : kind === "slider" ? last[i] : last[i] / 2));
  const [x, y, time] = ["across", "upwards", "slider"].map((kind) => controls.findIndex((control) => control.kind === kind));
  const sprite = Object.assign(new Image(), { src: data.sprite });
  const picture = make("canvas", { className: "picture", width, height, role: "img", ariaLabel: image.alt });
  const said = make("output", {});
  said.setAttribute("aria-live", "polite");

  function tile(context, chosen, left, top, wide, tall) {
    const place = chosen.reduce((sum, value, i) => sum * (last[i] + 1) + value, 0);
    context.drawImage(sprite, (place % across) * width, Math.floor(place / across) * height, width, height, left, top, wide, tall);
  }

  function show() { // between the cells of the plane the four pictures around are mixed
    const context = picture.getContext("2d"), parts = [];
    const sides = (i) => (i < 0 ? [[0, 1]] : [[Math.floor(at[i]), 1 - (at[i] % 1)], [Math.ceil(at[i]), at[i] % 1]]);
    for (const [column, a] of sides(x)) for (const [row, b] of sides(y)) parts.push([column, row, a * b]);
    let sum = 0;
    for (const [column, row, weight] of parts.filter((part) => part[2] > 0)) {
      sum += weight;
      context.globalAlpha = weight / sum;
      tile(context, at.map((value, i) => (i === x ? column : i === y ? row : value)), 0, 0, width, height);
    }
    const words = [x, y, time].filter((i) => i >= 0).map((i) => (i === time
      ? controls[i].values[at[i]] : `${controls[i].title} = ${controls[i].values[Math.round(at[i])]}`));
    said.textContent = words.join("  ");
  }

  function plane() {
    const side = 640, map = make("canvas", { width: side, height: side });
    const box = make("div", { className: "plane", tabIndex: 0, role: "application", ariaLabel: words.plane, title: words.plane }, map);
    const ground = make("canvas", { width: side, height: side });
    const ring = (context, radius, ink, wide) => {
      context.beginPath();
      context.arc((at[x] / last[x]) * side, (1 - at[y] / last[y]) * side, radius, 0, 7);
      Object.assign(context, { strokeStyle: ink, lineWidth: wide });
      context.stroke();
    };
    const paint = () => {
      const context = map.getContext("2d");
      context.drawImage(ground, 0, 0);
      ring(context, 15, "#fff", 9);
      ring(context, 15, "#c1121f", 5);
    };
    const lay = () => { // pale pictures of the plane, and the codes on them
      const context = ground.getContext("2d"), cells = Math.min(14, last[x] + 1, last[y] + 1), wide = side / cells;
      Object.assign(context, { globalAlpha: 1, fillStyle: "#fff" });
      context.fillRect(0, 0, side, side);
      context.globalAlpha = points.length ? 0.3 : 0.6;
      for (let i = 0; i < cells; i += 1) for (let j = 0; j < cells; j += 1) {
        const near = (k, n) => Math.round((n * last[k]) / (cells - 1));
        tile(context, at.map((value, k) => (k === x ? near(x, i) : k === y ? near(y, j) : value)), i * wide, side - (j + 1) * wide, wide, wide);
      }
      Object.assign(context, { globalAlpha: 0.9, font: "bold 15px sans-serif", textAlign: "center", textBaseline: "middle", strokeStyle: "#fff", lineWidth: 3 });
      for (const [right, up, ink] of points) {
        context.fillStyle = ink;
        for (const draw of ["strokeText", "fillText"]) context[draw](signs[ink], right * side, (1 - up) * side);
      }
      paint();
    };
    const move = (right, up) => {
      at[x] = Math.max(0, Math.min(1, right)) * last[x];
      at[y] = Math.max(0, Math.min(1, up)) * last[y];
      paint();
      show();
    };
    const follow = (event) => {
      const { left, top, width: wide, height: tall } = map.getBoundingClientRect();
      move((event.clientX - left) / wide, 1 - (event.clientY - top) / tall);
    };
    box.addEventListener("pointermove", follow);
    box.addEventListener("pointerdown", (event) => { box.setPointerCapture(event.pointerId); follow(event); });
    box.addEventListener("keydown", (event) => {
      const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!step) return;
      event.preventDefault();
      move((Math.round(at[x]) + step[0]) / last[x], (Math.round(at[y]) + step[1]) / last[y]);
    });
    return [box, lay, (seconds) => move(0.5 + 0.42 * Math.sin(seconds), 0.5 + 0.42 * Math.sin(seconds * 1.4 + 0.6))];
  }

  function picker({ title, values, columns }, i) {
    const name = `choice-${explore.count = (explore.count ?? 0) + 1}`;
    const labels = values.map((value, place) => {
      const input = make("input", { type: "radio", name, checked: place === at[i] });
      input.addEventListener("change", () => { at[i] = place; renew(); });
      return make("label", {}, input, make("span", {}, value));
    });
    const box = make("div", {}, ...labels);
    if (columns) box.style.gridTemplateColumns = `repeat(${columns}, max-content)`;
    return make("fieldset", {}, make("legend", {}, title), box);
  }

  function slider({ title }, i) {
    const input = make("input", { type: "range", min: 0, max: last[i], value: at[i] });
    input.addEventListener("input", () => { at[i] = Number(input.value); show(); });
    return [make("label", { className: "slider" }, title, input), (seconds) => {
      input.value = at[i] = Math.floor(seconds * 4) % (last[i] + 1);
      show();
    }];
  }

  function player(step) {
    const button = make("button", { type: "button" }, words.play);
    let started = null;
    const tick = (now) => {
      if (started === null) return;
      step((now - started) / 1000);
      requestAnimationFrame(tick);
    };
    button.addEventListener("click", () => {
      started = started === null ? performance.now() : null;
      button.textContent = started === null ? words.play : words.pause;
      if (started !== null) requestAnimationFrame(tick);
    });
    return button;
  }

  const box = make("div", { className: "explorer" }), side = make("div", { className: "side" }, picture, said);
  let renew = show;
  controls.forEach((control, i) => { if (control.kind === "choice" && last[i] > 0) side.append(picker(control, i)); });
  if (x >= 0) {
    const [map, lay, wander] = plane();
    renew = () => { lay(); show(); };
    const inks = Object.entries(data.classes).map(([name, ink]) => {
      const dot = make("i", {});
      dot.style.color = ink;
      dot.dataset.sign = short ? "●" : signs[ink];
      return make("span", {}, dot, name);
    });
    box.append(make("div", { className: "side" }, map, make("div", { className: "classes" }, ...inks)));
    side.append(player(wander));
  }
  if (time >= 0) {
    const [range, play] = slider(controls[time], time);
    side.append(range, player(play));
  }
  box.classList.toggle("strip", width > 3 * height);
  box.append(side);
  image.before(box);
  image.classList.add("still");
  sprite.decode().then(renew);
}
