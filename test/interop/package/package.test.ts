/* What npm packs, installs and publishes. It happens in copies of the project: packing changes its folder for a moment. */
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cleanEnv, finish, KMSX } from '../../support/kmsx.ts';
import { startServer } from '../../support/network/servers.ts';
import { copyPackages, copyProject } from '../../support/project-copy.ts';
import type { RunResult } from '../../support/run-result.ts';

const root = dirname(dirname(KMSX));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-test-')));
const project = join(folder, 'project');
const elsewhere = join(folder, 'another folder', 'project');
const manifest = join(project, 'package.json');
const kept = join(project, 'package.json.before-packing');

interface Manifest {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: object;
  readonly devDependencies: object;
}

const ORIGINAL = readFileSync(join(root, 'package.json'), 'utf8');
const { dependencies, devDependencies, ...rest } = JSON.parse(ORIGINAL) as Manifest;
const { prepare, ...scripts } = rest.scripts;
const PACKED = { ...rest, scripts };
const TARBALL = `kmsx-${rest.version}.tgz`;

/** Runs a line of sh with an empty home folder, and so without a cache of npm. */
async function sh(line: string, cwd = project): Promise<RunResult> {
  const env = { npm_config_offline: 'true', npm_config_update_notifier: 'false' };
  const child = spawn('sh', ['-ec', line], { cwd, env: cleanEnv(folder, env) });
  child.stdin.end();
  return await finish(child);
}

async function ok(line: string, cwd?: string): Promise<string> {
  const result = await sh(line, cwd);
  expect(result, result.stderr).toMatchObject({ code: 0 });
  return result.stdout;
}

const jsonOf = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** The folder is as before anything was packed. */
function expectOriginal(): void {
  expect(readFileSync(manifest, 'utf8')).toBe(ORIGINAL);
  expect(statSync(manifest).mode & 0o777).toBe(0o644);
  expect(existsSync(kept)).toBe(false);
}

beforeAll(async () => {
  for (const [path, umask] of [
    [project, 0o022],
    [elsewhere, 0o077],
  ] as const) {
    mkdirSync(path, { recursive: true });
    copyProject(path, umask);
    copyPackages(path);
    await ok(`umask ${umask.toString(8)}; npm pack`, path);
  }
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

beforeEach(expectOriginal);

describe('the packed package', () => {
  it('has the same bytes under any umask and path', () => {
    const [here, there] = [project, elsewhere].map((path) => readFileSync(join(path, TARBALL)));
    expect(there?.equals(here ?? Buffer.alloc(0))).toBe(true);
  });

  it('is installed offline into an empty cache, needs no other package, and works', async () => {
    expect(dependencies).toHaveProperty('commander');
    expect(devDependencies).toHaveProperty('esbuild');
    expect(prepare).toBeDefined();
    const place = join(folder, 'place');
    mkdirSync(place);
    await ok(`npm install ${project}/${TARBALL}`, place);
    const installed = join(place, 'node_modules', 'kmsx');
    expect(jsonOf(join(installed, 'package.json'))).toEqual(PACKED);
    for (const name of ['LICENSE', 'dist/THIRD-PARTY-NOTICES', 'dist/kmsx.cdx.json']) {
      const [there, here] = [installed, project].map((path) => readFileSync(join(path, name)));
      expect(there, name).toEqual(here);
    }
    expect(await ok('ls node_modules', place)).toBe('kmsx\n');
    expect(await ok('npx kmsx --version', place)).toBe(`${rest.version}\n`);
    await ok('npx kmsx rehearse', place);
  });

  it('is what npm publish --tag next sends, and tells the registry of', async () => {
    const { publish, published } = await startRegistry(200);
    await ok(publish);
    expectOriginal();
    const { versions, _attachments } = published();
    expect(versions[rest.version]).toMatchObject({ name: 'kmsx', bin: { kmsx: 'bin/kmsx.js' } });
    expect(versions[rest.version]).not.toHaveProperty('dependencies');
    expect(versions[rest.version]).not.toHaveProperty('devDependencies');
    const sent = Buffer.from(_attachments[TARBALL]?.data ?? '', 'base64');
    expect(sent.equals(readFileSync(join(project, TARBALL)))).toBe(true);
  });
});

describe('package.json comes back', () => {
  const begin = 'node scripts/package/packed.js begin';
  const end = 'node scripts/package/packed.js end';

  it('after a registry refused the package', async () => {
    const { publish } = await startRegistry(403);
    expect(await sh(publish)).toMatchObject({ code: 1 });
    expect(jsonOf(manifest)).toEqual(PACKED);
    await ok('npm run build');
    expectOriginal();
  });

  it('where npm was killed once the original was kept', async () => {
    copyFileSync(manifest, kept);
    await ok(end);
    expectOriginal();
  });

  it('where npm was killed once package.json had changed, whatever comes next', async () => {
    await ok(begin);
    expect(jsonOf(manifest)).toEqual(PACKED);
    await ok(begin);
    expect(jsonOf(manifest)).toEqual(PACKED);
    await ok(end);
    expectOriginal();
    await ok(end);
  });

  it('and replaces nothing that was written meanwhile', async () => {
    await ok(begin);
    const changed = JSON.stringify({ ...PACKED, description: 'changed' });
    writeFileSync(manifest, changed);
    for (const line of [end, begin]) {
      const { code, stderr } = await sh(line);
      expect(code).toBe(1);
      expect(stderr).toContain('compare it with package.json.before-packing');
      expect(readFileSync(manifest, 'utf8')).toBe(changed);
      expect(readFileSync(kept, 'utf8')).toBe(ORIGINAL);
    }
  });
});

interface Published {
  readonly versions: Readonly<Record<string, object>>;
  readonly _attachments: Readonly<Record<string, { readonly data: string }>>;
}

/** A registry that answers every upload so, and the command that publishes to it. */
async function startRegistry(
  status: number,
): Promise<{ readonly publish: string; readonly published: () => Published }> {
  const { url, port, requests } = await startServer(({ method }, response) => {
    response.statusCode = method === 'PUT' ? status : 404;
    response.setHeader('Content-Type', 'application/json').end('{}');
  });
  writeFileSync(join(folder, '.npmrc'), `//127.0.0.1:${port}/:_authToken=token\n`);
  return {
    publish: `npm publish --tag next --offline=false --fetch-retries=0 --registry ${url}`,
    published: () => {
      const [upload] = requests.filter(({ method }) => method === 'PUT');
      return JSON.parse(upload?.body ?? '') as Published;
    },
  };
}
