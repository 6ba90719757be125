/** A Markdown table: the first column to the left, the others to the right. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** The two cells that say what ratio was to be reached, and whether it was. */
export function verdict(ratio: number, target: number | undefined): [string, string] {
  if (target === undefined) return ['', ''];
  return [`≤ ${target}`, ratio <= target ? 'met' : 'not met'];
}
