import { Chalk } from 'chalk';
import { colorsStdout } from '../../../terminal/output/color.ts';
import { jsonLineForStdout } from '../../../terminal/output/json-output.ts';
import { oneLine } from '../../../terminal/output/printable.ts';
import { writeStdout } from '../../../terminal/output/stdout.ts';
import type { View } from '../../../terminal/output/view.ts';
import { fact, printView, showsViews } from '../../../terminal/output/view.ts';
import { tableWidth } from '../../../terminal/output/text-width.ts';
import { wrapBroken } from '../../../terminal/output/wrap.ts';
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
  'not-checked': 'dim',
  'does-not-apply': 'dim',
};

/** Shows findings as they come, and in the end, to people, what they come to. */
export interface FindingShower {
  readonly show: (finding: Finding) => Promise<void>;
  readonly end: () => Promise<void>;
}

/**
 * The rows of a table where views are shown, JSON Lines anywhere else.
 *
 * @param commands - what is to be ready
 */
export function findingShower(commands: readonly string[], session: Session): FindingShower {
  const { io, options } = session;
  const shown: Finding[] = [];
  const chalk = new Chalk({ level: colorsStdout(io, options.color) ? 1 : 0 });
  const colored = (status: Status, text: string): string => chalk[COLORS[status]](text);
  return {
    show: async (finding) => {
      const isSaid = finding.hint !== undefined && finding.hint === shown.at(-1)?.hint;
      shown.push(finding);
      if (!showsViews(session)) {
        await writeStdout(io, jsonLineForStdout(findingLine(finding), io));
        return;
      }
      const columns = tableWidth(io.stdout, io);
      const isFirst = shown.length === 1 && columns - BESIDE >= LEAST_MESSAGE;
      const heading = isFirst ? `${row('STATUS', 'CHECK')}MESSAGE\n` : '';
      await writeStdout(
        io,
        Buffer.from(heading + tableRows(isSaid ? withoutHint(finding) : finding, columns, colored)),
      );
    },
    end: async () => {
      if (!showsViews(session)) return;
      await writeStdout(io, Buffer.from('\n'));
      await printView(() => conclusionOf(shown, commands), session);
    },
  };
}

/** To a program, these are one. */
const NOT_REACHED: readonly Status[] = ['not-reached', 'not-checked', 'does-not-apply'];

/** What `doctor` prints of one check. */
function findingLine({ check, status, message, hint, error }: Finding): object {
  return {
    Check: check,
    Status: NOT_REACHED.includes(status) ? 'not-reached' : status,
    Message: oneLine(message),
    ...(hint !== undefined && { Hint: oneLine(hint) }),
    ...(error !== undefined && { Code: error.code }),
    ...(error?.requestId !== undefined && { RequestId: error.requestId }),
  };
}

function conclusionOf(findings: readonly Finding[], commands: readonly string[]): View {
  const of = (status: Status): Finding[] => findings.filter((each) => each.status === status);
  const [failure] = of('fail');
  if (failure !== undefined) {
    return { verdict: `Not ready: fix ${failure.check} first`, tone: 'bad', blocks: [] };
  }
  const rest = [
    ...(of('not-reached').length === 0
      ? []
      : [`${counted(of('not-reached').length, 'check')} not reached`]),
    ...(of('warn').length === 0 ? [] : [counted(of('warn').length, 'warning')]),
  ];
  const unchecked = of('not-checked').map(({ check }) => check.replace(/^permission:/, ''));
  const blocks = [
    { rows: unchecked.length === 0 ? [] : [fact('not checked', unchecked.join(', '))] },
  ];
  const ready = `Ready for ${commands.join(', ')}`;
  return rest.length === 0
    ? { verdict: ready, blocks }
    : { verdict: `${ready}, except for ${rest.join(' and ')}`, tone: 'warning', blocks };
}

function withoutHint({ hint: _, ...finding }: Finding): Finding {
  return finding;
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
  const lines = texts.flatMap((text) => wrapBroken(oneLine(text), columns - indent));
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
