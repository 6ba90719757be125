/* Names are hostile: whatever a plan or a record says, it stays text. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordOnPaper } from '../../../src/paper/record/print-record.ts';
import type { CeremonyPlan } from '../../../src/ceremony/plan/plan.ts';
import { ceremonyScript } from '../../../src/paper/script/script.ts';
import { FULL_PLAN, PLAN_SHA256 } from '../../support/paper/plans.ts';
import { paperRecord } from '../../support/paper/records.ts';

/** The words of a document that decide its shape, and stay as they are. */
const KEPT = new Set(['Type', 'Outcome', 'How', 'What', 'Role', 'Unwrap', 'Format']);
/** Digits that become groups and words. */
const KEPT_TEXT = /^(?:SHA256:)?[0-9a-f]{6,}$|^\S+ [0-9a-f]+$/;

/** The same value with something else in the place of every name and text. */
function replaced<T>(value: T, text: string, name = ''): T {
  if (typeof value === 'string') {
    return (KEPT.has(name) || KEPT_TEXT.test(value) ? value : text) as T;
  }
  if (Array.isArray(value)) return value.map((item: unknown) => replaced(item, text, name)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, replaced(part, text, key)]),
  ) as T;
}

const script = (text: string): string =>
  ceremonyScript({
    plan: { ...replaced<CeremonyPlan>(FULL_PLAN, text), Context: { [text]: text } },
    planSHA256: PLAN_SHA256,
    version: '1.0.0',
  });

const record = (text: string): string => {
  const { events, ...source } = paperRecord({ halfLine: text });
  return recordOnPaper({
    ...source,
    events: replaced(events, text),
    backups: [{ name: text, text: 'é' }],
  });
};

/** All tags with their attributes; a QR code is drawn of numbers, as many as it needs. */
const tagsOf = (page: string): string[] =>
  page
    .replaceAll(/<path d="[M0-9hvz -]*"\/>/g, '<path>')
    .replaceAll(/ (?:width|height|viewBox)="[0-9. m]+"/g, '')
    .match(/<[^>]*>/g) ?? [];

const textOf = (page: string): string =>
  page.replace(/<style>.*<\/style>/s, '').replaceAll(/<[^>]*>/g, '');

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title></style></td></table><iframe src="https://example.com/">',
  '<!--',
  ']]>',
  '&lt;b&gt;',
  '<a href="javascript:alert(1)">',
  '\u202etxt.exe',
  '\u0000\u001b[2J\u2028\ufeff',
  '\ud800',
  'שלום',
  '${1}$&',
];

describe.each([
  ['the script of a ceremony', script],
  ['the record of a ceremony', record],
])('%s', (_, print) => {
  const tags = tagsOf(print('plain text'));

  it.each(HOSTILE)('keeps text as text: %j', (text) => {
    const page = print(text);
    expect(tagsOf(page)).toEqual(tags);
    expect(textOf(page)).not.toMatch(/[\p{Cf}\p{Cs}\u2028\u2029\u0000-\u0009\u000b-\u001f]/u);
  });

  it('keeps any text as text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.constantFrom(...HOSTILE),
        (text, hostile) => {
          expect(tagsOf(print(text + hostile))).toEqual(tags);
        },
      ),
      { numRuns: 10 },
    );
  });

  it('shows what is invisible as an escape, and what is not as it is', () => {
    expect(print('a\u202eb <i> שלום')).toContain('<bdi>a\\u202eb &lt;i&gt; שלום</bdi>');
  });

  it('loads nothing, runs nothing, and forbids both to itself', () => {
    const page = print('plain text');
    expect(page).not.toMatch(
      /https?:|javascript:|\b(?:src|href|action|on[a-z]+)=|@import|url\(|<(?:script|link|iframe|object|embed|form|base)\b/i,
    );
    const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page)?.[1];
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toContain(' style=');
  });

  it('is the same each time', () => {
    expect(print('plain text')).toBe(print('plain text'));
  });
});
