const WIDTH = 100;

/** Two columns, a name and its description, wrapped at 100 characters. */
export function columns(rows: readonly (readonly [string, string])[]): string {
  const left = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows.map(([name, text]) => row(name, text, left)).join('');
}

function row(name: string, text: string, left: number): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && left + line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  const indent = ' '.repeat(left);
  return `  ${name.padEnd(left - 2)}${lines.join(`\n${indent}`)}\n`;
}
