import type { Command } from 'commander';
import { decodeText } from '../../../base/text.ts';
import { kmsxError } from '../../../base/error.ts';
import { absolutePath } from '../../../base/files/absolute-path.ts';
import type { Io } from '../../../terminal/io.ts';
import { readInput } from '../../../terminal/files/inputs.ts';
import { printResult } from '../../../terminal/output/json-output.ts';
import { optionOr, repeatable } from '../../../terminal/options.ts';
import type { Session } from '../../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../../terminal/session.ts';
import type { InjectedFault } from '../../../local-kms/faults/fault.ts';
import { isFaultMistake, parseFaults } from '../../../local-kms/faults/parse-fault.ts';
import type { LocalKmsOptions } from '../../../local-kms/start-local-kms.ts';
import { startLocalKms } from '../../../local-kms/start-local-kms.ts';
import { describe } from '../../shared/describe.ts';
import { listeningView } from './listening-view.ts';
import { startLineLog } from './line-log.ts';

interface LocalKmsCommandOptions {
  readonly port: string;
  readonly state?: string;
  readonly seed?: string;
  readonly tls?: true;
  readonly fault: readonly string[];
}

/** `kmsx local-kms`: the embedded KMS as a server on loopback, until it is stopped. */
export function defineLocalKms(command: Command, io: Io): void {
  describe(command, {
    text: 'Runs the embedded KMS on loopback, speaking the real protocol: any official client can use it. Prints one JSON line when it listens, and a log line for each request on stderr. For rehearsals and tests only, never for real keys.',
    examples: [
      ['in memory, on a free port', 'kmsx local-kms'],
      [
        'a server for scripts, and the variables that lead kmsx to it',
        `kmsx local-kms --state ./kms-state > kms.json &
  until [ -s kms.json ] || ! kill -0 $!; do sleep 0.1; done
  export KMSX_ENDPOINT="$(jq -er .Endpoint kms.json)" ALIBABA_CLOUD_REGION_ID=cn-local
  export ALIBABA_CLOUD_ACCESS_KEY_ID="$(jq -er .AccessKeyId kms.json)"
  export ALIBABA_CLOUD_ACCESS_KEY_SECRET="$(jq -er .AccessKeySecret kms.json)"`,
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
  command.action(async (options: LocalKmsCommandOptions) => {
    await runLocalKms(options, createSession(command, io));
  });
}

async function runLocalKms(options: LocalKmsCommandOptions, session: Session): Promise<void> {
  const { io, reporter } = session;
  assertSafeEnvironment(io);
  const port = parsePort(options.port);
  const faults = readFaults(options);
  const seed = await readSeedFile(options, session);
  const stopped = io.untilStopped();
  const requestLog = session.options.quiet ? undefined : startLineLog(io.stderr);
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
  try {
    if (seed !== undefined && kms.hadState) {
      await reporter.note(`${options.state ?? ''} already holds a state: the seed is not used`);
    }
    await printResult(kms.announcement, session, () => listeningView(kms.announcement));
    await stopped;
  } finally {
    await kms.close();
    await requestLog?.end();
  }
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
