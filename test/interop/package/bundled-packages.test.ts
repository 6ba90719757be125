/* What of other people is in dist/, by the comments that the bundler makes of where code is from. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build as bundle } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { leanBundle } from '../../../scripts/bundle/lean.js';
import { defines } from '../../../scripts/defines.js';
import { cleanEnv, finish, KMSX } from '../../support/kmsx.ts';
import { copyPackages, copyProject } from '../../support/project-copy.ts';
import type { RunResult } from '../../support/run-result.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const root = dirname(dirname(KMSX));
const read = (...names: readonly string[]): string => readFileSync(join(root, ...names), 'utf8');
const LICENCES = ['Apache-2.0', 'BSD-3-Clause', 'ISC', 'MIT'];

interface Component {
  readonly 'bom-ref': string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly { readonly license: { readonly id: string } }[];
  readonly hashes: readonly { readonly alg: string; readonly content: string }[];
}

interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/** The folders of the packages whose code is in dist/, where the same code has no comments. */
async function foldersInBundle(): Promise<string[]> {
  const { outputFiles } = await bundle({
    absWorkingDir: root,
    entryPoints: ['src/main.ts', 'src/hsm/host/main.ts', 'src/library/local-kms.ts'],
    external: ['koffi'],
    outdir: 'dist',
    write: false,
    bundle: true,
    platform: 'node',
    define: defines('0.0.0'),
    plugins: [leanBundle],
  });
  const comments = outputFiles.flatMap(({ text }) => [
    ...text.matchAll(/^\s*\/\/ (?:[\w-]+:)?(node_modules\/.*)$/gm),
  ]);
  const folders = comments.map(
    ([, path = '']) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? '',
  );
  return [...new Set(folders)].sort();
}

const nameOf = (folder: string): string => {
  const { name, version } = JSON.parse(read(folder, 'package.json')) as Record<string, string>;
  return `${name ?? ''} ${version ?? ''}`;
};

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

let folders: readonly string[];
let notices: string;
let bill: Bill;

beforeAll(async () => {
  folders = await foldersInBundle();
  notices = read('dist', 'THIRD-PARTY-NOTICES');
  bill = JSON.parse(read('dist', 'kmsx.cdx.json')) as Bill;
});

describe('THIRD-PARTY-NOTICES', () => {
  it('has each package in the bundle, and no other, under an allowed licence', () => {
    expect(folders.length).toBeGreaterThan(40);
    const titles = [...notices.matchAll(/^(.+ .+) \((.+)\)\n=+$/gm)];
    expect(titles.map(([, title = '']) => title).sort()).toEqual(folders.map(nameOf).sort());
    for (const [title, , id = ''] of titles) expect(LICENCES, title).toContain(id);
  });

  it('has the text of each licence', () => {
    for (const folder of folders) {
      const [, after = ''] = notices.split(`\n${nameOf(folder)} (`);
      const section = flat(after.split(/\n\n\n(?=\S+ \d\S* \()/)[0] ?? '');
      const files = readdirSync(join(root, folder)).filter((name) =>
        /^(licen[cs]e|copying|notice)/i.test(name),
      );
      for (const name of files) expect(section, folder).toContain(flat(read(folder, name)));
      expect(section, folder).toMatch(/Permission (is hereby granted|to use)|Apache License|Redis/);
      expect(section, folder).toMatch(/Copyright/i);
    }
  });

  it.each(['Tom Wu', 'Kenji Urushima', 'base-x contributors', 'Paul Tero', 'Stefan Siegl'])(
    'has the notice of %s, whose code is in a package of others',
    (holder) => {
      expect(notices).toContain(holder);
    },
  );
});

describe('the bill of materials', () => {
  it('has each package in the bundle, and no other', () => {
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    const names = bill.components.map(
      ({ group, name, version }) => `${group === undefined ? '' : `${group}/`}${name} ${version}`,
    );
    expect(names.sort()).toEqual(folders.map(nameOf).sort());
    for (const { licenses, hashes, purl } of bill.components) {
      expect(LICENCES).toContain(licenses[0]?.license.id);
      expect(hashes[0]?.content, purl).toMatch(/^[0-9a-f]{128}$/);
    }
  });

  it('says who uses whom, and leaves nothing loose', () => {
    const refs = bill.components.map((component) => component['bom-ref']);
    const own = bill.metadata.component['bom-ref'];
    expect(new Set(refs).size).toBe(refs.length);
    expect(bill.dependencies.map(({ ref }) => ref)).toEqual([own, ...refs]);
    expect(bill.dependencies.flatMap(({ dependsOn }) => dependsOn).sort()).toEqual(
      expect.arrayContaining(refs.sort()),
    );
    const ora = bill.dependencies.find(({ ref }) => ref.startsWith('pkg:npm/ora@'));
    expect(ora?.dependsOn).toContainEqual(expect.stringContaining('pkg:npm/chalk@'));
  });
});

describe('a build fails', () => {
  const folder = useTempFolder();

  async function build(): Promise<RunResult> {
    const child = spawn(process.execPath, ['scripts/build.js'], {
      cwd: folder(),
      env: cleanEnv(folder()),
    });
    child.stdin.end();
    return await finish(child);
  }

  const edit = (path: string, change: (text: string) => string): void => {
    const text = readFileSync(join(folder(), path), 'utf8');
    const changed = change(text);
    expect(changed).not.toBe(text);
    writeFileSync(join(folder(), path), changed);
  };

  const MISTAKES: readonly (readonly [string, () => void, string])[] = [
    [
      'with a licence that is not allowed',
      () => {
        edit('node_modules/commander/package.json', (text) =>
          text.replace('"MIT"', '"GPL-3.0-only"'),
        );
      },
      'commander 14.0.3: GPL-3.0-only must not be bundled',
    ],
    [
      'without the text of a licence',
      () => {
        rmSync(join(folder(), 'node_modules/commander/LICENSE'));
      },
      'commander 14.0.3: scripts/package/licences.js does not fit its licence',
    ],
    [
      'with a package that would be loaded as it runs',
      () => {
        edit('src/main.ts', (text) => `${text}\nvoid import('kerberos').catch(() => undefined);`);
      },
      'a chunk would load kerberos',
    ],
  ];

  it.each(MISTAKES)('%s', async (_, make, message) => {
    copyProject(folder());
    copyPackages(folder());
    make();
    const { code, stderr } = await build();
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(existsSync(join(folder(), 'dist'))).toBe(false);
  });
});
