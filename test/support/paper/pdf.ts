/* What a reader finds on printed pages: by poppler's tools and zbar. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The text of each page. */
export function textOfPages(pdf: Buffer): readonly string[] {
  return withFile(pdf, (file) =>
    execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' })
      .split('\f')
      .slice(0, -1),
  );
}

/** The width and height of the pages in points. */
export function sizeOfPages(pdf: Buffer): readonly number[] {
  return withFile(pdf, (file) => {
    const facts = execFileSync('pdfinfo', [file], { encoding: 'utf8' });
    return [...(/^Page size: +([\d.]+) x ([\d.]+)/m.exec(facts) ?? [])].slice(1).map(Number);
  });
}

/** What the QR codes of each page hold, as zbar reads them off a scan of 200 dots per inch. */
export function codesOfPages(pdf: Buffer): readonly (readonly string[])[] {
  return withFile(pdf, (file, folder) => {
    execFileSync('pdftoppm', ['-r', '200', '-gray', file, join(folder, 'page')]);
    const scans = readdirSync(folder).filter((name) => name.endsWith('.pgm'));
    return scans.sort().map((name) => codesOf(join(folder, name)));
  });
}

/** zbarimg ends with 4 where it finds nothing. */
function codesOf(scan: string): readonly string[] {
  try {
    const found = execFileSync(
      'zbarimg',
      ['--quiet', '--xml', '-Sdisable', '-Sqrcode.enable', scan],
      {
        encoding: 'utf8',
        stdio: 'pipe',
      },
    );
    return [...found.matchAll(/<!\[CDATA\[(.*?)\]\]>/gs)].map(([, data = '']) => data);
  } catch (error) {
    if ((error as { status?: number }).status === 4) return [];
    throw error;
  }
}

function withFile<T>(pdf: Buffer, use: (file: string, folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'kmsx-pdf-'));
  try {
    const file = join(folder, 'pages.pdf');
    writeFileSync(file, pdf);
    return use(file, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** JavaScript that marks, in a page, the beginning and the end of each part that must not be cut. */
export const MARK_PARTS = `
  let count = 0;
  const mark = (element, where, text) => {
    const span = document.createElement('span');
    span.textContent = text;
    span.style.cssText = 'position: absolute; font-size: 5px';
    element.insertAdjacentElement(where, span);
  };
  for (const part of document.querySelectorAll('.block, .list tr, .aloud, .cells')) {
    const cells = part.matches('table') ? part.querySelectorAll('td') : part.matches('tr') ? part.cells : [part];
    mark(cells[0], 'afterbegin', ' [' + count + '> ');
    mark(cells[cells.length - 1], 'beforeend', ' <' + count + '] ');
    count += 1;
  }
`;

/** As `MARK_PARTS`, with the parts free to be cut. */
export const MARK_AND_FREE_PARTS = `${MARK_PARTS}
  for (const element of document.querySelectorAll('*')) element.style.breakInside = 'auto';
`;

/** What `MARK_PARTS` marked: how many parts begin on a page, and the numbers of those that end on another. */
export function markedParts(pages: readonly string[]): { count: number; cut: readonly string[] } {
  const pageOf = (mark: string): number => pages.findIndex((page) => page.includes(mark));
  const numbers = pages.flatMap((page) =>
    [...page.matchAll(/\[(\d+)>/g)].map(([, number = '']) => number),
  );
  return {
    count: numbers.length,
    cut: numbers.filter((number) => pageOf(`[${number}>`) !== pageOf(`<${number}]`)),
  };
}
