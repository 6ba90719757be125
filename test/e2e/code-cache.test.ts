/* Code that `kmsx cache` compiled is run only as it was written, and only where nobody else can write it. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLES } from '../../src/commands/shell/cache/samples.ts';
import { cleanEnv, finish, KMSX } from '../support/kmsx.ts';
import type { RunResult } from '../support/run-result.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-test-')));
const installed = join(folder, 'kmsx');
const cache = join(installed, 'cache');

async function run(...args: readonly string[]): Promise<RunResult> {
  const child = spawn(process.execPath, [join(installed, 'bin', 'kmsx.js'), ...args], {
    cwd: folder,
    env: cleanEnv(folder),
  });
  child.stdin.end();
  return await finish(child);
}

interface Report {
  readonly Folder: string;
  readonly Made: readonly string[];
  readonly Kept: readonly string[];
}

/** What `--help` says, and what it would say instead: as long, so that every place in the file stays. */
const [SAID, OTHER] = [
  'for key ceremonies, shell scripts and jq',
  'from somebody else: shell scripts and jq',
];
let files: readonly string[] = [];
let help = '';
let whole: Buffer;

const poisoned = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.toString('latin1').replaceAll(SAID, OTHER), 'latin1');

beforeAll(async () => {
  for (const name of ['bin', 'dist', 'package.json']) {
    cpSync(join(dirname(dirname(KMSX)), name), join(installed, name), { recursive: true });
  }
  const { code, stdout, stderr } = await run('cache');
  expect(code, stderr).toBe(0);
  const titles = [
    'start the embedded KMS on loopback',
    `run ${SAMPLES.length} commands`,
    ...SAMPLES.map(({ command }) => `compile ${command}`),
  ];
  expect(stderr.trimEnd().split('\n')).toEqual([
    ...titles.map((title) => `kmsx: ok: ${title}`),
    `kmsx: ${SAMPLES.length} commands start from ${cache}; rm -r ${cache} undoes it`,
  ]);
  const report = JSON.parse(stdout) as Report;
  files = report.Made;
  expect(report).toEqual({ Folder: cache, Made: files, Kept: [], NotRead: [] });
  help = join(cache, files.find((name) => name.endsWith('-help')) ?? '');
  whole = readFileSync(help);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  chmodSync(cache, 0o755);
  rmSync(help, { force: true });
  writeFileSync(help, whole, { mode: 0o644 });
});

describe('kmsx cache', () => {
  it('compiles the commands that scripts call, and leaves nothing else', () => {
    expect(files.map((name) => name.replace(/^\w+-v[\d.]+-\w+?-/, ''))).toEqual(
      SAMPLES.map(({ command }) => command),
    );
    expect(readdirSync(cache).sort()).toEqual([...files].sort());
    expect(readdirSync(folder)).toEqual(['kmsx']);
  });

  it('keeps what is there', async () => {
    const { code, stdout } = await run('cache');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ Folder: cache, Made: [], Kept: files, NotRead: [] });
  });

  it('makes what is missing, for every user whatever the umask, and nothing that is there anew', async () => {
    rmSync(help);
    const umask = process.umask(0o077);
    const running = run('cache');
    process.umask(umask);
    const { stdout } = await running;
    expect((JSON.parse(stdout) as Report).Made.map((name) => join(cache, name))).toEqual([help]);
    expect(statSync(help).mode & 0o777).toBe(0o644);
  });

  it('names what is there and is not read, and how to mend it', async () => {
    writeFileSync(help, whole.subarray(0, 1000));
    writeFileSync(join(cache, 'older-v18.0.0-x64-help'), '');
    const { code, stdout, stderr } = await run('cache');
    rmSync(join(cache, 'older-v18.0.0-x64-help'));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ Made: [], NotRead: [basename(help)] });
    expect(stderr).toContain(
      `kmsx: warning: ${help} is not read: rm ${help}, and kmsx cache again\n`,
    );
    expect(stderr).toContain('; 1 files of other versions are there; ');
  });

  it('is no matter where the program itself is cut short: that is told', async () => {
    rmSync(help);
    const start = readFileSync(join(installed, 'dist', 'kmsx.cjs'), 'utf8');
    const pack = /kmsx-[0-9a-f]{16}\.pack/.exec(start)?.[0] ?? ''; // a build keeps the one before for a minute
    const path = join(installed, 'dist', pack);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 100));
    const { code, stderr } = await run('--help');
    writeFileSync(path, bytes);
    expect(code).toBe(7);
    expect(stderr).toContain(`kmsx: error: ${path} is cut short or changed`);
  });

  it('writes nothing where another user could change it', async () => {
    chmodSync(cache, 0o777);
    rmSync(help);
    const { code, stderr } = await run('cache');
    expect(code).toBe(2);
    expect(stderr).toContain('is not used: another user could change it');
    expect(readdirSync(cache)).toHaveLength(files.length - 1);
  });
});

describe('compiled code', () => {
  it('is run, which this test can see', async () => {
    writeFileSync(help, poisoned(whole));
    const { stdout } = await run('--help');
    expect(stdout).toContain(OTHER);
  });

  const IGNORED: readonly (readonly [string, () => void])[] = [
    [
      'in a folder that everybody can write',
      () => {
        chmodSync(cache, 0o777);
      },
    ],
    [
      'in a folder that its group can write',
      () => {
        chmodSync(cache, 0o775);
      },
    ],
    [
      'in a file that everybody can write',
      () => {
        chmodSync(help, 0o646);
      },
    ],
    [
      'in a file that its group can write',
      () => {
        chmodSync(help, 0o664);
      },
    ],
    [
      'behind a link',
      () => {
        const elsewhere = join(folder, 'elsewhere');
        writeFileSync(elsewhere, poisoned(whole));
        rmSync(help);
        symlinkSync(elsewhere, help);
      },
    ],
    [
      'in a folder behind a link',
      () => {
        renameSync(cache, join(folder, 'cache'));
        symlinkSync(join(folder, 'cache'), cache);
      },
    ],
    [
      'of which one copy was changed',
      () => {
        const half = whole.length / 2;
        const changed = poisoned(whole.subarray(0, half));
        writeFileSync(help, Buffer.concat([changed, whole.subarray(half)]));
      },
    ],
    [
      'that was cut short',
      () => {
        writeFileSync(help, poisoned(whole).subarray(0, whole.length - 2));
      },
    ],
    [
      'that is empty',
      () => {
        writeFileSync(help, '');
      },
    ],
    [
      'that is no file',
      () => {
        rmSync(help);
        mkdirSync(help);
      },
    ],
  ];

  it.each(IGNORED)('is ignored %s', async (_, make) => {
    writeFileSync(help, poisoned(whole));
    make();
    try {
      const { code, stdout, stderr } = await run('--help');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(SAID);
      expect(stdout).not.toContain(OTHER);
    } finally {
      rmSync(help, { recursive: true, force: true });
      const moved = join(folder, 'cache');
      if (readdirSync(folder).includes('cache')) {
        rmSync(cache);
        renameSync(moved, cache);
      }
      rmSync(join(folder, 'elsewhere'), { force: true });
    }
  });

  it('of other V8 flags is refused by V8, and the program runs', async () => {
    const script = join(installed, 'bin', 'kmsx.js');
    const child = spawn(process.execPath, ['--max-lazy', script, '--help'], {
      cwd: folder,
      env: cleanEnv(folder),
    });
    child.stdin.end();
    expect(await finish(child)).toMatchObject({ code: 0, stderr: '' });
  });
});
