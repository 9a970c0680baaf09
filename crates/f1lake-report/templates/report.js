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
  const rows = JSON.parse(box.dataset.readings);
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
}
