import { Chalk } from 'chalk';
import { colorsStdout } from '../../../terminal/output/color.ts';
import { jsonLineForStdout } from '../../../terminal/output/json-output.ts';
import { oneLine } from '../../../terminal/output/printable.ts';
import type { Session } from '../../../terminal/session.ts';
import { writeStdout } from '../../../terminal/output/stdout.ts';
import type { Finding, Status } from './check.ts';

const CHECK_WIDTH = 'permission:GenerateAndExportDataKey'.length;
const STATUS_WIDTH = 'not reached'.length;
const HINT_INDENT = ' '.repeat(STATUS_WIDTH + CHECK_WIDTH + 4);

const COLORS = { pass: 'green', warn: 'yellow', fail: 'red', 'not-reached': 'dim' } as const;

/** Shows findings as they come: the rows of a table on a terminal, JSON Lines anywhere else or with `--json`. */
export function findingShower({ io, options }: Session): (finding: Finding) => Promise<void> {
  const asTable = io.stdout.isTerminal && !options.json;
  const chalk = new Chalk({ level: colorsStdout(io, options.color) ? 1 : 0 });
  const colored = (status: Status, text: string): string => chalk[COLORS[status]](text);
  let isFirst = true;
  return async (finding) => {
    if (!asTable) {
      await writeStdout(io, jsonLineForStdout(findingLine(finding), io));
      return;
    }
    const heading = isFirst ? `${row('STATUS', 'CHECK', 'MESSAGE')}\n` : '';
    isFirst = false;
    await writeStdout(io, Buffer.from(heading + tableRows(finding, colored)));
  };
}

/** What `doctor` prints of one check. */
function findingLine({ check, status, message, hint, error }: Finding): object {
  return {
    Check: check,
    Status: status,
    Message: oneLine(message),
    ...(hint !== undefined && { Hint: oneLine(hint) }),
    ...(error !== undefined && { Code: error.code }),
    ...(error?.requestId !== undefined && { RequestId: error.requestId }),
  };
}

function tableRows(finding: Finding, colored: (status: Status, text: string) => string): string {
  const { check, status, message, hint } = finding;
  const words = status.replace('-', ' ');
  const line = row(words, check, oneLine(message));
  const first = `${colored(status, words)}${line.slice(words.length)}\n`;
  return hint === undefined ? first : `${first}${HINT_INDENT}hint: ${oneLine(hint)}\n`;
}

function row(status: string, check: string, message: string): string {
  return `${status.padEnd(STATUS_WIDTH)}  ${check.padEnd(CHECK_WIDTH)}  ${message}`;
}
