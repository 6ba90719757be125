import type { Command } from 'commander';
import { resolve } from 'node:path';
import { kmsxError } from '../base/error.ts';
import type { Io } from '../cli/io.ts';
import { printResult } from '../cli/json-output.ts';
import type { Session } from '../cli/session.ts';
import { assertSafeEnvironment, createSession } from '../cli/session.ts';
import { startLocalKms } from '../local-kms/start-local-kms.ts';
import { describe } from './describe.ts';

interface LocalKmsCommandOptions {
  readonly port: string;
  readonly state?: string;
}

/** `kmsx local-kms`: the embedded KMS as a server on loopback, until it is stopped. */
export function defineLocalKms(command: Command, io: Io): void {
  describe(command, {
    text: 'Runs the embedded KMS on loopback, speaking the real protocol: any official client can use it. Prints one JSON line when it listens, and a log line for each request on stderr. For rehearsals and tests only: it is no place for a real key.',
    examples: [
      ['in memory, on a free port', 'kmsx local-kms'],
      [
        'a server for scripts, and what leads kmsx to it',
        `kmsx local-kms --state ./kms-state > kms.json & sleep 1
  export KMSX_ENDPOINT="$(jq -r .Endpoint kms.json)" ALIBABA_CLOUD_REGION_ID=cn-local
  export ALIBABA_CLOUD_ACCESS_KEY_ID="$(jq -r .AccessKeyId kms.json)"
  export ALIBABA_CLOUD_ACCESS_KEY_SECRET="$(jq -r .AccessKeySecret kms.json)"`,
      ],
      ['kept in a folder, on a port of its own', 'kmsx local-kms --state ./kms-state --port 8443'],
    ],
    exitCodes: [0, 2, 5, 7],
  });
  command
    .option('--port <number>', 'the port on 127.0.0.1; 0 takes a free one', '0')
    .option('--state <dir>', 'keep the state in this folder; without it, it ends with the server');
  command.action(async (options: LocalKmsCommandOptions) => {
    await runLocalKms(options, createSession(command, io));
  });
}

async function runLocalKms(options: LocalKmsCommandOptions, session: Session): Promise<void> {
  const { io } = session;
  assertSafeEnvironment(io);
  const port = parsePort(options.port);
  const stopped = io.untilStopped();
  const kms = await startLocalKms({
    ...io,
    port,
    waitForLockMs: 0,
    log: requestLog(session),
    ...(options.state !== undefined && { stateFolder: resolve(io.cwd, options.state) }),
  });
  try {
    await printResult(kms.announcement, session);
    await stopped;
  } finally {
    await kms.close();
  }
}

function requestLog({ io, options }: Session): (line: string) => void {
  return (line) => {
    if (options.quiet) return;
    io.stderr.write(Buffer.from(`${line}\n`)).catch(() => undefined); // as with every message: there is nowhere left to say it
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw kmsxError('bad-usage', '--port takes a number from 0 to 65535');
}
