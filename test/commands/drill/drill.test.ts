import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { knownCredentials } from '../../../src/credentials/credentials.ts';
import { parseExpectedCheckValue } from '../../../src/documents/key-check-value.ts';
import { createRecord } from '../../../src/record/chain/writer.ts';
import { clientOf } from '../../support/kms/clients.ts';
import {
  backupName,
  FLEET_ENV,
  PLAIN_KEY,
  readBackup,
  seedFleet,
  throttlingOne,
  writeBackup,
} from '../../support/backups/fleet.ts';
import { makeFleet } from '../../support/backups/planted-faults.ts';
import type { Server } from '../../support/kmsx.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { beginEvent } from '../../support/record/good-record.ts';
import type { RunResult } from '../../support/run-result.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess, testIo } from '../../support/test-io.ts';
import { PRIVKEY, PUBKEY, testKeyPath } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();
let server: Server;

const COUNT = 5;
const backups = (): string => join(folder(), 'backups');

beforeEach(async () => {
  server = await localKms({ cwd: folder() }, seedFleet(folder(), 'before'));
  await makeFleet(folder(), server.announcement, COUNT);
});

const run = (...args: string[]): Promise<RunResult> =>
  kmsx([...args, ...server.endpoint], { cwd: folder(), env: FLEET_ENV });
const drill = (...args: string[]): Promise<RunResult> =>
  run('drill', 'backups', '--rate', '1000', ...args);

interface Line {
  readonly Name: string;
  readonly SameKeyAs: string;
  readonly Code?: string;
  readonly LastProved?: string;
}

const linesOf = ({ stdout }: RunResult): Line[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

const cut = (index: number): void => {
  writeBackup(backups(), index, '{"Format":"kmsx-backup/1"');
};
const swap = (index: number): void => {
  writeBackup(backups(), index, readBackup(backups(), 0));
};
const refuse = async (index: number): Promise<string[]> => {
  const blob = String(readBackup(backups(), index)['CiphertextBlob']);
  const gateway = await throttlingOne(server.announcement.Endpoint, blob);
  return ['--endpoint', gateway, '--max-attempts', '1'];
};

describe('a drill with the record of a ceremony', () => {
  const record = (): string => join(folder(), 'ceremony');
  beforeEach(async () => {
    mkdirSync(record());
    const [line = ''] = readFileSync(join(folder(), 'check-values.txt'), 'utf8').split('\n');
    const [name = '', ...values] = line.split(' ');
    const writer = await createRecord(record(), beginEvent(), testIo());
    await writer.append({
      Type: 'step',
      Number: 1,
      Name: 'the backups',
      Text: 'opened',
      Start: '2026-11-23T08:00:00.000Z',
      Outcome: 'done',
      ExitCode: 0,
      Facts: {
        Backups: [`/media/stick/${name}.json`],
        KeyCheckValues: values.map(parseExpectedCheckValue).map((value) => ({ ...value })),
      },
    });
    await writer.close();
  });

  it('compares the backups of that ceremony, by their names', async () => {
    const result = await drill('--check-values', 'ceremony/record.jsonl');
    expect(result.code, result.stderr).toBe(0);
    const same = linesOf(result).map(({ SameKeyAs }) => SameKeyAs);
    expect(same.filter((each) => each === 'check-value')).toHaveLength(1);
    expect(same.filter((each) => each === 'nothing')).toHaveLength(COUNT - 1);
  });

  it('takes no record that was changed', async () => {
    const path = join(record(), 'record.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('the cage', 'the cave'));
    const result = await drill('--check-values', 'ceremony/record.jsonl');
    expect(result.code).toBe(6);
    expect(result.stderr).toContain('line 2 does not follow line 1');
  });
});

describe('the exit code of a drill', () => {
  const values = ['--check-values', 'check-values.txt'];
  it.each([
    ['all is well', () => [], 0, undefined],
    ['one is cut', () => (cut(1), []), 4, 'backups-not-opening'],
    ['one is another key', () => (swap(1), []), 6, 'backups-differ'],
    ['KMS cannot be asked about one', () => refuse(1), 8, 'backups-unasked'],
    ['one is cut and one another key', () => (cut(1), swap(2), []), 6, 'backups-differ'],
    ['one is cut and one not asked', () => (cut(1), refuse(2)), 4, 'backups-not-opening'],
    ['all three', () => (cut(1), swap(2), refuse(3)), 6, 'backups-differ'],
  ] as const)('where %s', async (_, spoil, code, error) => {
    const args = ['drill', 'backups', '--rate', '1000', ...values, '--error-format', 'json'];
    const more = await spoil();
    const address = more.length === 0 ? server.endpoint : more;
    const result = await kmsx([...args, ...address], { cwd: folder(), env: FLEET_ENV });
    expect(result.code, result.stderr).toBe(code);
    expect(linesOf(result)).toHaveLength(COUNT);
    const said = /"Code":"([a-z-]+)"/.exec(result.stderr)?.[1];
    expect(said).toBe(error);
  });

  it.each([
    ['alone', () => [], 4, 'backups-not-opening'],
    ['and one is another key', () => (swap(1), []), 6, 'backups-differ'],
    ['and one is not asked', () => refuse(2), 4, 'backups-not-opening'],
  ] as const)('where one that was proved is gone, %s', async (_, spoil, code, error) => {
    await drill('--proofs', 'proofs');
    renameSync(join(backups(), `${backupName(3)}.json`), join(folder(), 'gone.json'));
    const more = await spoil();
    const args = ['drill', 'backups', '--rate', '1000', '--proofs', 'proofs'];
    const address = more.length === 0 ? server.endpoint : more;
    const result = await kmsx([...args, '--error-format', 'json', ...address], {
      cwd: folder(),
      env: FLEET_ENV,
    });
    expect(result.code, result.stderr).toBe(code);
    expect(/"Code":"([a-z-]+)"/.exec(result.stderr)?.[1]).toBe(error);
    expect(linesOf(result).filter(({ Code }) => Code === 'backup-missing')).toHaveLength(1);
  });

  it.each([
    ['no backup is there', ['drill', 'empty'], {}, 8],
    ['the folder is not there', ['drill', 'nowhere'], {}, 7],
    ['the proofs are not there', ['drill', 'backups', '--proofs', 'nowhere'], {}, 7],
    ['the place is a file', ['drill', 'check-values.txt'], {}, 2],
    ['the place is given twice', ['drill', 'backups', './backups'], {}, 2],
    ['the rate is none', ['drill', 'backups', '--rate', '0'], {}, 2],
    [
      'the check values are none',
      ['drill', 'backups', '--check-values', 'seed-before.json'],
      {},
      2,
    ],
    ['all secrets would be read', ['drill', 'secret:'], {}, 2],
    [
      'the access key is not known',
      ['drill', 'backups'],
      { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tStranger' },
      3,
    ],
  ])('where %s', async (_, args, env, code) => {
    mkdirSync(join(folder(), 'empty'));
    const result = await kmsx([...args, ...server.endpoint], {
      cwd: folder(),
      env: { ...FLEET_ENV, ...env },
    });
    expect(result.code, result.stderr).toBe(code);
  });

  it('is 8, and soon, where KMS is not reached at all', async () => {
    for (let index = COUNT; index < 60; index += 1) {
      copyFileSync(join(backups(), `${backupName(0)}.json`), join(backups(), `more-${index}.json`));
    }
    const args = ['drill', 'backups', '--rate', '1000', '--max-attempts', '1'];
    const result = await kmsx([...args, '--endpoint', 'http://127.0.0.1:9'], {
      cwd: folder(),
      env: FLEET_ENV,
    });
    expect(result.code).toBe(8);
    expect(linesOf(result).length).toBeLessThan(60);
    expect(result.stderr).toContain('about 60 backups');
  });
});

describe('the proofs of a drill', () => {
  it('let the next one see a swapped backup, and earn bits only where they lie elsewhere', async () => {
    mkdirSync(join(backups(), 'proofs'));
    for (const proofs of ['proofs', 'backups/proofs']) {
      await drill('--proofs', proofs);
      const second = await drill('--proofs', proofs);
      const worth = proofs === 'proofs' ? 'proof' : 'nothing';
      expect(new Set(linesOf(second).map(({ SameKeyAs }) => SameKeyAs))).toEqual(new Set([worth]));
    }
    swap(1);
    for (const proofs of ['proofs', 'backups/proofs']) {
      const third = await drill('--proofs', proofs);
      expect(third.code).toBe(6);
      const failed = linesOf(third).filter(({ Code }) => Code !== undefined);
      expect(failed.map(({ Name, Code }) => [Name, Code])).toEqual([
        [backupName(1), 'data-keys-differ'],
      ]);
    }
  });

  it('put the oldest first, leave out what is not due, and tell what is lost', async () => {
    const first = await drill('--proofs', 'proofs', '--limit', '2');
    expect(first.stderr).toMatch(/wrote proofs\/proofs-\w+-[0-9a-f]{8}\.jsonl \(2 proofs\)/);
    const second = linesOf(await drill('--proofs', 'proofs'));
    const names = second.map(({ Name }) => Name);
    expect(names.slice(0, 3)).toEqual([2, 3, 4].map(backupName));
    expect(names.slice(3).sort()).toEqual([0, 1].map(backupName)); // as fast as KMS answered
    const due = await drill('--proofs', 'proofs', '--older-than', '30');
    expect(due).toMatchObject({ code: 0, stdout: '' });
    expect(due.stderr).toContain('5 not drilled this time');
    renameSync(join(backups(), `${backupName(3)}.json`), join(folder(), 'gone.json'));
    const lost = await drill('--proofs', 'proofs', '--older-than', '30', '--quiet');
    expect(lost.code).toBe(4);
    expect(lost.stderr).toContain(`1 backup is not there any more: ${backupName(3)}`);
    expect(linesOf(lost)).toMatchObject([
      { Name: backupName(3), Opens: false, SameKeyAs: 'nothing', Code: 'backup-missing' },
    ]);
    expect(linesOf(lost)[0]?.LastProved).toMatch(/^\d{4}-/);
    const listed = await run('list-backups', 'backups', '--proofs', 'proofs');
    expect(linesOf(listed).every(({ LastProved }) => LastProved !== undefined)).toBe(true);
  });

  it('come from verify-key too, for backups that match alone', async () => {
    const [, line = ''] = readFileSync(join(folder(), 'check-values.txt'), 'utf8').split('\n');
    const value = line.split(' ')[1] ?? '';
    const against = ['--against', `backups/${backupName(1)}.json`];
    const verify = ['verify-key', ...against, '--expect-check-value', value];
    expect(await run(...verify, '--proof', 'proofs/one.json')).toMatchObject({ code: 0 });
    expect(linesOf(await run('list-backups', 'backups', '--proofs', 'proofs'))).toMatchObject(
      [0, 1, 2, 3, 4].map((index) =>
        index === 1 ? { LastProved: expect.any(String) as string } : { Name: backupName(index) },
      ),
    );
    swap(1);
    const wrong = await run(...verify, '--proof', 'proofs/two.json');
    expect(wrong.code).toBe(6);
    expect(() => readFileSync(join(folder(), 'proofs/two.json'))).toThrow('ENOENT');
    expect((await drill('--proofs', 'proofs')).code).toBe(6);
    const nameless = await run('verify-key', '--against', '-', ...verify.slice(3), '--proof', 'x');
    expect(nameless.code).toBe(2);
  });
});

describe('backups that KMS keeps as secrets', () => {
  it('are listed and drilled by the beginning of their names, and other secrets are not shown', async () => {
    const { Endpoint } = server.announcement;
    const credentials = knownCredentials('test', {
      accessKeyId: FLEET_ENV.ALIBABA_CLOUD_ACCESS_KEY_ID,
      accessKeySecret: FLEET_ENV.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
    });
    const kms = clientOf(Endpoint, { credentials });
    for (let index = 0; index < 3; index += 1) {
      const text = JSON.stringify(readBackup(backups(), index));
      await kms.createSecret({ name: `pay/${index}`, versionId: 'v1', text });
    }
    await kms.createSecret({
      name: 'pay/password',
      versionId: 'v1',
      text: 'correct horse battery',
    });
    await kms.createSecret({ name: 'other', versionId: 'v1', text: 'staple' });
    const listed = await run('list-backups', 'secret:pay/');
    expect(listed.code, listed.stderr).toBe(0);
    expect(linesOf(listed).map(({ Name }) => Name)).toEqual(['pay/0', 'pay/1', 'pay/2']);
    const drilled = await run('drill', 'secret:pay/', '--proofs', 'proofs', '--rate', '1000');
    expect(drilled.code, drilled.stderr).toBe(0);
    expect(linesOf(drilled)).toHaveLength(3);
    for (const { stdout, stderr } of [listed, drilled]) {
      expect(stdout + stderr).not.toMatch(/horse|staple/);
    }
    // By another beginning they are the same backups.
    const again = await run('drill', 'secret:pay', '--proofs', 'proofs', '--rate', '1000');
    expect(linesOf(again).map(({ SameKeyAs }) => SameKeyAs)).toEqual(['proof', 'proof', 'proof']);
  });
});

describe('the report of a drill', () => {
  it('shows hostile names and values as they are, and loads nothing', async () => {
    const hostile = '<script>alert(1)</script>&"\'\u202e';
    writeFileSync(join(backups(), `${hostile.replaceAll('/', '-')}.json`), 'x');
    const { code } = await drill('--report', 'report.html');
    expect(code).toBe(4);
    const html = readFileSync(join(folder(), 'report.html'), 'utf8');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;-script&gt;&amp;&quot;&#39;\\u202e');
    expect(html).not.toMatch(/<script|<link|<img|https?:|\u202e/);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(html).toMatch(/backups backups<\/th><td>user \d+/);
  });
});

it.each([
  [true, true],
  [true, false],
  [false, true],
  [false, false],
])('names the report once: stdout a terminal %s, stderr %s', async (stdout, stderr) => {
  const argv = ['drill', 'backups', '--rate', '1000', '--report', 'report.html'];
  const result = await runInProcess([...argv, ...server.endpoint], {
    cwd: folder(),
    env: { HOME: folder(), ...FLEET_ENV },
    stdoutIsTerminal: stdout,
    stderrIsTerminal: stderr,
    isReal: true,
  });
  expect(result.code, result.stderr).toBe(0);
  expect(result.stderr.match(/wrote report\.html \([\d,]+ bytes, mode 0600\)/g)).toHaveLength(1);
});

describe('verify-key with several private keys', () => {
  const OTHER = testKeyPath('other-2048.pem');

  it('opens the export of each, and shows where one is another key', async () => {
    const cwd = folder();
    await kmsxOk(['keygen', '--no-passphrase', '--privkey-out', 'b.pem', '--pubkey-out', 'b.pub'], {
      cwd,
    });
    const exporting = ['export-key', '--key-id', PLAIN_KEY];
    const two = ['--pubkey', PUBKEY, '--pubkey', 'b.pub'];
    await run(...exporting, ...two, '--backup', 'b.json', '--out', 'two.json');
    const keys = ['--privkey', PRIVKEY, '--privkey', 'b.pem'];
    const verify = ['verify-key', ...keys, '--against', 'b.json', '--against', 'two.json'];
    const good = await run(...verify, '--in', 'two.json');
    expect(good.code, good.stderr).toBe(0);
    const result = JSON.parse(good.stdout) as { Match: boolean; Exports: { Match: boolean }[] };
    expect(result).toMatchObject({ Match: true, Exports: [{ Match: true }, { Match: true }] });

    await run(...exporting, '--pubkey', 'b.pub', '--backup', 'x', '--out', 'other.json');
    const forged = JSON.parse(readFileSync(join(cwd, 'two.json'), 'utf8')) as {
      Exports: Record<string, unknown>[];
    };
    const other = JSON.parse(readFileSync(join(cwd, 'other.json'), 'utf8')) as typeof forged;
    Object.assign(forged.Exports[1] ?? {}, other.Exports[0]);
    writeFileSync(join(cwd, 'forged.json'), JSON.stringify(forged));
    const bad = await run('verify-key', ...keys, '--against', 'b.json', '--in', 'forged.json');
    expect(bad.code).toBe(6);
    expect(JSON.parse(bad.stdout)).toMatchObject({
      Match: false,
      Exports: [{ Match: true }, { Match: false }],
    });
    // Of the document as a backup, each export is opened too.
    const beside = ['verify-key', ...keys, '--against', 'forged.json', '--in', 'two.json'];
    expect((await run(...beside)).code).toBe(6);
    const one = ['verify-key', '--privkey', PRIVKEY, '--against', 'b.json', '--in', 'forged.json'];
    const single = await run(...one);
    expect(single.code).toBe(0);
    expect(JSON.parse(single.stdout)).not.toHaveProperty('Exports');
  });

  it('refuses one that is given twice, one that is no recipient, and --witness', async () => {
    const exporting = ['export-key', '--key-id', PLAIN_KEY];
    await run(...exporting, '--pubkey', PUBKEY, '--backup', 'b.json', '--out', 'one.json');
    const verify = ['verify-key', '--in', 'one.json', '--against', 'b.json', '--privkey', PRIVKEY];
    expect((await run(...verify, '--privkey', PRIVKEY)).code).toBe(2);
    expect((await run(...verify, '--privkey', OTHER)).code).toBe(6);
    expect((await run(...verify, '--privkey', OTHER, '--witness')).code).toBe(2);
  });
});
