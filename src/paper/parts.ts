import { digitGroups } from '../base/text/digit-groups.ts';
import { wordLines } from '../ceremony/aloud/aloud.ts';
import type { Content, Html } from './html.ts';
import { html } from './html.ts';

/** What stands together on one page. */
export function block(...contents: readonly Content[]): Html {
  return html`<div class="block framed">${contents}</div>`;
}

/** A box to tick, and what it stands for. */
export function tick(...label: readonly Content[]): Html {
  return html`<span><i class="box"></i>${label}</span>`;
}

/** Names and what they are; what is not known is left out. */
export function facts(rows: readonly (readonly [name: string, value: Content])[]): Html {
  const known = rows.filter(([, value]) => value !== undefined);
  return html`<dl>
    ${known.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

/** An empty line to write on. */
export const LINE: Html = html`<div class="line"></div>`;

/** Room for some lines of handwriting. */
export const LINES: Html = html`<div class="line tall"></div>`;

/** Columns and rows that may go on on the next page, between two rows. */
export function list(columns: readonly string[], rows: readonly (readonly Content[])[]): Html {
  return html`<table class="list">
    <thead>
      <tr>
        ${columns.map((column) => html`<th>${column}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (cells) =>
          html`<tr>
            ${cells.map((cell) => html`<td>${cell}</td>`)}
          </tr> `,
      )}
    </tbody>
  </table>`;
}

/** As `list`, with empty rows to write in. */
export function emptyList(
  columns: readonly string[],
  rows: number,
  filled: readonly (readonly Content[])[] = [],
): Html {
  const none = columns.map(() => undefined);
  const all = [...filled, ...Array.from({ length: rows }, () => none)];
  return html`<div class="empty">${list(columns, all)}</div>`;
}

/**
 * Hexadecimal digits as they are read aloud: in groups of four, four groups on a line, with the PGP words of each line
 * beside it.
 *
 * @param digits - an even number of hexadecimal digits
 */
export function aloud(digits: string): Html {
  const groups = digitGroups(digits, GROUPS_ON_A_LINE);
  const words = wordLines(digits, GROUPS_ON_A_LINE * 2);
  const row = (line: string, index: number): Html =>
    html`<tr>
      <td class="digits">${line}</td>
      <td class="words">${words[index]}</td>
    </tr>`;
  return html`<table class="aloud">
    ${groups.map(row)}
  </table>`;
}

/** Where digits are written by hand, each group in a place of its own. */
export function cells(groups: number): Html {
  return html`<div class="cells">${Array.from({ length: groups }, () => html`<i></i>`)}</div>`;
}

const GROUPS_ON_A_LINE = 4;
