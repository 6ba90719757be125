/* kmsx in one file: the same bytes for whoever makes it, and all that it needs is Node.js. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnv, finish } from '../../support/kmsx.ts';
import { copyPackages, copyProject } from '../../support/project-copy.ts';
import type { RunResult } from '../../support/run-result.ts';

const NAME = 'kmsx-standalone.cjs';
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-test-')));
const clones = [join(folder, 'clone'), join(folder, 'another place', 'clone')] as const;
const alone = join(folder, 'alone');

async function sh(line: string, cwd: string): Promise<RunResult> {
  const child = spawn('sh', ['-ec', line], { cwd, env: cleanEnv(alone) });
  child.stdin.end();
  return await finish(child);
}

async function ok(line: string, cwd: string): Promise<string> {
  const result = await sh(line, cwd);
  expect(result, `${line}: ${result.stderr}`).toMatchObject({ code: 0 });
  return result.stdout;
}

const sha256 = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex');

beforeAll(async () => {
  chmodSync(folder, 0o755);
  for (const clone of clones) {
    mkdirSync(clone, { recursive: true });
    copyProject(clone);
    copyPackages(clone);
  }
  const [one, other] = clones;
  await ok('umask 022; HOME=$PWD npm run standalone', one);
  // As somebody else, who keeps everything to himself.
  await ok('chown -R 65534:65534 . && chmod -R u+rwX,go-rwx .', other);
  const make = 'umask 077; HOME=$PWD LANG=C TZ=Asia/Shanghai npm run standalone';
  await ok(`setpriv --reuid 65534 --regid 65534 --clear-groups sh -ec '${make}'`, other);
  mkdirSync(alone);
  copyFileSync(join(one, NAME), join(alone, NAME));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('two strangers who make it', () => {
  it('get the same bytes, and their SHA-256 beside them', () => {
    const [one, other] = clones.map((clone) => join(clone, NAME)) as [string, string];
    expect(sha256(other)).toBe(sha256(one));
    for (const file of [one, other]) {
      expect(readFileSync(`${file}.sha256`, 'utf8')).toBe(`${sha256(file)}  ${NAME}\n`);
      expect(statSync(file).mode & 0o777).toBe(0o755);
    }
    expect(statSync(clones[1]).uid).toBe(65534);
  });
});

/** With no network at all, but for loopback where that is said. */
const offline = (line: string): Promise<string> => ok(`exec unshare -n ${line}`, alone);
const onLoopback = (line: string): Promise<string> =>
  ok(`exec unshare -n sh -ec 'ip link set lo up; exec ${line}'`, alone);

describe('in a folder with nothing else and without a network', () => {
  it('lives through the life of a key', async () => {
    const kmsx = `./${NAME}`;
    await offline(`${kmsx} keygen --no-passphrase --privkey-out k.pem --pubkey-out p.pem`);
    await onLoopback(
      `${kmsx} export-key --gateway local --key-id alias/rehearsal --pubkey p.pem --backup b.json --out e.json`,
    );
    const checked = await offline(
      `${kmsx} unwrap-key --in e.json --privkey k.pem --component 1.json --component 2.json`,
    );
    expect(JSON.parse(checked)).toHaveProperty('KeyCheckValues');
    const key = await offline(`${kmsx} combine 1.json 2.json`);
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    const files = await offline(`${kmsx} inspect e.json b.json p.pem`);
    expect(files.trim().split('\n')).toHaveLength(3);
    await onLoopback(
      `${kmsx} verify-key --gateway local --in e.json --privkey k.pem --against b.json`,
    );
  });

  it('rehearses on loopback', async () => {
    expect(JSON.parse(await onLoopback(`./${NAME} rehearse`))).toMatchObject({ Passed: true });
  });

  it('shows help of every command', async () => {
    const [help = ''] = (await offline(`./${NAME} --help`)).split('\nTopics of');
    const commands = [...help.matchAll(/^ {2}([a-z-]+) {2,}/gm)].map(([, name = '']) => name);
    expect(commands.length).toBeGreaterThan(18);
    for (const name of commands) expect(await offline(`./${NAME} help ${name}`)).toContain('Usage');
  });

  it('says exactly what runs', async () => {
    const report = JSON.parse(await offline(`./${NAME} version --verbose`)) as object;
    expect(report).toMatchObject({
      Node: process.versions.node,
      OpenSSL: process.versions.openssl,
      Files: [{ File: join(alone, NAME), SHA256: sha256(join(alone, NAME)) }],
    });
  });

  it('names what it has not: compiled code, and what calls modules', async () => {
    const cache = await sh(`./${NAME} cache`, alone);
    expect(cache).toMatchObject({ code: 2 });
    expect(cache.stderr).toContain('this kmsx is one file');
    writeFileSync(join(alone, 'm.so'), '');
    const tokens = await sh(`./${NAME} list-tokens --module ./m.so`, alone);
    expect(tokens).toMatchObject({ code: 7 });
    expect(tokens.stderr).toContain('install the package of kmsx for modules');
    rmSync(join(alone, 'm.so'));
  });

  it('takes nothing that lies beside it, and leaves nothing there', async () => {
    const before = readdirSync(alone).sort();
    const planted = ['node_modules/koffi', 'cache', 'dist', 'node_modules/commander'];
    const poison = "console.log('POISON'); process.exit(99)";
    for (const name of planted) {
      mkdirSync(join(alone, name), { recursive: true });
      writeFileSync(join(alone, name, 'index.js'), poison);
    }
    const { stdout, stderr } = await sh(
      `./${NAME} list-tokens --module /bin/true; ./${NAME} -V`,
      alone,
    );
    expect(stdout + stderr).not.toContain('POISON');
    for (const name of ['node_modules', 'cache', 'dist']) {
      rmSync(join(alone, name), { recursive: true });
    }
    expect(readdirSync(alone).sort()).toEqual(before);
  });
});
