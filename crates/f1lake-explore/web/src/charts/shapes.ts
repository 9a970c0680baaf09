const round = (value: number) => Math.round(value * 10) / 10;

/** Path of a tyre's shape: S circle, M diamond, H square, I triangle up, W triangle down. */
export function tyreShape(letter: string, cx: number, cy: number, size: number): string {
  const [x, y] = [round(cx), round(cy)];
  switch (letter) {
    case "M": {
      const r = size * 1.28;
      return `M${x} ${round(y - r)}L${round(x + r)} ${y} ${x} ${round(y + r)} ${round(x - r)} ${y}Z`;
    }
    case "H": {
      const r = size * 0.92;
      return `M${round(x - r)} ${round(y - r)}h${round(2 * r)}v${round(2 * r)}h${round(-2 * r)}Z`;
    }
    case "I": {
      const r = size * 1.2;
      return `M${x} ${round(y - r)}L${round(x + r)} ${round(y + r * 0.8)} ${round(x - r)} ${round(y + r * 0.8)}Z`;
    }
    case "W": {
      const r = size * 1.2;
      return `M${x} ${round(y + r)}L${round(x + r)} ${round(y - r * 0.8)} ${round(x - r)} ${round(y - r * 0.8)}Z`;
    }
    default:
      return `M${round(x - size)} ${y}a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0Z`;
  }
}
