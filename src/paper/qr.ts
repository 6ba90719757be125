import encodeQR from 'qr';
import type { Html } from './html.ts';
import { drawn } from './html.ts';

/** Modules of white on each side (ISO/IEC 18004, 5.3.8). */
const QUIET_ZONE = 4;

/** The width of a module on paper: what cameras tell apart from a hand's distance. */
const MODULE_MM = 0.85;

/** What a symbol of version 40 holds in bytes, at 15 % and at 7 % of redundancy (ISO/IEC 18004, table 7). */
const LEVELS = [
  { level: 'medium', most: 2331 },
  { level: 'low', most: 2953 },
] as const;

/** The longest text that `qrCode` draws, in bytes of UTF-8. */
export const MOST_QR_BYTES = LEVELS[1].most;

/**
 * Draws a QR code (ISO/IEC 18004) as an image in the page, in black on white with its quiet zone, of the byte mode.
 *
 * @param text - drawn as UTF-8
 * @returns undefined if the text is longer than `MOST_QR_BYTES`
 */
export function qrCode(text: string): Html | undefined {
  const bytes = Buffer.byteLength(text);
  const fitting = LEVELS.find(({ most }) => bytes <= most);
  if (fitting === undefined) return undefined;
  const rows = encodeQR(text, 'raw', { ecc: fitting.level, encoding: 'byte', border: QUIET_ZONE });
  const size = rows.length;
  const side = `${(size * MODULE_MM).toFixed(2)}mm`;
  const path = rows.map(runs).join('');
  return drawn(
    `<svg width="${side}" height="${side}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path d="${path}"/></svg>`,
  );
}

/** The dark modules of a row, as rectangles one module high. */
function runs(row: readonly boolean[], y: number): string {
  let path = '';
  for (let x = 0; x < row.length; x += 1) {
    if (row[x] !== true) continue;
    const start = x;
    while (row[x + 1] === true) x += 1;
    const width = x + 1 - start;
    path += `M${start} ${y}h${width}v1h-${width}z`;
  }
  return path;
}
