import { describe, expect, it } from 'vitest';
import { html, markupOf, plain } from '../../../src/paper/html.ts';

describe('a template of HTML', () => {
  it('takes strings as text, numbers, other templates and lists of them', () => {
    const inner = html`<b>${'<'}</b>`;
    expect(markupOf(html`${inner}${2}${undefined}${[inner, '"']}`)).toBe(
      '<b><bdi>&lt;</bdi></b>2<b><bdi>&lt;</bdi></b><bdi>&quot;</bdi>',
    );
    expect(markupOf(html`<title>${plain('a & b')}</title>`)).toBe('<title>a &amp; b</title>');
  });

  it('takes nothing inside a tag', () => {
    expect(() => html`<a class="${'x'}"></a>`).toThrow('into a tag');
  });
});
