import { createHash } from 'node:crypto';
import type { Html } from './html.ts';
import { drawn, html, markupOf, plain } from './html.ts';
import { STYLE } from './style.ts';

/** What is printed at the head of every page. */
export interface PageMark {
  readonly practice: boolean;
  readonly title: string;
  readonly place: string | undefined;
  /** What the paper is, in a word or two. */
  readonly what: string;
  /** SHA-256 of the plan: 64 hexadecimal digits. Its beginning shows which pages belong together. */
  readonly planSHA256: string;
}

/** `PRACTICE` or `PRODUCTION`. */
export function kindOfCeremony(practice: boolean): string {
  return practice ? 'PRACTICE' : 'PRODUCTION';
}

/**
 * One self-contained file of HTML: it has no script, loads nothing, and forbids both to itself
 * (`Content-Security-Policy`), so that nothing that was put into it could.
 */
export function page(mark: PageMark, body: Html): string {
  const policy = `default-src 'none'; style-src 'sha256-${styleHash()}'; base-uri 'none'; form-action 'none'`;
  const kind = kindOfCeremony(mark.practice);
  const plan = `plan ${mark.planSHA256.slice(0, 4)} ${mark.planSHA256.slice(4, 8)}`;
  return `${markupOf(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          ${drawn(`<meta http-equiv="Content-Security-Policy" content="${policy}">`)}
          <meta name="viewport" content="width=device-width" />
          <title>${plain(`${mark.title} (${kind.toLowerCase()})`)}</title>
          ${drawn(`<style>${STYLE}</style>`)}
        </head>
        <body>
          <table class="pages">
            <thead>
              <tr>
                <th>
                  <div class="mark">
                    <b>${kind}</b><span>${mark.what}</span><span>${plan}</span>
                  </div>
                  <div class="name">
                    ${mark.title}${mark.place === undefined ? undefined : html` · ${mark.place}`}
                  </div>
                </th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <td>${body}</td>
              </tr>
            </tbody>
          </table>
        </body>
      </html>`,
  )}\n`;
}

function styleHash(): string {
  return createHash('sha256').update(STYLE).digest('base64');
}
