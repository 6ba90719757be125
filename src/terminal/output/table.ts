import { oneLine } from './printable.ts';

/**
 * A plain table for a terminal: headings in capitals, one line per row, columns two spaces apart. Control characters
 * are escaped.
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings.map((heading) => heading.toUpperCase()), ...rows].map((row) =>
    row.map(oneLine),
  );
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((row) => widthOf(row[column] ?? ''))),
  );
  return lines
    .map((row) => {
      const cells = widths.map((width, column) => {
        const cell = row[column] ?? '';
        return cell + ' '.repeat(width - widthOf(cell));
      });
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}

/** Names with their descriptions, one per line, indented by two spaces. */
export function factTable(facts: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  return facts
    .map(([name, text]) => `  ${name.padEnd(width)}  ${oneLine(text)}`.trimEnd())
    .join('\n');
}

/** Counts characters, not UTF-16 units; the cell width of a character is unknown. */
function widthOf(text: string): number {
  return Array.from(text).length;
}
