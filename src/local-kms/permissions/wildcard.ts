/**
 * Tells whether a text is of a pattern in which `*` stands for any characters, none among them, and `?` for exactly one.
 * Letters match as they are. However pattern and text are chosen, it takes at most the product of their lengths: the last
 * `*` takes one character more whenever the rest does not fit, and earlier ones need no second try.
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
