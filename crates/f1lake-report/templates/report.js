"use strict";
for (const box of document.querySelectorAll(".drivers")) {
  for (const [text, checked] of [["All", true], ["None", false]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => {
      for (const chip of box.querySelectorAll("input")) chip.checked = checked;
    });
    box.append(button);
  }
}
for (const box of document.querySelectorAll(".compare")) {
  const svg = box.querySelector("svg.comparison");
  let rows = JSON.parse(box.dataset.readings);
  const [left, right, top, bottom] = ["left", "right", "top", "bottom"].map((n) => Number(box.dataset[n]));
  const cursor = document.createElementNS("http://www.w3.org/2000/svg", "path");
  cursor.setAttribute("class", "cursor");
  svg.append(cursor);
  let at = null;
  const show = (selector, text) => {
    const place = box.querySelector(selector);
    if (place) place.textContent = text;
  };
  const move = (index) => {
    at = Math.min(rows.length - 1, Math.max(0, index));
    const [distance, first, second, delta, noise] = rows[at];
    const x = left + (at / (rows.length - 1)) * (right - left);
    cursor.setAttribute("d", `M${x} ${top}V${bottom}`);
    show(".speed0", first === null ? "" : `${first} km/h`);
    show(".speed1", second === null ? "" : `${second} km/h`);
    show(".where", `${distance} m` + (delta === null ? "" : `, delta ${delta < 0 ? "" : "+"}${delta.toFixed(3)} ± ${noise.toFixed(3)} s`));
  };
  const clear = () => {
    at = null;
    cursor.removeAttribute("d");
    for (const selector of [".speed0", ".speed1", ".where"]) show(selector, "");
  };
  svg.addEventListener("pointermove", (event) => {
    const area = svg.getBoundingClientRect();
    const x = ((event.clientX - area.left) / area.width) * svg.viewBox.baseVal.width;
    move(Math.round(((x - left) / (right - left)) * (rows.length - 1)));
  });
  svg.addEventListener("pointerleave", clear);
  svg.setAttribute("tabindex", "0");
  box.querySelector(".keys").hidden = false;
  const steps = { ArrowLeft: -1, ArrowRight: 1, PageDown: -20, PageUp: 20, Home: -Infinity, End: Infinity };
  svg.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return clear();
    if (!(event.key in steps) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move(at === null ? 0 : at + steps[event.key]);
  });
  svg.addEventListener("blur", clear);
  const choose = box.querySelector(".choose");
  if (!choose) continue;
  const [length, ends, laps] = JSON.parse(box.dataset.laps);
  const strips = JSON.parse(box.dataset.strips);
  const pickers = [...choose.querySelectorAll("select")];
  const steps_of = laps[0][0].length - 1;
  const x = (place) => left + (place / length) * (right - left);
  const draw = (parent, name, attributes, text) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text) element.textContent = text;
    parent.append(element);
    return element;
  };
  const line = (parent, points, width, role = "s") => {
    let d = "";
    let pen = "M";
    for (const [at, y] of points) {
      if (y === null) pen = "M";
      else {
        d += `${pen}${at.toFixed(1)} ${y.toFixed(1)}`;
        pen = "L";
      }
    }
    draw(parent, "path", { class: `l ${role}`, d, "stroke-width": width });
  };
  // Sums of squares of what is not known of both cars, from the anchor before a place and to the next one.
  const noise = (a, b, index) => {
    const place = (length * index) / steps_of;
    const next = Math.max(0, ends.findIndex((end) => place <= end + 0.05));
    const sum = (at) => a[at[0]][at[1]] + b[at[0]][at[1]];
    const here = sum([5, index]);
    const before = here - (next === 0 ? 0 : sum([7, next - 1]));
    const after = sum([7, next]) - here;
    if (before <= 0 || after <= 0) return 0;
    const [from, to] = [Math.max(0, index - 2), Math.min(steps_of, index + 2)];
    const metres = (length * (to - from)) / steps_of;
    const speed = Math.max(5, Math.min(...[a, b].map((lap) => (1000 * metres) / (lap[0][to] - lap[0][from]))));
    return Math.sqrt((before * after) / (before + after)) / speed;
  };
  const redraw = () => {
    clear();
    const chosen = pickers.map((picker) => picker.selectedOptions[0]);
    const pair = pickers.map((picker) => laps[Number(picker.value)]);
    const near = chosen[0].dataset.near[Number(pickers[1].value)] === "1";
    const classes = [`lap0 ${chosen[0].dataset.class}`, `lap1 ${chosen[1].dataset.class}${near ? " alt" : ""}`];
    const names = chosen.map((option) => option.textContent.split(",")[0]);
    rows = pair[0][0].map((time, i) => [
      Math.round((length * i) / steps_of), pair[0][1][i], pair[1][1][i], (pair[1][0][i] - time) / 1000, noise(pair[0], pair[1], i),
    ]);
    box.querySelectorAll(".key > span").forEach((span, place) => {
      span.className = classes[place];
      span.querySelector("bdi").textContent = chosen[place].textContent;
    });
    svg.querySelectorAll("g.strip").forEach((group, index) => {
      let [upper, lower, low, high] = strips[index];
      const y = (value) => (value === null ? null : lower - ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * (lower - upper));
      if (group.classList.contains("delta")) {
        const edges = rows.flatMap(([, , , delta, error]) => [delta - error, delta + error]);
        const reach = [Math.min(0, ...edges), Math.max(0, ...edges)];
        const room = Math.max(0.02, (reach[1] - reach[0]) * 0.12);
        [low, high] = [reach[0] - room, reach[1] + room];
        const title = group.querySelector("text[transform]");
        group.replaceChildren(...(title ? [title] : []));
        const step = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 50].find((size) => (high - low) / size <= 6) ?? 500;
        for (let k = Math.ceil(low / step); k <= high / step; k += 1) {
          line(group, [[left, y(k * step)], [right, y(k * step)]], 1, k === 0 ? "a" : "g");
          const label = { class: "x t e", x: left - 6, y: y(k * step), dy: ".35em", "font-size": 12 };
          draw(group, "text", label, k === 0 ? "0" : `${k > 0 ? "+" : ""}${(k * step).toFixed(2)}`);
        }
        line(group, [[left, upper], [left, lower]], 1, "a");
        const band = [...rows.map((row) => [row[0], row[3] + row[4]]), ...rows.map((row) => [row[0], row[3] - row[4]]).reverse()];
        const d = "M" + band.map(([place, value]) => `${x(place).toFixed(1)} ${y(value).toFixed(1)}`).join("L") + "Z";
        draw(draw(group, "g", { class: "noise" }), "path", { class: "f s", d });
        const runs = [];
        rows.forEach(([place, , , delta, error]) => {
          const known = Math.abs(delta) > error;
          const last = runs[runs.length - 1];
          if (last) last.points.push([x(place), y(delta)]);
          if (!last || last.known !== known) runs.push({ known, points: [[x(place), y(delta)]] });
        });
        for (const { known, points } of runs) {
          line(draw(group, "g", { class: `trace ${known ? classes[1] : "neutral"}` }), points, known ? 1.8 : 1);
        }
        const squares = draw(group, "g", { class: `official ${classes[1]}` });
        ends.forEach((end, i) => {
          const at = [x(end) - 2.1, y((pair[1][6][i] - pair[0][6][i]) / 1000) - 2.1];
          draw(squares, "rect", { class: "l s", x: at[0], y: at[1], width: 4.2, height: 4.2, "stroke-width": 1.4 });
        });
        return;
      }
      const value = ["speed", "throttle", "brake", "gear"].findIndex((name) => group.classList.contains(name)) + 1;
      group.querySelectorAll("g.trace").forEach((trace) => trace.remove());
      for (const place of [1, 0]) {
        const points = [];
        pair[place][value].forEach((number, i) => {
          const at = x((length * i) / steps_of);
          if (value > 2 && points.length > 0) points.push([at, points[points.length - 1][1]]);
          points.push([at, y(number)]);
        });
        line(draw(group, "g", { class: `trace ${classes[place]}` }), points, value === 1 ? 1.8 : 1.3);
      }
    });
    svg.append(cursor);
    const official = ends.map((_, i) => ((pair[1][6][i] - pair[0][6][i]) / 1000).toFixed(3).replace(/^(?!-)/, "+"));
    svg.setAttribute("aria-label", `Speed over distance: ${names[0]} and ${names[1]}`);
    box.querySelector("figcaption bdi").textContent =
      `Delta: time of ${names[1]} minus time of ${names[0]} at the same place; where it rises, ${names[1]} loses time. ` +
      `Squares: official delta at the sector lines and at the finish (${official.join(", ")} s). Elsewhere, the band shows ` +
      "the sampling noise; where the delta is smaller, the line is thin and grey. The maps and the table below keep to the first two laps.";
  };
  for (const picker of pickers) picker.addEventListener("change", redraw);
  choose.hidden = false;
}
