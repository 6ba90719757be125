import { Chalk } from 'chalk';
import { colorsStdout } from '../../../terminal/output/color.ts';
import { jsonLineForStdout } from '../../../terminal/output/json-output.ts';
import { oneLine } from '../../../terminal/output/printable.ts';
import { writeStdout } from '../../../terminal/output/stdout.ts';
import type { View } from '../../../terminal/output/view.ts';
import { printView, showsViews } from '../../../terminal/output/view.ts';
import { tableWidth } from '../../../terminal/output/text-width.ts';
import { wrap } from '../../../terminal/output/wrap.ts';
import type { Session } from '../../../terminal/session.ts';
import { counted } from '../../shared/view/rows.ts';
import type { Finding, Status } from './check.ts';

const CHECK_WIDTH = 'permission:GenerateAndExportDataKey'.length;
const STATUS_WIDTH = 'does not apply'.length;
const GAP = '  ';
const BESIDE = STATUS_WIDTH + CHECK_WIDTH + 2 * GAP.length;

/** With less room, messages follow the names of their checks. */
const LEAST_MESSAGE = 40;

const COLORS: Readonly<Record<Status, 'green' | 'yellow' | 'red' | 'dim'>> = {
  pass: 'green',
  warn: 'yellow',
  fail: 'red',
  'not-reached': 'dim',
  'does-not-apply': 'dim',
};

/** Shows findings as they come, and in the end, to people, what they come to. */
export interface FindingShower {
  readonly show: (finding: Finding) => Promise<void>;
  readonly end: () => Promise<void>;
}

/** The rows of a table where views are shown, JSON Lines anywhere else. */
export function findingShower(session: Session): FindingShower {
  const { io, options } = session;
  const shown: Finding[] = [];
  const chalk = new Chalk({ level: colorsStdout(io, options.color) ? 1 : 0 });
  const colored = (status: Status, text: string): string => chalk[COLORS[status]](text);
  return {
    show: async (finding) => {
      shown.push(finding);
      if (!showsViews(session)) {
        await writeStdout(io, jsonLineForStdout(findingLine(finding), io));
        return;
      }
      const columns = tableWidth(io.stdout, io);
      const isFirst = shown.length === 1 && columns - BESIDE >= LEAST_MESSAGE;
      const heading = isFirst ? `${row('STATUS', 'CHECK')}MESSAGE\n` : '';
      await writeStdout(io, Buffer.from(heading + tableRows(finding, columns, colored)));
    },
    end: async () => {
      if (!showsViews(session)) return;
      await writeStdout(io, Buffer.from('\n'));
      await printView(() => conclusionOf(shown), session);
    },
  };
}

/** What `doctor` prints of one check. To a program, what does not apply was not reached. */
function findingLine({ check, status, message, hint, error }: Finding): object {
  return {
    Check: check,
    Status: status === 'does-not-apply' ? 'not-reached' : status,
    Message: oneLine(message),
    ...(hint !== undefined && { Hint: oneLine(hint) }),
    ...(error !== undefined && { Code: error.code }),
    ...(error?.requestId !== undefined && { RequestId: error.requestId }),
  };
}

function conclusionOf(findings: readonly Finding[]): View {
  const of = (status: Status): Finding[] => findings.filter((each) => each.status === status);
  const [failure] = of('fail');
  if (failure !== undefined) {
    return { verdict: `Not ready: mend ${failure.check} first`, tone: 'bad', blocks: [] };
  }
  const rest = [
    ...(of('not-reached').length === 0
      ? []
      : [`${counted(of('not-reached').length, 'check')} not reached`]),
    ...(of('warn').length === 0 ? [] : [counted(of('warn').length, 'warning')]),
  ];
  return rest.length === 0
    ? { verdict: 'Ready', blocks: [] }
    : { verdict: `Ready, but for ${rest.join(' and ')}`, tone: 'warning', blocks: [] };
}

function tableRows(
  { check, status, message, hint }: Finding,
  columns: number,
  colored: (status: Status, text: string) => string,
): string {
  const words = status.replaceAll('-', ' ');
  const isBeside = columns - BESIDE >= LEAST_MESSAGE;
  const indent = isBeside ? BESIDE : STATUS_WIDTH + GAP.length;
  const texts = [
    isBeside ? message : `${check}: ${message}`,
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ];
  const lines = texts.flatMap((text) => wrap(oneLine(text), columns - indent));
  const below = lines.map((line) => `${' '.repeat(indent)}${line}\n`).join('');
  return (
    colored(status, words) +
    row(words, isBeside ? check : '').slice(words.length) +
    below.trimStart()
  );
}

function row(status: string, check: string): string {
  const first = status.padEnd(STATUS_WIDTH) + GAP;
  return check === '' ? first : first + check.padEnd(CHECK_WIDTH) + GAP;
}
