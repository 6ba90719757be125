/* The commands that verify-key --witness prints, run by a shell with the real openssl and jq. `aliyun` is a few lines of
   shell on PATH that make the same signed call with curl. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../support/run-result.ts';
import type { Server } from '../support/kmsx.ts';
import { cleanEnv, kmsx, kmsxOk, useLocalKms } from '../support/kmsx.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { PRIVKEY, PUBKEY, testKeyPath } from '../support/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();
const KMS_SH = fileURLToPath(new URL('clients/curl-openssl/kms.sh', import.meta.url));

/** As much of Alibaba Cloud's command line as the witness needs; it keeps what it was called with. */
const ALIYUN = `#!/bin/sh
set -eu
printf '%s\\n' "$*" >> aliyun.log
[ "$1" = kms ]
action=$2
shift 2
scheme=
endpoint=
count=$#
while [ "$count" -gt 0 ]; do
  case $1 in
    --endpoint) endpoint=$2 ;;
    --region) [ "$2" = cn-local ] ;;
    --secure) scheme=https ;;
    --insecure) scheme=http ;;
    --*) set -- "$@" "\${1#--}=$2" ;;
  esac
  case $1 in
    --secure | --insecure) shift; count=$((count - 1)) ;;
    *) shift 2; count=$((count - 2)) ;;
  esac
done
export KMS_ENDPOINT="$scheme://$endpoint"
answer=$(sh '${KMS_SH}' "$action" "$@")
body=$(printf '%s\\n' "$answer" | sed '$d')
case $answer in
  *200) printf '%s\\n' "$body" ;;
  *) printf '%s\\n' "$body" >&2; exit 1 ;;
esac
`;

beforeEach(() => {
  mkdirSync(join(folder(), 'bin'));
  writeFileSync(join(folder(), 'bin', 'aliyun'), ALIYUN);
  chmodSync(join(folder(), 'bin', 'aliyun'), 0o755);
  mkdirSync(join(folder(), 'tmp'));
});

async function exportKey(server: Server, name: string, ...more: string[]): Promise<void> {
  const argv = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];
  const outputs = ['--backup', `${name}.backup.json`, '--out', `${name}.export.json`];
  const { env, endpoint } = server;
  await kmsxOk([...argv, ...outputs, ...more, ...endpoint], { cwd: folder(), env });
}

interface Verified {
  readonly result: RunResult;
  readonly witness: readonly string[];
}

async function verify({ endpoint, env }: Server, ...args: string[]): Promise<Verified> {
  const result = await kmsx(['verify-key', '--witness', ...args, ...endpoint], {
    cwd: folder(),
    env,
  });
  const { Witness } = JSON.parse(result.stdout) as { Witness: string[] };
  return { result, witness: Witness };
}

/** Runs the commands as a witness does who pastes them into a shell. */
function runWitness(
  { announcement }: Server,
  witness: readonly string[],
  shell = 'sh',
  more: Readonly<Record<string, string>> = {},
): { code: number | null; said: string[]; stderr: string } {
  const { status, stdout, stderr } = spawnSync(shell, [], {
    input: `${witness.join('\n')}\n`,
    encoding: 'utf8',
    cwd: folder(),
    env: {
      ...cleanEnv(folder()),
      PATH: `${join(folder(), 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
      TMPDIR: join(folder(), 'tmp'),
      KMS_ACCESS_KEY_ID: announcement.AccessKeyId,
      KMS_ACCESS_KEY_SECRET: announcement.AccessKeySecret,
      ...more,
    },
  });
  return { code: status, said: stdout.split('\n').slice(0, -1), stderr };
}

const pair = (name: string): string[] => [...['--in', `${name}.export.json`, '--privkey', PRIVKEY]];

describe('a witness with openssl and aliyun', () => {
  it.each(['dash', 'bash'])('sees in %s that the pair holds the same data key', async (shell) => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a', '--context', `purpose=O'Neil "and" $sons`);
    const files = ['--against', 'a.backup.json', '--against', 'a.export.json'];
    const { result, witness } = await verify(server, ...pair('a'), ...files);
    expect(result.code, result.stderr).toBe(0);
    const seen = runWitness(server, witness, shell);
    expect(seen, seen.stderr).toMatchObject({
      code: 0,
      said: [
        'a.backup.json holds the data key',
        'a.export.json holds the data key',
        'the export of a.export.json holds the data key',
      ],
    });
    expect(readdirSync(join(folder(), 'tmp'))).toEqual([]);
  });

  it('sees that a backup holds another data key, as kmsx does', async () => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a');
    await exportKey(server, 'b');
    const files = ['--against', 'a.backup.json', '--against', 'b.backup.json'];
    const { result, witness } = await verify(server, ...pair('a'), ...files);
    expect(result.code).toBe(6);
    const seen = runWitness(server, witness);
    expect(seen).toMatchObject({
      code: 6,
      said: ['a.backup.json holds the data key', 'b.backup.json does NOT hold the data key'],
    });
  });

  it.each(['dash', 'bash'])(
    'says in %s what it found, whatever a file is called',
    async (shell) => {
      const server = await localKms({ cwd: folder() });
      await exportKey(server, 'a');
      await exportKey(server, 'b');
      const names = [
        'a.json holds the data key\\c',
        '\\033[2K\\ra.json holds the data key\\0',
        '-n %s a.json holds\na.json holds the data key\u001b[2K',
      ];
      for (const name of names) {
        writeFileSync(join(folder(), name), readFileSync(join(folder(), 'b.backup.json')));
      }
      const files = names.map((name) => `--against=./${name}`);
      const { witness } = await verify(server, ...pair('a'), ...files);
      const seen = runWitness(server, witness, shell);
      expect(seen.code, seen.stderr).toBe(6);
      expect(seen.said).toEqual(
        names.map((name) => {
          const shown = name.replace('\n', '\\u000a').replace('\u001b', '\\u001b');
          return `./${shown} does NOT hold the data key`;
        }),
      );
      writeFileSync(join(folder(), 'a\\c'), readFileSync(join(folder(), 'a.backup.json')));
      const same = await verify(server, ...pair('a'), '--against', 'a\\c');
      expect(runWitness(server, same.witness, shell)).toMatchObject({
        code: 0,
        said: ['a\\c holds the data key'],
      });
    },
  );

  it.each([
    ['AES-256', ['--key-spec', 'AES_256'], ['ecb', 'cmac', 'label']],
    ['AES-128', ['--key-spec', 'AES_128'], ['ecb', 'cmac', 'label']],
    ['24 bytes', ['--number-of-bytes', '24'], ['ecb', 'cmac', 'label']],
    ['48 bytes', ['--number-of-bytes', '48'], ['sha256']],
    [
      'more than SHA-256 carries',
      ['--number-of-bytes', '214', '--wrapping-algorithm', 'RSAES_OAEP_SHA_1'],
      ['sha256'],
    ],
  ])('sees the check values that kmsx sees: %s', async (_, size, words) => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a', ...size);
    const unwrap = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'a.export.json'];
    const printed = await kmsxOk([...unwrap, '--check-value-only'], { cwd: folder() });
    const { KeyCheckValues } = JSON.parse(printed) as {
      KeyCheckValues: { Method: string; Value: string }[];
    };
    const expected = KeyCheckValues.map(({ Value }, index) => `${words[index] ?? ''}:${Value}`);
    const options = expected.flatMap((value) => ['--expect-check-value', value]);
    const { result, witness } = await verify(server, ...options, '--against', 'a.backup.json');
    expect(result.code, result.stderr).toBe(0);
    const seen = runWitness(server, witness);
    expect(seen, seen.stderr).toMatchObject({ code: 0 });
    expect(seen.said).toEqual([
      'a.backup.json holds the data key',
      ...KeyCheckValues.map(({ Method }) => `a.backup.json holds the check value ${Method}`),
    ]);
    const changed = witness.map((line) =>
      KeyCheckValues.reduce(
        (text, { Value }) => text.replaceAll(Value, '0'.repeat(Value.length)),
        line,
      ),
    );
    const other = runWitness(server, changed);
    expect(other.code).toBe(6);
    expect(other.said.filter((line) => line.includes('NOT'))).toHaveLength(KeyCheckValues.length);
  });

  it.each([
    ['encrypted PKCS#8', 'rsa-2048-pbes2-sha256.pem'],
    ['DER', 'rsa-2048-pkcs8.der'],
    ['PKCS#12', 'rsa-2048-modern.p12'],
  ])('opens the export with the key file that kmsx opens: %s', async (_, file) => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a');
    const { PASSPHRASE } = await import('../keys/forms.ts');
    writeFileSync(join(folder(), 'pass phrase'), `${PASSPHRASE}\n`);
    const options = ['--in', 'a.export.json', '--privkey', testKeyPath(file)];
    const { result, witness } = await verify(
      server,
      ...options,
      ...['--passphrase-file', 'pass phrase', '--against', 'a.backup.json'],
    );
    expect(result.code, result.stderr).toBe(0);
    const seen = runWitness(server, witness);
    expect(seen, seen.stderr).toMatchObject({
      code: 0,
      said: ['a.backup.json holds the data key'],
    });
  });

  it('trusts the authority that kmsx trusted, and says what aliyun does otherwise', async () => {
    const server = await localKms({ cwd: folder() }, ['--tls', '--state', 'state']);
    const ca = ['--ca-file', 'state/ca.pem'];
    await exportKey(server, 'a', ...ca);
    const { result, witness } = await verify(
      server,
      ...[...pair('a'), ...ca, '--against', 'a.backup.json'],
    );
    expect(result.code, result.stderr).toBe(0);
    const seen = runWitness(server, witness);
    expect(seen, seen.stderr).toMatchObject({
      code: 0,
      said: ['a.backup.json holds the data key'],
    });
    expect(seen.stderr).toMatch(
      /^note: kmsx trusts state\/ca\.pem and the authorities of Node\.js/m,
    );
    const untrusted = witness.map((line) => line.replace('SSL_CERT_FILE=state/ca.pem ', ''));
    expect(untrusted).not.toEqual(witness);
    expect(runWitness(server, untrusted)).toMatchObject({ said: [] });
  });

  it('finds bare values, odd names and a secret of KMS', async () => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a', '--backup', 'secret:vault/a');
    const document = JSON.parse(readFileSync(join(folder(), 'a.export.json'), 'utf8')) as {
      CiphertextBlob: string;
      ExportedDataKey: string;
    };
    writeFileSync(join(folder(), `it's a blob`), document.CiphertextBlob);
    writeFileSync(join(folder(), '-e.b64'), `${document.ExportedDataKey}\n`);
    writeFileSync(
      join(folder(), 'odd $(name).json'),
      readFileSync(join(folder(), 'a.backup.json')),
    );
    const { result, witness } = await verify(
      server,
      ...['--in=-e.b64', '--privkey', PRIVKEY, '--wrapping-algorithm', 'RSAES_OAEP_SHA_256'],
      ...['--against', `it's a blob`, '--against', 'odd $(name).json'],
      ...['--against', 'secret:vault/a'],
    );
    expect(result.code, result.stderr).toBe(0);
    const seen = runWitness(server, witness);
    expect(seen, seen.stderr).toMatchObject({
      code: 0,
      said: [`it's a blob`, 'odd $(name).json', 'secret:vault/a'].map(
        (label) => `${label} holds the data key`,
      ),
    });
  });

  it('has no secret in an argument, and shellcheck has nothing against the commands', async () => {
    const server = await localKms({ cwd: folder() });
    await exportKey(server, 'a');
    const unwrap = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'a.export.json'];
    const hex = (await kmsxOk([...unwrap, '--format', 'hex'], { cwd: folder() })).trim();
    const printed = await kmsxOk([...unwrap, '--check-value-only'], { cwd: folder() });
    const value = /"AES-CMAC-LABEL","Value":"(\w+)"/.exec(printed)?.[1] ?? '';
    const files = ['--against', 'a.backup.json', '--expect-check-value', `label:${value}`];
    const { witness } = await verify(server, ...pair('a'), ...files);
    const script = `#!/bin/sh\n${witness.join('\n')}\n`;
    const { status, stdout } = spawnSync('shellcheck', ['-'], { input: script, encoding: 'utf8' });
    expect(status, stdout).toBe(0);

    for (const name of ['openssl', 'node', 'jq']) keepArguments(name);
    expect(runWitness(server, witness)).toMatchObject({ code: 0 });
    const log = readFileSync(join(folder(), 'arguments.log'), 'utf8');
    expect(log).toMatch(/^openssl pkeyutl -decrypt /m);
    expect(log).toMatch(/^node -e /m);
    const all = `${script}${log}${readFileSync(join(folder(), 'aliyun.log'), 'utf8')}`;
    const key = Buffer.from(hex, 'hex');
    const digest = createHash('sha256').update(key).digest('hex');
    for (const secret of [hex, key.toString('base64'), digest]) expect(all).not.toContain(secret);
  });
});

/** Puts a program of that name before the real one that writes down its arguments. */
function keepArguments(name: string): void {
  const real = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
  const path = join(folder(), 'bin', name);
  const lines = ['#!/bin/sh', `echo "${name} $*" >> '${folder()}/arguments.log'`];
  writeFileSync(path, [...lines, `exec '${real}' "$@"`, ''].join('\n'));
  chmodSync(path, 0o755);
}
