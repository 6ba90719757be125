import type { Command } from 'commander';
import { decodeText } from '../../../base/text/text.ts';
import { kmsxError } from '../../../base/error.ts';
import { absolutePath } from '../../../base/files/absolute-path.ts';
import type { Io } from '../../../terminal/io.ts';
import { readInput } from '../../../terminal/files/inputs.ts';
import { printResult } from '../../../terminal/output/json-output.ts';
import { showsViews } from '../../../terminal/output/view.ts';
import { writeStdout } from '../../../terminal/output/stdout.ts';
import { ExitWith } from '../../../terminal/exit-codes.ts';
import { optionOr, repeatable } from '../../../terminal/options.ts';
import type { Session } from '../../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../../terminal/session.ts';
import type { InjectedFault } from '../../../local-kms/faults/fault.ts';
import { isFaultMistake, parseFaults } from '../../../local-kms/faults/parse-fault.ts';
import type { LocalKmsAnnouncement, LocalKmsOptions } from '../../../local-kms/start-local-kms.ts';
import { startLocalKms } from '../../../local-kms/start-local-kms.ts';
import { describe } from '../../shared/describe.ts';
import { commandEnvironment, exportLines } from '../../../local-kms/client-environment.ts';
import { listeningNote, listeningView } from './listening-view.ts';
import { startLineLog } from './line-log.ts';

interface LocalKmsCommandOptions {
  readonly port: string;
  readonly state?: string;
  readonly seed?: string;
  readonly tls?: true;
  readonly fault: readonly string[];
  readonly env: boolean;
}

/** `kmsx local-kms`: the embedded KMS as a server on loopback, until it is stopped. */
export function defineLocalKms(command: Command, io: Io): void {
  describe(command, {
    text: 'Runs the embedded KMS on loopback, speaking the real protocol: any official client can use it. Prints one JSON line when it listens, and a log line for each request on stderr. With -- COMMAND it prints nothing, runs the command in an environment that leads to it and to no real account, stops, and exits with its code. For rehearsals and tests only, never for real keys.',
    examples: [
      ['in memory, on a free port', 'kmsx local-kms'],
      ['for the tests of a program', 'kmsx local-kms --seed seed.json -- npm test'],
      [
        'a server for scripts, and the variables that lead kmsx to it',
        `kmsx local-kms --env --state ./kms-state > kms.env &
  until [ -s kms.env ] || ! kill -0 $!; do sleep 0.1; done
  . ./kms.env`,
      ],
      ['kept in a folder, on a port of its own', 'kmsx local-kms --state ./kms-state --port 8443'],
      [
        'a rehearsal of a dedicated gateway, under its own name',
        `kmsx keygen --no-passphrase --privkey-out hsm.pem --pubkey-out hsm.pub.pem
  kmsx local-kms --tls --state ./kms-state --port 8443 > kms.json &
  until [ -s kms.json ] || ! kill -0 $!; do sleep 0.1; done
  export ALIBABA_CLOUD_ACCESS_KEY_ID="$(jq -er .AccessKeyId kms.json)"
  export ALIBABA_CLOUD_ACCESS_KEY_SECRET="$(jq -er .AccessKeySecret kms.json)"
  kmsx export-key --endpoint https://kst-example.cryptoservice.kms.aliyuncs.com:8443 \\
    --resolve kst-example.cryptoservice.kms.aliyuncs.com:8443:127.0.0.1 \\
    --ca-file ./kms-state/ca.pem --key-id alias/rehearsal \\
    --pubkey hsm.pub.pem --backup backup.json --out export.json`,
      ],
      ['the same keys each time, as docs/seed.md shows', 'kmsx local-kms --seed seed.json'],
      [
        'two throttled calls of ExportDataKey, and a slow answer now and then',
        `kmsx local-kms --fault throttle:action=ExportDataKey,first=2 \\
    --fault delay:ms=500,probability=0.3,seed=7`,
      ],
    ],
    exitCodes: [0, 2, 5, 7],
  });
  command
    .option('--port <number>', 'the port on 127.0.0.1; 0 for a free one', '0')
    .addOption(
      optionOr('--state <dir>', 'keep the state in this folder', 'it ends with the server'),
    )
    .option('--seed <file>', 'the content of a new state: access keys, policies, keys, as JSON')
    .option(
      '--tls',
      'serve HTTPS, with a certificate authority of its own: its CaFile is announced',
    )
    .addOption(
      repeatable(
        '--fault <spec>',
        'what goes wrong on purpose, such as throttle:first=2 or cut:when=after',
      ),
    );
  command.option('--env', 'print lines of a shell that set the variables, in place of JSON', false);
  command.argument(
    '[command...]',
    'after --: what to run, with the embedded KMS in its environment',
  );
  command.action(async (words: readonly string[], options: LocalKmsCommandOptions) => {
    const [program, ...args] = words;
    assertAfterDashes(program, command);
    const run = program === undefined ? undefined : ([program, ...args] as const);
    await runLocalKms(run, options, createSession(command, io));
  });
}

/** Without the dashes it would be a mistyped option's value. */
function assertAfterDashes(program: string | undefined, { parent }: Command): void {
  const { rawArgs } = parent as unknown as { readonly rawArgs: readonly string[] }; // not in commander's typings
  if (program === undefined || rawArgs.includes('--')) return;
  throw kmsxError('bad-usage', 'what local-kms is to run comes after --', {
    hints: ['kmsx local-kms -- COMMAND, with its own options before the two dashes'],
  });
}

async function runLocalKms(
  command: readonly [string, ...string[]] | undefined,
  options: LocalKmsCommandOptions,
  session: Session,
): Promise<void> {
  const { io } = session;
  const { quiet, verbose } = session.options;
  assertSafeEnvironment(io);
  if (command !== undefined && options.env) {
    throw kmsxError('options-conflict', '--env and -- COMMAND exclude each other', {
      hints: ['leave out --env: the command gets the variables'],
    });
  }
  const port = parsePort(options.port);
  const faults = readFaults(options);
  const seed = await readSeedFile(options, session);
  const stopped = new Promise<void>((resolve) => {
    io.takeSignals(() => {
      resolve();
      return false;
    });
  });
  const isLogged = command === undefined ? !quiet : verbose;
  const requestLog = isLogged ? startLineLog(io.stderr) : undefined;
  const kms = await startLocalKms({
    ...io,
    port,
    waitForLockMs: 0,
    log: requestLog?.write,
    tls: options.tls === true,
    faults,
    seed,
    ...(options.state !== undefined && { stateFolder: absolutePath(io.cwd, options.state) }),
  });
  let code: number | undefined;
  try {
    if (seed !== undefined && kms.hadState) {
      await session.reporter.note(
        `${options.state ?? ''} already holds a state: the seed is not used`,
      );
    }
    if (command !== undefined) {
      const { runCommand } = await import('./run-command.ts');
      code = await runCommand(command, commandEnvironment(kms.announcement, io.env), io);
    } else {
      await announce(kms.announcement, options, session);
      await stopped;
    }
  } finally {
    await kms.close();
    await requestLog?.end();
  }
  if (code !== undefined && code !== 0) throw new ExitWith(code);
}

async function announce(
  announcement: LocalKmsAnnouncement,
  { env }: LocalKmsCommandOptions,
  session: Session,
): Promise<void> {
  const { io, reporter } = session;
  if (!env) {
    await printResult(announcement, session, () => listeningView(announcement));
    if (showsViews(session)) return;
  } else {
    const lines = exportLines(announcement).map((line) => `${line}\n`);
    await writeStdout(io, Buffer.from(lines.join('')));
  }
  // What was printed is for programs, and nobody sees whether this one does anything.
  if (io.stderr.isTerminal) await reporter.note(listeningNote(announcement, env, io.pid));
}

async function readSeedFile(
  { seed: path }: LocalKmsCommandOptions,
  { io, reporter }: Session,
): Promise<LocalKmsOptions['seed']> {
  if (path === undefined) return undefined;
  const { bytes, label } = await readInput(path, 'a seed', io, reporter);
  return { text: decodeText(bytes, label), label };
}

function readFaults({ fault: specs, tls }: LocalKmsCommandOptions): readonly InjectedFault[] {
  const faults = parseFaults(specs, tls === true);
  if (!isFaultMistake(faults)) return faults;
  throw kmsxError('fault-malformed', `--fault: ${faults.mistake}`);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw kmsxError('bad-usage', '--port takes a number from 0 to 65535');
}
