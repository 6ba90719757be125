/* The script and the record of a ceremony, as Chromium prints them and other programs read what it printed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { readEnvelope } from '../../../src/documents/read-document.ts';
import { recordOnPaper } from '../../../src/paper/record/print-record.ts';
import { ceremonyScript } from '../../../src/paper/script/script.ts';
import { BACKUP } from '../../support/documents.ts';
import type { Paper, Printed } from '../../support/paper/browser.ts';
import { useBrowser } from '../../support/paper/browser.ts';
import {
  codesOfPages,
  markedParts,
  MARK_AND_FREE_PARTS,
  MARK_PARTS,
  sizeOfPages,
  textOfPages,
} from '../../support/paper/pdf.ts';
import { FULL_PLAN, PLAN_SHA256 } from '../../support/paper/plans.ts';
import { paperRecord } from '../../support/paper/records.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const print = useBrowser();

const BACKUP_TEXT = `${JSON.stringify(BACKUP)}\n`;
const LONG_TEXT = `${BACKUP_TEXT.slice(0, -2)},"More":"${'x'.repeat(2200)}"}\n`;
const BEYOND_ASCII = { ...BACKUP, EncryptionContext: { purpose: 'Zürich 密钥 🔑' } };

const PAGES = {
  script: ceremonyScript({ plan: FULL_PLAN, planSHA256: PLAN_SHA256, version: '1.0.0' }),
  record: recordOnPaper(
    paperRecord({
      backups: [
        { name: 'backup.json', text: BACKUP_TEXT },
        { name: 'long.json', text: LONG_TEXT },
        { name: 'beyond-ascii.json', text: JSON.stringify(BEYOND_ASCII) },
        { name: 'too-long.json', text: 'x'.repeat(3000) },
      ],
    }),
  ),
};

const PAPERS: readonly (readonly [paper: Paper, size: readonly number[]])[] = [
  ['A4', [595, 842]],
  ['Letter', [612, 792]],
];

async function printed(
  html: string,
  paper: Paper,
  prepare?: string,
): Promise<Printed & { readonly url: string; readonly pages: readonly string[] }> {
  const file = join(folder(), 'page.html');
  writeFileSync(file, html);
  const url = pathToFileURL(file).href;
  const result = await print(url, paper, prepare);
  return { ...result, url, pages: textOfPages(result.pdf) };
}

describe.each(PAPERS)('on %s', (paper, size) => {
  it.each(['script', 'record'] as const)('the %s is printed page by page', async (what) => {
    const { pdf, pages, requests, complaints, url } = await printed(PAGES[what], paper, MARK_PARTS);
    const points = sizeOfPages(pdf).map((length, side) => Math.abs(length - (size[side] ?? 0)));
    expect(Math.max(...points)).toBeLessThan(1.5);
    expect(requests).toEqual([url]);
    expect(complaints).toEqual([]);
    expect(pages.length).toBeGreaterThan(4);
    for (const [index, page] of pages.entries()) {
      expect(page.trimStart()).toMatch(/^PRODUCTION .*plan 1a2b 3c4d\n/);
      expect(page).toContain(`The payments key of 2027 · Room 4`);
      expect(page.replaceAll(' ', '')).toContain(`${index + 1}/${pages.length}\n`);
    }
    const { count, cut } = markedParts(pages);
    expect(cut).toEqual([]);
    expect(count).toBeGreaterThan(30);
  });
});

test('a part that may be cut is found to be', async () => {
  const { pages } = await printed(PAGES.script, 'A4', MARK_AND_FREE_PARTS);
  expect(markedParts(pages).cut).not.toEqual([]);
});

test('practice is on every page, whatever the title is', async () => {
  const plan = { ...FULL_PLAN, Practice: true, Title: 'W'.repeat(200), Place: '密'.repeat(200) };
  const html = ceremonyScript({ plan, planSHA256: PLAN_SHA256, version: '1.0.0' });
  const { pages } = await printed(html, 'Letter');
  for (const page of pages) {
    expect(page.trimStart()).toMatch(/^PRACTICE .*plan 1a2b 3c4d\n/);
    expect(page).not.toContain('PRODUCTION  ');
  }
});

test('the QR codes hold the head and the backups, to the byte', async () => {
  const { pdf, pages } = await printed(PAGES.record, 'A4');
  const codes = codesOfPages(pdf).flat();
  const beyond = codes.find((code) => code.includes('Z\\u00fcrich')) ?? '';
  expect(readEnvelope(Buffer.from(beyond), 'scan')).toEqual({
    kind: 'backup',
    document: BEYOND_ASCII,
  });
  expect(codes.sort()).toEqual([paperRecord().headText, BACKUP_TEXT, LONG_TEXT, beyond].sort());
  expect(pages.join(' ')).toMatch(/too-long\.json .*too large for a QR code/s);
});

test('each step of the script is on the paper, with its words', async () => {
  const { pages } = await printed(PAGES.script, 'A4');
  const text = pages.join('\n').replaceAll(/\s+/g, ' ');
  for (const expected of [
    'Step 1: the people',
    'leader (Lea Ader): “I read the statement.',
    '0123 4567 89ab cdef',
    'do not agree',
    'Exception sheet 2 of 2',
    'Exception sheets used',
    'Juliett',
  ]) {
    expect(text).toContain(expected);
  }
});

test('what a record holds is on the paper, also what stands deep in a document', async () => {
  const { pages } = await printed(PAGES.record, 'Letter');
  const text = pages.join('\n').replaceAll(/\s+/g, ' ');
  for (const expected of [
    'Ada Uditor does not agree',
    'failed with exit code 6 (check-value-mismatch)',
    'NOT THE SAME',
    '66e9 4b framework ultimate dragnet',
    'Happened the lamp went out',
    'Deep of very {"deep":["x"]}',
  ]) {
    expect(text).toContain(expected);
  }
});

const HOSTILE = `</div><script src="https://kmsx.example/x.js"></script><img src="https://kmsx.example/x.png" onerror="document.title='ran'"><style>@import "https://kmsx.example/x.css"</style><iframe src="https://kmsx.example/"></iframe>`;

test('hostile names are shown, and ask for nothing', async () => {
  const plan = {
    ...FULL_PLAN,
    Title: HOSTILE,
    Place: HOSTILE,
    People: FULL_PLAN.People.map((person) => ({ ...person, Name: HOSTILE })),
  };
  const html = ceremonyScript({ plan, planSHA256: PLAN_SHA256, version: '1.0.0' });
  const { pages, requests, complaints, url } = await printed(html, 'A4');
  expect({ requests, complaints }).toEqual({ requests: [url], complaints: [] });
  expect(pages.join('').replaceAll(/\s+/g, '')).toContain(HOSTILE.replaceAll(/\s+/g, ''));
});

test('what a name could ask for is seen to be asked for, and the policy forbids it', async () => {
  const open = await printed(`<!doctype html><body>${HOSTILE}`, 'A4');
  expect(open.requests).toContain('https://kmsx.example/x.png');
  expect(open.blocked).toEqual([]);
  const under = await printed(PAGES.script.replace('<body>', `<body>${HOSTILE}`), 'A4');
  const sent = under.requests.filter((url) => /^https?:/.test(url) && !under.blocked.includes(url));
  expect(sent).toEqual([]);
  expect(under.complaints.join()).toContain('Content Security Policy');
});
