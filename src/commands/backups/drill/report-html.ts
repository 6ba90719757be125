import type { DrillOutcome } from '../../../drill/outcome.ts';
import { escaped } from '../../../paper/html.ts';
import type { Writers } from './evidence.ts';
import type { DrillSummary } from './summary.ts';
import { sentenceOf } from './summary.ts';
import { opensWord, wrongOf } from './table.ts';

/** What a report says of the drill itself. */
export interface ReportFacts {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly places: readonly string[];
  readonly writers: readonly Writers[];
  readonly program: string;
}

const STYLE = [
  'body{font:14px/1.4 system-ui,sans-serif;color:#111;max-width:70em;margin:2em auto;padding:0 1em}',
  'table{border-collapse:collapse;width:100%;margin:1em 0}',
  'th,td{border:1px solid #999;padding:.3em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}',
  'thead{display:table-header-group}tr{break-inside:avoid}',
  '.bad{font-weight:bold}.bad::before{content:"\\2717\\a0"}',
  '@media print{body{margin:0;max-width:none}}',
].join('');

/**
 * A report of a drill for people: one HTML page that loads nothing, runs nothing, and prints well. Names and messages
 * come from files and are escaped.
 */
export function reportHtml(
  outcomes: readonly DrillOutcome[],
  summary: DrillSummary,
  facts: ReportFacts,
): string {
  const failures = outcomes.filter(({ verdict }) => verdict !== 'proved');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<title>Drill of backups</title>',
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<h1>Drill of backups</h1>',
    `<p class="${failures.length === 0 ? 'good' : 'bad'}">${escaped(sentenceOf(summary))}</p>`,
    definitions([
      ['places', facts.places.join(', ')],
      ['from', facts.startedAt.toISOString()],
      ['to', facts.endedAt.toISOString()],
      ['program', facts.program],
      ['another data key', String(summary.counts['another-key'])],
      ['does not open, or cannot be read', String(summary.counts['not-opening'])],
      ['not there any more', String(summary.counts.missing)],
      ['could not be asked', String(summary.counts.unasked + summary.notAsked)],
    ]),
    ...section('What failed', failures.length === 0 ? '<p>Nothing.</p>' : rows(failures)),
    ...section(
      'Names with a check value, and no backup',
      summary.lost.length === 0 ? '<p>None.</p>' : list(summary.lost),
    ),
    ...section('Every backup, in the order in which it was drilled', rows(outcomes)),
    ...section(
      'Who could write what',
      [
        '<p>Who can write both a backup and what it is compared with can forge both. What lies in the folder of the backups counts for nothing: “same key as” is then “nothing”.</p>',
        definitions(facts.writers.map(({ what, who }) => [what, who])),
      ].join('\n'),
    ),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const HEADINGS = ['name', 'place', 'opens', 'same key as', 'bits', 'KMS key', 'what is wrong'];

function rows(outcomes: readonly DrillOutcome[]): string {
  const head = HEADINGS.map((heading) => `<th>${escaped(heading)}</th>`).join('');
  const body = outcomes.map(({ line, verdict }) => {
    const bits = line.AssuranceBits === undefined ? '' : String(line.AssuranceBits);
    const cells = [line.Name, line.Place, opensWord(line), line.SameKeyAs, bits];
    const all = [...cells, line.KeyId ?? '', wrongOf(line)];
    const [first = '', ...others] = all.map(escaped);
    const mark = verdict === 'proved' ? '' : ' class="bad"';
    return `<tr><td${mark}>${first}</td>${others.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return [`<table><thead><tr>${head}</tr></thead><tbody>`, ...body, '</tbody></table>'].join('\n');
}

function section(title: string, content: string): readonly string[] {
  return [`<h2>${escaped(title)}</h2>`, content];
}

function definitions(pairs: readonly (readonly [string, string])[]): string {
  const lines = pairs.map(
    ([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`,
  );
  return ['<table><tbody>', ...lines, '</tbody></table>'].join('\n');
}

function list(items: readonly string[]): string {
  return ['<ul>', ...items.map((item) => `<li>${escaped(item)}</li>`), '</ul>'].join('\n');
}
