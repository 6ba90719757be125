import { escapeUnprintable, UNPRINTABLE } from '../base/text/unprintable.ts';

const MARKUP = Symbol('markup');

/** Markup that is safe to put into a page: only `html` and `drawn` make it. */
export interface Html {
  readonly [MARKUP]: string;
}

/** What may stand in a template: a string is text, whatever it holds. */
export type Content = Html | string | number | undefined | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * A template of HTML. Strings put into it are text: the characters of markup become entities, those that cannot be
 * seen are shown as escapes (`\u202e`), and a name in a script that runs from right to left does not turn its
 * neighbours round (`bdi`). Nothing can be put into a tag.
 */
export function html(literals: TemplateStringsArray, ...contents: readonly Content[]): Html {
  let markup = '';
  for (const [index, literal] of literals.entries()) {
    markup += literal;
    if (index === contents.length) break;
    if (literal.lastIndexOf('<') > literal.lastIndexOf('>')) {
      throw new Error('a template of HTML puts a value into a tag');
    }
    markup += markupOf(contents[index]);
  }
  return { [MARKUP]: markup };
}

/** Markup that is a drawing made of numbers. The caller vouches that no text from outside is in it. */
export function drawn(markup: string): Html {
  return { [MARKUP]: markup };
}

/** Text where no markup is read, as in a title. */
export function plain(text: string): Html {
  return { [MARKUP]: escaped(text) };
}

/** The markup as it goes into a file. */
export function markupOf(content: Content): string {
  if (content === undefined) return '';
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') return `<bdi>${escaped(content)}</bdi>`;
  return isHtml(content) ? content[MARKUP] : content.map(markupOf).join('');
}

/** `readonly` arrays are not narrowed by Array.isArray. */
function isHtml(content: Html | readonly Content[]): content is Html {
  return MARKUP in content;
}

/** Text for HTML, also in an attribute: what is invisible or turns the text around is shown as an escape. */
export function escaped(text: string): string {
  return text
    .replaceAll(UNPRINTABLE, escapeUnprintable)
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
