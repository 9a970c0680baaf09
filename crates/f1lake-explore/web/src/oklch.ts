export interface Lab {
  l: number;
  a: number;
  b: number;
}
type Rgb = [number, number, number];

const toLinear = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const toGamma = (v: number) => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);

export function parseHex(hex: string): Rgb {
  const value = parseInt(hex.replace("#", ""), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255].map((v) => toLinear(v / 255)) as Rgb;
}

function toHex(rgb: Rgb): string {
  const byte = (v: number) => Math.round(Math.min(1, Math.max(0, toGamma(v))) * 255);
  return `#${rgb.map((v) => byte(v).toString(16).padStart(2, "0")).join("")}`;
}

export function toLab([r, g, b]: Rgb): Lab {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {
    l: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    a: 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    b: 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  };
}

function fromLab({ l, a, b }: Lab): Rgb {
  const lc = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const mc = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const sc = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * lc - 3.3077115913 * mc + 0.2309699292 * sc,
    -1.2684380046 * lc + 2.6097574011 * mc - 0.3413193965 * sc,
    -0.0041960863 * lc - 0.7034186147 * mc + 1.707614701 * sc,
  ];
}

const isInGamut = (rgb: Rgb) => rgb.every((v) => v > -0.0005 && v < 1.0005);

/** The colour at another lightness: hue stays, chroma shrinks only as far as the screen needs. */
export function atLightness(lab: Lab, l: number): string {
  let [low, high] = [0, 1];
  const at = (k: number) => fromLab({ l, a: lab.a * k, b: lab.b * k });
  if (isInGamut(at(1))) return toHex(at(1));
  for (let i = 0; i < 14; i++) {
    const middle = (low + high) / 2;
    if (isInGamut(at(middle))) low = middle;
    else high = middle;
  }
  return toHex(at(low));
}

const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** Contrast of two colours by WCAG, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(parseHex(a)), luminance(parseHex(b))];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

export function distance(a: string, b: string): number {
  return labDistance(toLab(parseHex(a)), toLab(parseHex(b)));
}

export function labDistance(a: Lab, b: Lab): number {
  return Math.hypot(a.l - b.l, a.a - b.a, a.b - b.b);
}

/** Full colour blindness after Machado, Oliveira and Fernandes 2009, on linear RGB. */
const SIGHT = {
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
} as const;

export function seenBy(hex: string, sight: keyof typeof SIGHT): Lab {
  const rgb = parseHex(hex);
  const m = SIGHT[sight];
  const row = (i: number) => (m[i] ?? 0) * rgb[0] + (m[i + 1] ?? 0) * rgb[1] + (m[i + 2] ?? 0) * rgb[2];
  return toLab([row(0), row(3), row(6)].map((v) => Math.min(1, Math.max(0, v))) as Rgb);
}
