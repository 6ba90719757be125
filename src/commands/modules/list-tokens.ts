import type { Command } from 'commander';
import { kmsxError } from '../../base/error.ts';
import type { TokenReport } from '../../hsm/token-report.ts';
import { reportToken } from '../../hsm/token-report.ts';
import { findToken, listTokens } from '../../hsm/tokens.ts';
import type { Io } from '../../terminal/io.ts';
import { printResults } from '../../terminal/output/json-output.ts';
import { table } from '../../terminal/output/table.ts';
import type { Session } from '../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import { assertOneStdin } from '../../terminal/files/inputs.ts';
import { parseSeconds } from '../shared/connection/connection-options.ts';
import { describe } from '../shared/describe.ts';
import type { ModuleOptions, TokenOptions } from '../shared/module/module-options.ts';
import { addModuleOptions, addTokenOptions, tokenQuery } from '../shared/module/module-options.ts';
import { withModule } from '../shared/module/with-module.ts';
import type { PinOptions } from '../shared/module/pin.ts';
import { addPinOptions, assertOnePinSource, pinFileIds, pinInput } from '../shared/module/pin.ts';
import { withToken } from '../shared/module/token-keys.ts';
import { probeAlgorithms } from '../../hsm/probe.ts';

interface ListTokensOptions extends ModuleOptions, TokenOptions, PinOptions {
  readonly probe: boolean;
  readonly timeout: string;
}

/** `kmsx list-tokens`: the tokens of a module, and what each can take. */
export function defineListTokens(command: Command, io: Io): void {
  describe(command, {
    text: [
      'Lists the tokens of a PKCS#11 module: label, serial number, firmware, flags, whether it makes key pairs, and whether it says that it unwraps RSAES-OAEP; a table on a terminal, JSON Lines elsewhere.',
      'What a token says is not always so: --probe logs in, makes a pair for the session, and unwraps a throw-away key with each algorithm.',
    ].join(' '),
    examples: [
      ['the tokens of a module', 'kmsx list-tokens --module /usr/lib/softhsm/libsofthsm2.so'],
      [
        'the algorithms that a token really unwraps',
        'kmsx list-tokens --module /usr/lib/softhsm/libsofthsm2.so --token payments --probe | jq -r ".Unwraps[]"',
      ],
    ],
    exitCodes: [0, 2, 3, 7],
  });
  command
    .option('--probe', 'try each algorithm with a throw-away key; needs the PIN', false)
    .option('--timeout <seconds>', 'for one call to the module', '30');
  addModuleOptions(command);
  addTokenOptions(command);
  addPinOptions(command);
  command.action(async (options: ListTokensOptions) => {
    await runListTokens(options, createSession(command, io));
  });
}

async function runListTokens(options: ListTokensOptions, session: Session): Promise<void> {
  assertSafeEnvironment(session.io);
  const timeoutMs = parseSeconds('--timeout', options.timeout);
  const query = tokenQuery(options);
  assertOnePinSource(options);
  assertOneStdin(pinInput(options));
  await pinFileIds(options, session);
  const isOne = Object.keys(query).length > 0;
  const reports = await withModule(options, timeoutMs, session, async ({ call }) => {
    const tokens = isOne ? [await findToken(call, query)] : await listTokens(call);
    const found: TokenReport[] = [];
    for (const token of tokens) {
      const probe = (): Promise<string[] | undefined> =>
        withToken(call, token, false, options, session, probeAlgorithms);
      found.push(await reportToken(call, token, options.probe ? probe : undefined));
    }
    return found;
  });
  if (reports.length === 0) throw kmsxError('token-missing', 'the module has no token');
  await printResults(reports, tokenTable, session);
}

/** For a terminal: a row for each token. */
function tokenTable(reports: readonly TokenReport[], columns: number): string {
  return table(
    ['token', 'serial', 'slot', 'pairs', 'unwraps', 'model', 'firmware', 'flags'],
    reports.map((report) => [
      report.Token,
      report.Serial,
      report.Slot,
      report.MakesPairs ? 'yes' : 'no',
      report.Unwraps?.join(' ') ?? (report.SaysItUnwraps ? 'says OAEP' : 'no'),
      report.Model,
      report.Firmware,
      report.Flags.join(' '),
    ]),
    columns,
  );
}
