"use strict";
for (const box of document.querySelectorAll(".compare")) {
  const svg = box.querySelector("svg.comparison");
  const rows = JSON.parse(box.dataset.readings);
  const [left, right, top, bottom] = ["left", "right", "top", "bottom"].map((n) => Number(box.dataset[n]));
  const cursor = document.createElementNS("http://www.w3.org/2000/svg", "path");
  cursor.setAttribute("class", "cursor");
  svg.append(cursor);
  const show = (selector, text) => {
    const place = box.querySelector(selector);
    if (place) place.textContent = text;
  };
  svg.addEventListener("pointermove", (event) => {
    const area = svg.getBoundingClientRect();
    const x = ((event.clientX - area.left) / area.width) * svg.viewBox.baseVal.width;
    const share = Math.min(1, Math.max(0, (x - left) / (right - left)));
    const [distance, first, second, delta, noise] = rows[Math.round(share * (rows.length - 1))];
    const at = left + share * (right - left);
    cursor.setAttribute("d", `M${at} ${top}V${bottom}`);
    show(".speed0", first === null ? "" : `${first} km/h`);
    show(".speed1", second === null ? "" : `${second} km/h`);
    show(".where", `${distance} m` + (delta === null ? "" : `, delta ${delta < 0 ? "" : "+"}${delta.toFixed(3)} ± ${noise.toFixed(3)} s`));
  });
  svg.addEventListener("pointerleave", () => {
    cursor.removeAttribute("d");
    for (const selector of [".speed0", ".speed1", ".where"]) show(selector, "");
  });
}
