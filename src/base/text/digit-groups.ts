const GROUP = /.{1,4}/g;

/** Hexadecimal digits in groups of four, to be read aloud: at most `perLine` groups on a line. */
export function digitGroups(digits: string, perLine: number): string[] {
  const groups = digits.match(GROUP) ?? [];
  const lines: string[] = [];
  for (let start = 0; start < groups.length; start += perLine) {
    lines.push(groups.slice(start, start + perLine).join(' '));
  }
  return lines;
}

/** A fingerprint (`SHA256:` and 64 hexadecimal digits) as it is read aloud: four lines of four groups. */
export function fingerprintLines(fingerprint: string): string[] {
  return digitGroups(fingerprint.replace(/^SHA256:/, ''), 4);
}
