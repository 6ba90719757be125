import { createPublicKey } from 'node:crypto';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kmsx, kmsxOk, useLocalKms } from '../../../support/kmsx.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY, testKey } from '../../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

const EXPORT = [
  'export-key',
  '--key-id',
  'alias/rehearsal',
  '--gateway',
  'local',
  '--pubkey',
  PUBKEY,
];
const SECOND = 'second.pub.pem';

const text = (name: string): string => readFileSync(join(folder(), name), 'utf8');
const files = (): string[] =>
  readdirSync(folder())
    .filter((name) => name !== '.local')
    .sort();

describe('an output secret:NAME', () => {
  it.each([
    ['export-key', '--out', EXPORT],
    ['recover-key', '--out', ['recover-key', '--in', 'x.json', '--gateway', 'local']],
    ['combine', '--component', ['combine', 'x.json', '--component', '2.json']],
    ['keygen', '--pubkey-out', ['keygen', '--privkey-out', 'k.pem', '--no-passphrase']],
  ])('is refused where it would be a file: %s %s', async (_, option, args) => {
    await kmsxOk([...EXPORT, '--out', 'x.json'], { cwd: folder() });
    if (option === '--component') {
      const split = ['recover-key', '--in', 'x.json', '--gateway', 'local'];
      const places = ['--component', 'x1.json', '--component', 'x2.json'];
      await kmsxOk([...split, ...places], { cwd: folder() });
    }
    const before = files();
    const inputs = option === '--component' ? ['x1.json', 'x2.json'] : ['x.json'];
    const argv = args.flatMap((word) => (word === 'x.json' ? inputs : [word]));
    const run = await kmsx([...argv, option, 'secret:x'], { cwd: folder() });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain(
      `error: ${option} secret:x would be a file, not a secret in KMS\n`,
    );
    expect(run.stderr).toContain('one of that name is ./secret:x');
    expect(files()).toEqual(before);
  });
});

describe('an existing output', () => {
  it.each(['--backup', '--out'])('is refused for %s and left as it was', async (option) => {
    writeFileSync(join(folder(), 'old.json'), 'old');
    const result = await kmsx([...EXPORT, option, 'old.json'], { cwd: folder() });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('kmsx: error: old.json already exists\nkmsx: hint: ');
    expect(text('old.json')).toBe('old');
    expect(files()).toEqual(['old.json']);
  });

  it('is moved aside with --force, and named', async () => {
    writeFileSync(join(folder(), 'b.json'), 'old backup');
    writeFileSync(join(folder(), 'e.json'), 'old export');
    const args = [...EXPORT, '--backup', 'b.json', '--out', 'e.json', '--force'];
    const result = await kmsx(args, { cwd: folder() });
    expect(result.code, result.stderr).toBe(0);
    const [b = '', e = ''] = files().filter((name) => name.includes('.json.old-'));
    expect([text(b), text(e)]).toEqual(['old backup', 'old export']);
    expect(result.stderr).toContain(`kmsx: warning: the old b.json is now ${folder()}/${b}\n`);
    expect(result.stderr).toContain(`kmsx: warning: the old e.json is now ${folder()}/${e}\n`);
    expect(files()).toEqual(['b.json', b, 'e.json', e].sort());
    expect(JSON.parse(text('b.json'))).toMatchObject({ Format: 'kmsx-backup/1' });
    expect(JSON.parse(text('e.json'))).toMatchObject({ Format: 'kmsx-export/1' });
  });

  it('is not moved before KMS has answered', async () => {
    writeFileSync(join(folder(), 'b.json'), 'old backup');
    const argv = ['export-key', '--key-id', 'alias/none', '--gateway', 'local', '--pubkey', PUBKEY];
    const args = [...argv, '--backup', 'b.json', '--force'];
    expect(await kmsx(args, { cwd: folder() })).toMatchObject({ code: 4, stdout: '' });
    expect(text('b.json')).toBe('old backup');
    expect(files()).toEqual(['b.json']);
  });

  it('is moved aside where it is a private key too', async () => {
    writeFileSync(join(folder(), 'k.pem'), 'old');
    const args = ['keygen', '--privkey-out', 'k.pem', '--pubkey-out', 'k.pub', '--no-passphrase'];
    expect((await kmsx(args, { cwd: folder() })).code).toBe(2);
    expect(text('k.pem')).toBe('old');
    expect(files()).toEqual(['k.pem']);
    await kmsxOk([...args, '--force'], { cwd: folder() });
    const old = files().find((name) => name.startsWith('k.pem.old-')) ?? '';
    expect(text(old)).toBe('old');
    expect(text('k.pem')).toContain('BEGIN PRIVATE KEY');
  });

  it('by a symbolic link is refused; with --force its target is moved aside and the link stays', async () => {
    writeFileSync(join(folder(), 'target'), 'old');
    symlinkSync('target', join(folder(), 'link'));
    expect((await kmsx([...EXPORT, '--out', 'link'], { cwd: folder() })).code).toBe(2);
    expect(text('target')).toBe('old');
    await kmsxOk([...EXPORT, '--out', 'link', '--force'], { cwd: folder() });
    expect(lstatSync(join(folder(), 'link')).isSymbolicLink()).toBe(true);
    expect(JSON.parse(text('target'))).toMatchObject({ Format: 'kmsx-export/1' });
    const old = files().find((name) => name.startsWith('target.old-')) ?? '';
    expect(text(old)).toBe('old');
    expect(files()).toEqual(['link', 'target', old]);
  });

  it('that is a symbolic link to nothing is told as that, before KMS is called', async () => {
    symlinkSync('nowhere', join(folder(), 'link'));
    const result = await kmsx([...EXPORT, '--out', 'link', '--force'], { cwd: folder() });
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toBe(
      'kmsx: error: link is a symbolic link to nowhere, which does not exist\n' +
        'kmsx: hint: give another name, or remove the link\n',
    );
    expect(readdirSync(folder())).toEqual(['link']);
  });

  it.each([218, 219, 220, 250, 300])(
    'has a name that is too long, found before KMS is called: %i',
    async (length) => {
      const name = 'n'.repeat(length);
      const args = [...EXPORT, '--backup', name, '--out', 'e.json', '--force'];
      const result = await kmsx(args, { cwd: folder() });
      expect(result).toMatchObject({ code: 7, stdout: '' });
      expect(result.stderr).toContain(`${name} cannot be written: its name is too long\n`);
      expect(result.stderr).toContain('kmsx: hint: give a shorter name');
      expect(readdirSync(folder())).toEqual([]);
    },
  );
});

describe('what --force moves aside', () => {
  it('is whole, whatever it is and by whatever option it is named', async () => {
    const keys = {
      'k.pem': readFileSync(PRIVKEY),
      'k.der': testKey('rsa-2048-pkcs8.der'),
      'k.p12': testKey('rsa-2048-modern.p12'),
    };
    for (const [name, before] of Object.entries(keys)) {
      const keygen = ['keygen', '--privkey-out', `${name}.new`, '--no-passphrase', '--pubkey-out'];
      for (const args of [[...EXPORT, '--out'], [...EXPORT, '--backup'], keygen]) {
        writeFileSync(join(folder(), name), before);
        const { code, stderr } = await kmsx([...args, name, '--force'], { cwd: folder() });
        expect(code, stderr).toBe(0);
        const old = /^kmsx: warning: the old \S+ is now (.*)$/m.exec(stderr)?.[1] ?? '';
        expect(readFileSync(old).equals(before), old).toBe(true);
      }
      expect(files().filter((file) => file.startsWith(`${name}.old-`))).toHaveLength(3);
      for (const file of files()) rmSync(join(folder(), file));
    }
  });

  it('may be the only copy of a CiphertextBlob', async () => {
    await kmsxOk([...EXPORT, '--backup', 'b.json', '--out', 'e.json'], { cwd: folder() });
    await kmsxOk([...EXPORT, '--backup', 'blob', '--backup-format', 'blob', '--out', 'x'], {
      cwd: folder(),
    });
    for (const name of ['b.json', 'e.json', 'blob']) {
      const before = text(name);
      await kmsxOk(['unwrap-key', '--privkey', PRIVKEY, '--in', 'x', '--out', name, '--force'], {
        cwd: folder(),
      });
      const kept = files().find((file) => file.startsWith(`${name}.old-`)) ?? '';
      expect(text(kept)).toBe(before);
    }
  });

  it('may be the backup of a run at the same moment: each is under some name', async () => {
    const { endpoint, env } = await localKms({ cwd: folder() });
    const args = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY, ...endpoint];
    const names = ['1', '2', '3', '4', '5', '6'].map((number) => `e${number}.json`);
    const runs = await Promise.all(
      names.map((name) =>
        kmsx([...args, '--backup', 'b.json', '--force', '--out', name], { cwd: folder(), env }),
      ),
    );
    expect(runs.map(({ code }) => code)).toEqual(names.map(() => 0));
    const backups = files()
      .filter((name) => name.startsWith('b.json'))
      .map(text);
    expect(backups).toHaveLength(names.length);
    for (const name of names) {
      const { CiphertextBlob } = JSON.parse(text(name)) as { CiphertextBlob: string };
      expect(backups.filter((backup) => backup.includes(CiphertextBlob))).toHaveLength(1);
    }
  });

  it('may have come into being after the check, whatever else is written there', async () => {
    const { endpoint, env } = await localKms({ cwd: folder() });
    const args = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY, ...endpoint];
    const outputs = ['1', '2', '3'].flatMap((number) => [
      ['--backup', 'same.json', '--out', `e${number}.json`],
      ['--backup', `b${number}.json`, '--out', 'same.json'],
    ]);
    const runs = await Promise.all(
      outputs.map((names) => kmsx([...args, ...names, '--force'], { cwd: folder(), env })),
    );
    expect(runs.map(({ code }) => code)).toEqual(outputs.map(() => 0));
    const there = files()
      .filter((name) => name.startsWith('same.json'))
      .map(text);
    expect(there).toHaveLength(outputs.length);
    for (const name of ['e1.json', 'e2.json', 'e3.json', 'b1.json', 'b2.json', 'b3.json']) {
      const { CiphertextBlob } = JSON.parse(text(name)) as { CiphertextBlob: string };
      expect(there.filter((document) => document.includes(CiphertextBlob))).toHaveLength(1);
    }
  });

  it('is neither a passphrase file nor a CA file', async () => {
    writeFileSync(join(folder(), 'pass'), 'secret');
    const keygen = ['keygen', '--privkey-out', 'k.pem', '--pubkey-out', 'pass'];
    const made = await kmsx([...keygen, '--passphrase-file', 'pass', '--force'], { cwd: folder() });
    expect(made).toMatchObject({ code: 2, stdout: '' });
    expect(made.stderr).toContain('--pubkey-out pass is also an input');
    expect(text('pass')).toBe('secret');
    const missing = [...keygen.slice(0, 4), 'k.pub', '--passphrase-file', 'missing'];
    expect(await kmsx(missing, { cwd: folder() })).toMatchObject({ code: 7, stdout: '' });
    expect(files()).toEqual(['pass']);
  });
});

describe('outputs and inputs', () => {
  it.each([
    [['--backup', '-'], '--backup and --out cannot both be standard output'],
    [['--backup', '/dev/stdout'], '--backup and --out cannot both be standard output'],
    [['--backup', 'x', '--out', './x'], '--backup and --out cannot both be ./x'],
    [
      ['--backup', 'x', '--backup', 'folder/../x'],
      'two --backup outputs cannot both be folder/../x',
    ],
  ])('may not be one: %j', async (args, message) => {
    mkdirSync(join(folder(), 'folder'));
    const result = await kmsx([...EXPORT, ...args], { cwd: folder() });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(message);
    expect(files()).toEqual(['folder']);
  });

  it('may not be the same file, by whatever name, even with --force', async () => {
    const key = join(folder(), 'pub.pem');
    writeFileSync(key, readFileSync(PUBKEY));
    symlinkSync('pub.pem', join(folder(), 'soft'));
    linkSync(key, join(folder(), 'hard'));
    for (const name of [
      'pub.pem',
      './pub.pem',
      'soft',
      'hard',
      `../${folder().split('/').at(-1) ?? ''}/pub.pem`,
    ]) {
      const args = ['export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local'];
      const result = await kmsx([...args, '--pubkey', 'pub.pem', '--out', name, '--force'], {
        cwd: folder(),
      });
      expect(result, name).toMatchObject({ code: 2 });
      expect(result.stderr).toContain('is also an input');
    }
    expect(text('pub.pem')).toBe(readFileSync(PUBKEY, 'utf8'));
  });

  it('may not both be standard input', async () => {
    const args = ['unwrap-key', '--privkey', '-', '--in', '-'];
    const result = await kmsx(args, { cwd: folder(), stdin: readFileSync(PRIVKEY) });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('--privkey and --in cannot both read standard input');
  });
});

describe('two runs on one output at the same moment', () => {
  it('leave one whole backup, and only its run says 0', async () => {
    const { endpoint, env } = await localKms({ cwd: folder() });
    const args = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY, ...endpoint];
    const runs = await Promise.all(
      ['1', '2', '3', '4'].map((name) =>
        kmsx([...args, '--backup', 'b.json', '--out', `e${name}.json`], { cwd: folder(), env }),
      ),
    );
    expect(runs.map(({ code }) => code).sort()).toEqual([0, 2, 2, 2]);
    const winner = runs.findIndex(({ code }) => code === 0) + 1;
    expect(files()).toEqual(['b.json', `e${winner}.json`]);
    const backup = JSON.parse(text('b.json')) as { CiphertextBlob: string };
    expect(JSON.parse(text(`e${winner}.json`))).toMatchObject({
      CiphertextBlob: backup.CiphertextBlob,
    });
  });
});

describe('a second export that KMS refuses', () => {
  it('loses nothing: the backup stands, and the error names it and the way on', async () => {
    const { endpoint, env } = await localKms({ cwd: folder() });
    const second = createPublicKey(testKey('other-2048.pem'));
    writeFileSync(join(folder(), SECOND), second.export({ type: 'spki', format: 'pem' }));
    const target = new URL(endpoint[1] ?? '');
    const front = createServer((incoming, response) => {
      if (incoming.headers['x-acs-action'] === 'ExportDataKey') {
        incoming.resume();
        response.writeHead(409, { 'content-type': 'application/json' });
        response.end('{"Code":"Rejected.Disabled","Message":"m","RequestId":"R-9"}');
        return;
      }
      const onward = request(
        {
          host: target.hostname,
          port: target.port,
          path: incoming.url,
          method: incoming.method,
          headers: incoming.headers,
        },
        (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        },
      );
      incoming.pipe(onward);
    });
    // The embedded KMS checks the signed Host, so the front has its address.
    await new Promise<void>((resolve) => front.listen(Number(target.port), '127.0.0.2', resolve));
    const args = [
      'export-key',
      '--key-id',
      'alias/rehearsal',
      '--pubkey',
      PUBKEY,
      '--pubkey',
      SECOND,
    ];
    const url = `http://127.0.0.2:${target.port}`;
    const result = await kmsx(
      [...args, '--backup', 'b.json', '--out', 'e.json', '--endpoint', url],
      {
        cwd: folder(),
        env,
      },
    );
    front.close();
    front.closeAllConnections();
    expect(result).toMatchObject({ code: 4, stdout: '' });
    expect(result.stderr).toContain(
      '; the backup b.json stands (Code Rejected.Disabled, RequestId R-9)',
    );
    expect(result.stderr).toContain(
      `kmsx reexport-key --in b.json --pubkey ${PUBKEY} --pubkey ${SECOND} --endpoint ${url} --out e.json\n`,
    );
    await kmsxOk(
      [
        'reexport-key',
        '--in',
        'b.json',
        '--pubkey',
        PUBKEY,
        '--pubkey',
        SECOND,
        '--out',
        'e.json',
        ...endpoint,
      ],
      { cwd: folder(), env },
    );
    await kmsxOk(['unwrap-key', '--privkey', PRIVKEY, '--in', 'e.json'], { cwd: folder() });
  });
});
