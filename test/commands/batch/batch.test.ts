/* kmsx batch, each command of it, against the embedded KMS. */
import { createPrivateKey, privateDecrypt, constants } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectOneOfEach, jsonLinesOf, writeKeyPair, writeManifest } from '../../support/batch.ts';
import type { Tell } from '../../support/kms/lies/lying-kms.ts';
import { startLyingKms } from '../../support/kms/lies/lying-kms.ts';
import type { Server } from '../../support/kmsx.ts';
import { kmsx, useLocalKms } from '../../support/kmsx.ts';
import type { RunResult } from '../../support/run-result.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();
const at = (...names: readonly string[]): string => join(folder(), ...names);

const run = (args: readonly string[], server?: Server): Promise<RunResult> =>
  kmsx(['batch', ...args, '--error-format', 'json', ...(server?.endpoint ?? [])], {
    cwd: folder(),
    env: server?.env ?? {},
  });

async function ok(args: readonly string[], server?: Server): Promise<unknown> {
  const { code, stdout, stderr } = await run(args, server);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as unknown;
}

const EXPORT = [
  ...['export-key', '--manifest', 'keys.jsonl', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY],
  ...['--out', 'out.jsonl', '--backup-dir', 'backups'],
];

const done = (Done: number): object => ({ Done, Failed: 0, ByCode: {}, KeysGeneratedAndLost: 0 });

interface Told {
  readonly Code: string;
  readonly Message: string;
  readonly Hint?: string;
}

/** Errors of a run, in the order in which they are told. */
function errorsOf(stderr: string): readonly Told[] {
  return stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { Error?: Told })
    .flatMap(({ Error: error }) => error ?? []);
}

describe('kmsx batch', () => {
  it('runs the life of many keys, each command over the results of another', async () => {
    const server = await localKms({ cwd: folder() });
    writeKeyPair(folder(), 'other');
    const names = writeManifest(at('keys.jsonl'), 12, (number) => ({
      ...(number % 2 === 0 && { Bind: true }),
      ...(number % 3 === 0 && { NumberOfBytes: 24, Context: { n: String(number) } }),
      ...(number % 4 === 0 && { Pubkey: [PUBKEY, 'other.pub.pem'] }),
    }));
    expect(await ok(EXPORT, server)).toEqual(done(12));
    expectOneOfEach(names, folder());
    const results = jsonLinesOf(at('out.jsonl'));
    const [first] = results.filter(({ Name }) => Name === 'k12');
    expect(Object.keys(first ?? {}).slice(0, 2)).toEqual(['Format', 'Name']);
    expect(first).toMatchObject({
      NumberOfBytes: 24,
      EncryptionContext: { n: '12' },
      Rehearsal: true,
    });
    expect(first?.['Exports']).toHaveLength(2);
    expect(first?.['DataKeyId']).toMatch(/^[0-9a-f]{32}$/);

    writeManifest(at('again.jsonl'), 12, (number) => ({ In: `backups/k${number}.json` }));
    const reexport = ['reexport-key', '--manifest', 'again.jsonl', '--pubkey', 'other.pub.pem'];
    expect(await ok([...reexport, '--out-dir', 'exports'], server)).toEqual(done(12));
    expect(readdirSync(at('exports')).sort()).toEqual(names.map((name) => `${name}.json`).sort());

    const csv = names.map((name) => `${name},exports/${name}.json,backups/${name}.json`);
    writeFileSync(at('verify.csv'), `Name,In,Against\n${csv.join('\n')}\n`);
    const verify = ['verify-key', '--manifest', 'verify.csv', '--privkey', 'other.pem'];
    expect(await ok([...verify, '--out', 'verified.jsonl'], server)).toEqual(done(12));
    for (const result of jsonLinesOf(at('verified.jsonl')))
      expect(result).toMatchObject({ Match: true });

    writeManifest(at('reencrypt.jsonl'), 12, (number) => ({
      In: `backups/k${number}.json`,
      ...(number % 2 !== 0 && { ToContext: { moved: 'yes' } }),
      ...(number % 2 === 0 && { ToContext: contextOf(`backups/k${number}.json`) }),
    }));
    const reencrypt = ['reencrypt-key', '--manifest', 'reencrypt.jsonl', '--to-key-id'];
    const reencrypted = await run(
      [...reencrypt, 'alias/rehearsal', '--backup-dir', 'moved'],
      server,
    );
    // Those with their own context stay under the same key and context, which is no new backup.
    expect(JSON.parse(reencrypted.stdout)).toMatchObject({
      Done: 6,
      Failed: 6,
      ByCode: { 'reencrypt-same-key': 6 },
    });
    expect(reencrypted.code).toBe(8);
    expect(readdirSync(at('moved'))).toHaveLength(6);

    writeManifest(at('unwrap.jsonl'), 12, (number) => ({ In: `exports/k${number}.json` }));
    const unwrap = ['unwrap-key', '--manifest', 'unwrap.jsonl', '--privkey', 'other.pem'];
    expect(await ok([...unwrap, '--check-value-only', '--out', 'cv.jsonl'])).toEqual(done(12));
    expect(await ok([...unwrap, '--out-dir', 'keys', '--format', 'hex'])).toEqual(done(12));
    const key = createPrivateKey(readFileSync(at('other.pem')));
    for (const name of names) {
      const document = JSON.parse(readFileSync(at('exports', `${name}.json`), 'utf8')) as Record<
        string,
        string
      >;
      const opened = privateDecrypt(
        { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
        Buffer.from(document['ExportedDataKey'] ?? '', 'base64'),
      );
      expect(readFileSync(at('keys', `${name}.key`), 'utf8')).toBe(`${opened.toString('hex')}\n`);
      expect(statSync(at('keys', `${name}.key`)).mode & 0o777).toBe(0o600);
      // Nothing but the file has the key.
      const hex = opened.toString('hex');
      for (const file of ['keys.journal', 'cv.jsonl', 'cv.jsonl.journal']) {
        expect(readFileSync(at(file), 'utf8')).not.toContain(hex);
      }
    }
    expect(await ok([...unwrap, '--out-dir', 'keys', '--format', 'hex'])).toEqual(done(12));
    // A key is nowhere else: one that is gone is unwrapped again.
    const gone = readFileSync(at('keys', 'k3.key'));
    unlinkSync(at('keys', 'k3.key'));
    expect(await ok([...unwrap, '--out-dir', 'keys', '--format', 'hex'])).toEqual(done(12));
    expect(readFileSync(at('keys', 'k3.key'))).toEqual(gone);
  });

  it('tells every mistake with its line, and sends nothing', async () => {
    const server = await localKms({ cwd: folder() });
    let calls = '';
    server.onLog((text) => (calls += text));
    mkdirSync(at('backups'));
    writeFileSync(at('backups', 'k7.json'), 'mine');
    writeFileSync(at('not.pem'), 'no key');
    const lines = [
      '{"Name":"k1"}',
      '{"Name":"k1"}',
      '{"Name":"k2","Key":"x"}',
      '{"Name":"k3","Pubkey":"none.pem"}',
      '{"Name":"k4","Pubkey":"not.pem"}',
      `{"Name":"k5","Pubkey":${JSON.stringify(PRIVKEY)}}`,
      '{"Name":"k6","NumberOfBytes":2000}',
      '{"Name":"k7"}',
      '{"Name":"k8","KeyId":"alias/"}',
      '{"Name":"k9","Context":{"kmsx:id":"x"}}',
      '{"Name":"k10","ExpectFingerprint":["SHA256:00","x"]}',
      '{"Name":"k11","Pubkey":"-"}',
      `{"Name":"k12","WrappingAlgorithm":"SM2PKE"}`,
      '{"Name":"k13","KeySpec":"AES_512"}',
      '{"Name":"K1"}',
      'k14',
    ];
    writeFileSync(at('keys.jsonl'), lines.join('\n'));
    const result = await run(EXPORT, server);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    const errors = errorsOf(result.stderr);
    const told = errors.map(
      ({ Code, Message }) => `${/^line \d+/.exec(Message)?.[0] ?? 'end'} ${Code}`,
    );
    expect(told).toEqual([
      'line 2 manifest-malformed',
      'line 3 manifest-malformed',
      'line 4 file-missing',
      'line 5 pubkey-malformed',
      'line 6 pubkey-is-private',
      'line 7 bad-usage',
      'line 8 output-exists',
      'line 9 key-id-malformed',
      'line 10 context-malformed',
      'line 11 bad-usage',
      'line 12 bad-usage',
      'line 13 wrapping-algorithm-mismatch',
      'line 14 manifest-malformed',
      'line 15 manifest-malformed',
      'line 16 json-malformed',
      'end manifest-malformed',
    ]);
    expect(errors.at(-1)?.Message).toBe('keys.jsonl has 15 mistakes; nothing was sent');
    expect(calls).toBe('');
    expect(readdirSync(folder()).sort()).toEqual(['backups', 'keys.jsonl', 'not.pem']);
  });

  it('tells what is wrong with documents and private keys too', async () => {
    writeFileSync(at('e.json'), '{}');
    const lines = [
      '{"Name":"a","In":"none.json"}',
      '{"Name":"b","In":"e.json"}',
      '{"Name":"c"}',
      '{"Name":"d","In":"e.json","Privkey":"pkcs11:token=x"}',
      '{"Name":"e","ExpectCheckValue":"ecb:1"}',
    ];
    writeFileSync(at('m.jsonl'), lines.join('\n'));
    const args = ['unwrap-key', '--manifest', 'm.jsonl', '--privkey', PRIVKEY];
    const result = await run([...args, '--out-dir', 'keys']);
    expect(errorsOf(result.stderr).map(({ Code }) => Code)).toEqual([
      'file-missing',
      'document-malformed',
      'bad-usage',
      'bad-usage',
      'check-value-malformed',
      'manifest-malformed',
    ]);
    expect(readdirSync(folder()).sort()).toEqual(['e.json', 'm.jsonl']);
  });

  it('records lines that fail, goes on with the others, and tries them again', async () => {
    const server = await localKms({ cwd: folder() });
    const names = writeManifest(at('keys.jsonl'), 10, (number) =>
      number % 5 === 0 ? { KeyId: '00000000-0000-4000-8000-000000000000' } : {},
    );
    const first = await run(EXPORT, server);
    expect(first.code).toBe(8);
    const summary = {
      Done: 8,
      Failed: 2,
      ByCode: { 'Forbidden.KeyNotFound': 2 },
      KeysGeneratedAndLost: 0,
    };
    expect(JSON.parse(first.stdout)).toEqual(summary);
    const [error] = errorsOf(first.stderr);
    expect(error?.Code).toBe('lines-failed');
    const typed = /^to try them again: kmsx (.*)$/.exec(error?.Hint ?? '')?.[1]?.split(' ') ?? [];
    const failed = jsonLinesOf(at('out.jsonl.journal')).filter(({ Event }) => Event === 'failed');
    expect(failed.map(({ Name, Code }) => [Name, Code])).toEqual(
      expect.arrayContaining(['k5', 'k10'].map((name) => [name, 'Forbidden.KeyNotFound'])),
    );
    for (const event of failed) expect(event['RequestId']).toMatch(/./);
    expect(await kmsx(typed, { cwd: folder(), env: server.env })).toMatchObject({
      code: 8,
      stdout: first.stdout,
    });
    const good = names.filter((name) => name !== 'k5' && name !== 'k10');
    expectOneOfEach(good, folder());
    const again = jsonLinesOf(at('out.jsonl.journal')).filter(({ Event }) => Event === 'failed');
    expect(again).toHaveLength(4);
  });

  it('begins no more lines after --limit, nor after a failure with --fail-fast', async () => {
    const server = await localKms({ cwd: folder() });
    const names = writeManifest(at('keys.jsonl'), 30, (number) =>
      number === 10 ? { KeyId: '00000000-0000-4000-8000-000000000000' } : {},
    );
    expect(await ok([...EXPORT, '--limit', '5'], server)).toEqual({ ...done(5), Left: 25 });
    const failing = await run([...EXPORT, '--fail-fast', '--concurrency', '1'], server);
    expect(failing.code).toBe(8);
    expect(JSON.parse(failing.stdout)).toMatchObject({ Done: 9, Failed: 1, Left: 20 });
    expect((await run([...EXPORT, '--rate', '1000'], server)).code).toBe(8);
    expectOneOfEach(
      names.filter((name) => name !== 'k10'),
      folder(),
    );
  });

  it('tries lines that failed after those that were never tried', async () => {
    const server = await localKms({ cwd: folder() });
    writeManifest(at('keys.jsonl'), 6, (number) =>
      number <= 3 ? { KeyId: '00000000-0000-4000-8000-000000000000' } : {},
    );
    const summaries: unknown[] = [];
    for (let time = 0; time < 2; time += 1) {
      summaries.push(JSON.parse((await run([...EXPORT, '--limit', '3'], server)).stdout));
    }
    expect(summaries).toMatchObject([
      { Done: 0, Failed: 3, Left: 3 },
      { Done: 3, Failed: 3 },
    ]);
  });

  it('slows down while KMS throttles, and does it all', async () => {
    const server = await localKms({ cwd: folder() }, ['--fault', 'throttle:first=20']);
    const names = writeManifest(at('keys.jsonl'), 60);
    expect(await ok(EXPORT, server)).toEqual(done(60));
    expectOneOfEach(names, folder());
  });

  it('counts the data keys whose answer did not come', async () => {
    const server = await localKms({ cwd: folder() }, ['--fault', 'cut:when=after,first=3']);
    const names = writeManifest(at('keys.jsonl'), 10);
    const { KeysGeneratedAndLost, ...rest } = (await ok(EXPORT, server)) as Record<string, number>;
    expect(rest).toEqual({ Done: 10, Failed: 0, ByCode: {} });
    expect(KeysGeneratedAndLost).toBe(3);
    expectOneOfEach(names, folder());
  });

  it.each<readonly [string, Tell, number]>([
    [
      'a short CiphertextBlob',
      ({ fields }) => ({ body: { ...fields, CiphertextBlob: 'AAAA' } }),
      1,
    ],
    [
      'a short ExportedDataKey',
      ({ fields }) => ({ body: { ...fields, ExportedDataKey: 'AAAA' } }),
      1,
    ],
    ['no KeyId', ({ fields: { KeyId: _, ...fields } }) => ({ body: fields }), 1],
    ['a cut connection', () => ({ isCut: true }), 1],
    ['a page with HTTP 200', () => ({ body: '<html>' }), 1],
    ['a page with HTTP 502', () => ({ status: 502, body: '<html>' }), 1],
    ['HTTP 500', () => ({ status: 500, body: { Code: 'InternalFailure', RequestId: 'r' } }), 1],
    [
      'HTTP 503',
      () => ({ status: 503, body: { Code: 'ServiceUnavailableTemporary', RequestId: 'r' } }),
      1,
    ],
    ['HTTP 429', () => ({ status: 429, body: { Code: 'Rejected.Throttling', RequestId: 'r' } }), 0],
    [
      'HTTP 403',
      () => ({ status: 403, body: { Code: 'Forbidden.NoPermission', RequestId: 'r' } }),
      0,
    ],
  ])('counts the data keys whose answer is %s', async (_, tell, lostEach) => {
    const server = await localKms({ cwd: folder() });
    const action = 'GenerateAndExportDataKey';
    const lying = await startLyingKms(server.announcement.Endpoint, { action }, tell);
    writeManifest(at('keys.jsonl'), 3);
    const endpoint = ['--endpoint', lying.url, '--max-attempts', '1'];
    const failed = await run(EXPORT, { ...server, endpoint });
    expect(failed.code, failed.stderr).toBe(8);
    const expected = { Done: 0, Failed: 3, KeysGeneratedAndLost: 3 * lostEach };
    expect(JSON.parse(failed.stdout)).toMatchObject(expected);
    expect(lying.told()).toBe(3);
    const events = jsonLinesOf(at('out.jsonl.journal')).filter(({ Event }) => Event === 'lost');
    expect(events).toHaveLength(3 * lostEach);
  });

  it('finishes a data key from the journal when another export had failed', async () => {
    const server = await localKms({ cwd: folder() }, [
      '--fault',
      'error:action=ExportDataKey,first=4',
    ]);
    writeKeyPair(folder(), 'other');
    const names = writeManifest(at('keys.jsonl'), 6);
    const args = [...EXPORT, '--pubkey', 'other.pub.pem'];
    const first = await run([...args, '--max-attempts', '1'], server);
    expect(JSON.parse(first.stdout)).toMatchObject({ Done: 2, Failed: 4 });
    expect(readdirSync(at('backups'))).toHaveLength(6);
    expect(await ok(args, server)).toEqual(done(6));
    expectOneOfEach(names, folder());
    const events = jsonLinesOf(at('out.jsonl.journal'));
    expect(events.filter(({ Event }) => Event === 'generated')).toHaveLength(6);
  });
});

describe('a run that goes on', () => {
  async function begun(): Promise<Server> {
    const server = await localKms({ cwd: folder() });
    writeManifest(at('keys.jsonl'), 4);
    expect(await ok([...EXPORT, '--limit', '2'], server)).toMatchObject({ Done: 2, Left: 2 });
    return server;
  }

  it('generates no other data key under a name whose backup stands, by an older copy of its journal', async () => {
    const server = await begun();
    const journal = readFileSync(at('out.jsonl.journal'), 'utf8').split('\n');
    writeFileSync(at('out.jsonl.journal'), `${journal.slice(0, 2).join('\n')}\n`);
    unlinkSync(at('out.jsonl'));
    const backups = ['k1', 'k2'].map((name) => readFileSync(at(`backups/${name}.json`)));
    const result = await run(EXPORT, server);
    expect(result, result.stderr).toMatchObject({ code: 8 });
    expect(JSON.parse(result.stdout)).toMatchObject({
      ByCode: { 'journal-behind': backups.length },
    });
    const events = jsonLinesOf(at('out.jsonl.journal')).slice(2);
    const asked = events.filter(({ Event }) => Event === 'intent').map(({ Line }) => Line);
    expect(asked.sort()).toEqual([3, 4]);
    const now = ['k1', 'k2'].map((name) => readFileSync(at(`backups/${name}.json`)));
    expect(now).toEqual(backups);
  });

  it('takes the same manifest, command and options alone', async () => {
    const server = await begun();
    const differing: readonly (readonly [string, () => readonly string[]])[] = [
      [
        'with --key-id alias/rehearsal',
        () => EXPORT.map((word) => word.replace('alias/rehearsal', 'alias/x')),
      ],
      ['with --backup-dir backups', () => EXPORT.map((word) => word.replace('backups', 'others'))],
      [
        'with another --context, or its file was changed since',
        () => [...EXPORT, '--context', 'a=b'],
      ],
      [
        'with another --pubkey, or its file was changed since',
        () => {
          writeKeyPair(folder(), 'other');
          return [...EXPORT, '--pubkey', 'other.pub.pem'];
        },
      ],
      ['without --bind', () => [...EXPORT, '--bind']],
      ['without --number-of-bytes', () => [...EXPORT, '--number-of-bytes', '16']],
      ['of batch export-key', () => ['verify-key', '--manifest', 'v.jsonl', '--out', 'out.jsonl']],
      [
        'with another manifest, or this one was changed since',
        () => {
          writeManifest(at('keys.jsonl'), 5);
          return EXPORT;
        },
      ],
    ];
    writeFileSync(
      at('v.jsonl'),
      `${JSON.stringify({ Name: 'k1', Against: 'backups/k1.json', ExpectCheckValue: `label:${'0'.repeat(32)}` })}\n`,
    );
    for (const [message, args] of differing) {
      const result = await run(args(), server);
      expect(result, message).toMatchObject({ code: 2, stdout: '' });
      expect(errorsOf(result.stderr)).toMatchObject([
        { Code: 'journal-mismatch', Message: `out.jsonl.journal is of a run ${message}` },
      ]);
    }
    writeManifest(at('keys.jsonl'), 4);
    const faster = [
      '--rate',
      '500',
      '--concurrency',
      '2',
      '--fail-fast',
      '--limit',
      '9',
      '--timeout',
      '9',
    ];
    expect(await ok([...EXPORT, ...faster], server)).toEqual(done(4));
  });

  it('does not go on with outputs that others changed, nor with what is no journal', async () => {
    const server = await begun();
    const out = readFileSync(at('out.jsonl'), 'utf8');
    for (const changed of [out.replace('k', 'x'), `${out}{}\n`]) {
      writeFileSync(at('out.jsonl'), changed);
      const result = await run(EXPORT, server);
      expect(errorsOf(result.stderr)).toMatchObject([{ Code: 'output-changed' }]);
      expect(result.code).toBe(2);
    }
    writeFileSync(at('out.jsonl'), out);
    writeFileSync(at('notes'), 'mine');
    writeFileSync(at('lines'), 'mine\n');
    for (const journal of ['notes', 'lines']) {
      const result = await run(
        [...EXPORT.map((word) => word.replace('out.jsonl', 'o2')), '--journal', journal],
        server,
      );
      expect(result, journal).toMatchObject({ code: 2, stdout: '' });
    }
    expect(readFileSync(at('notes'), 'utf8')).toBe('mine');
    expect(await ok(EXPORT, server)).toEqual(done(4));
  });

  it('refuses results that are there without a journal', async () => {
    const server = await localKms({ cwd: folder() });
    writeManifest(at('keys.jsonl'), 2);
    writeFileSync(at('out.jsonl'), '');
    const result = await run(EXPORT, server);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorsOf(result.stderr)).toMatchObject([{ Code: 'output-exists' }]);
    expect(existsSync(at('out.jsonl.journal'))).toBe(false);
  });

  it('refuses files of lines that are there without a journal', async () => {
    writeManifest(at('keys.jsonl'), 2);
    mkdirSync(at('backups'));
    writeFileSync(at('backups', 'k2.json'), '');
    const result = await run(EXPORT, await localKms({ cwd: folder() }));
    expect(result).toMatchObject({ code: 2, stdout: '' });
    const [mistake] = errorsOf(result.stderr);
    expect(mistake).toMatchObject({
      Code: 'output-exists',
      Message: 'line 2: backups/k2.json already exists',
    });
    expect(mistake?.Hint).toContain('give another --backup-dir or --out-dir');
    expect(mistake?.Hint).not.toContain('--force');
  });
});

const STORE = ['--store', 'postgresql://db.example/keys'];

const USAGE: readonly (readonly [string, readonly string[], string])[] = [
  ['another command', ['recover-key', '--manifest', 'm'], 'bad-usage'],
  [
    'an option of another command',
    ['unwrap-key', '--manifest', 'm', '--key-id', 'x', '--out', 'o'],
    'bad-usage',
  ],
  ['no place for results', ['reexport-key', '--manifest', 'm'], 'bad-usage'],
  ['keys in one file', ['unwrap-key', '--manifest', 'm', '--out', 'o'], 'bad-usage'],
  ['results on stdout', ['reexport-key', '--manifest', 'm', '--out', '-'], 'bad-usage'],
  [
    'two places for results',
    ['reexport-key', '--manifest', 'm', '--out', 'o', '--out-dir', 'd'],
    'options-conflict',
  ],
  [
    'one folder twice',
    ['reencrypt-key', '--manifest', 'm', '--out-dir', 'd', '--backup-dir', 'd'],
    'output-twice',
  ],
  [
    'one file twice',
    ['reexport-key', '--manifest', 'm', '--out', 'o', '--journal', 'o'],
    'output-twice',
  ],
  [
    'a journal in no store',
    ['reexport-key', '--manifest', 'm', '--out', 'o', '--journal', 'store:x'],
    'store-missing-option',
  ],
  [
    'a name that no journal has in a store',
    ['reexport-key', '--manifest', 'm', '--journal', 'store:a/b', ...STORE],
    'store-name-malformed',
  ],
  [
    'keys of a journal that several machines share',
    ['unwrap-key', '--manifest', 'm', '--out-dir', 'd', '--journal', 'store:x', ...STORE],
    'options-conflict',
  ],
  [
    'a folder of backups with such a journal',
    ['reencrypt-key', '--manifest', 'm', '--backup-dir', 'd', '--journal', 'store:x', ...STORE],
    'options-conflict',
  ],
  [
    'a folder and a store for backups',
    ['export-key', '--manifest', 'm', '--out', 'o', '--backup-dir', 'd', ...STORE],
    'options-conflict',
  ],
  ['a rate of none', ['reexport-key', '--manifest', 'm', '--out', 'o', '--rate', '0'], 'bad-usage'],
  [
    'no concurrency',
    ['reexport-key', '--manifest', 'm', '--out', 'o', '--concurrency', '0'],
    'bad-usage',
  ],
  [
    'a manifest without lines',
    ['unwrap-key', '--manifest', 'empty', '--out-dir', 'd'],
    'manifest-malformed',
  ],
];

it.each(USAGE)('refuses %s', async (_, args, code) => {
  writeFileSync(at('empty'), '\n');
  const result = await run(args);
  expect(result).toMatchObject({ code: 2, stdout: '' });
  expect(errorsOf(result.stderr)).toMatchObject([{ Code: code }]);
  expect(readdirSync(folder())).toEqual(['empty']);
});

function contextOf(backup: string): unknown {
  const document = JSON.parse(readFileSync(at(backup), 'utf8')) as Record<string, unknown>;
  return document['EncryptionContext'];
}
