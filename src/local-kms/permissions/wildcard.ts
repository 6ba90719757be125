/**
 * Whether a text matches a pattern, in which `*` stands for any number of characters and `?` for exactly one. The case of
 * letters counts. The time is at most the product of the two lengths, whatever the input: on a mismatch only the last `*`
 * takes one more character, and earlier ones need no second try.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let [inPattern, inText] = [0, 0];
  let [star, starText] = [-1, 0];
  while (inText < text.length) {
    const expected = pattern[inPattern];
    if (expected === '*') {
      star = inPattern;
      starText = inText;
      inPattern += 1;
    } else if (expected === '?' || expected === text[inText]) {
      inPattern += 1;
      inText += 1;
    } else if (star !== -1) {
      starText += 1;
      inPattern = star + 1;
      inText = starText;
    } else {
      return false;
    }
  }
  while (pattern[inPattern] === '*') inPattern += 1;
  return inPattern === pattern.length;
}
