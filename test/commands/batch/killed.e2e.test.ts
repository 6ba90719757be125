/* A batch is killed at any instant, again and again, and goes on: one result and one backup for each line. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectOneOfEach, jsonLinesOf, writeKeyPair, writeManifest } from '../../support/batch.ts';
import { finish, startKmsx, useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();
const at = (...names: readonly string[]): string => join(folder(), ...names);

const EXPORT = [
  ...['batch', 'export-key', '--manifest', 'keys.jsonl', '--key-id', 'alias/rehearsal'],
  ...['--out', 'out.jsonl', '--backup-dir', 'backups', '--quiet', '--concurrency', '8'],
];

const LINES = 60;

describe('a batch that is killed', () => {
  it('ends with one result and one backup for each line', async () => {
    const server = await localKms({ cwd: folder() });
    const names = writeManifest(at('keys.jsonl'), LINES, (number) => ({
      Context: { number: String(number) },
      Bind: number % 2 === 0,
    }));
    const args = [...EXPORT, '--pubkey', PUBKEY, ...server.endpoint];
    let rounds = 0;
    let [before, intents] = [0, 0];
    for (;;) {
      rounds += 1;
      const child = startKmsx(args, { cwd: folder(), env: server.env });
      const finished = finish(child);
      // After more and more events of the journal, so that each round comes further whatever the machine.
      const enough = before + 1 + Math.floor(Math.random() * LINES);
      const early = rounds % 5 === 4 ? Math.random() * 300 : undefined;
      if (early !== undefined) setTimeout(() => child.kill('SIGKILL'), early);
      const watch = setInterval(() => {
        if (early === undefined && eventsIn(at('out.jsonl.journal')) >= enough)
          child.kill('SIGKILL');
      }, 2);
      const { code, stdout, stderr } = await finished;
      clearInterval(watch);
      before = eventsIn(at('out.jsonl.journal'));
      if (code === null) continue;
      expect(code, stderr).toBe(0);
      const summary = JSON.parse(stdout) as Record<string, unknown>;
      expect(summary).toMatchObject({ Done: LINES, Failed: 0, ByCode: {} });
      const events = jsonLinesOf(at('out.jsonl.journal')).slice(1);
      intents = events.filter(({ Event }) => Event === 'intent').length;
      const generated = events.filter(({ Event }) => Event === 'generated').length;
      expect(generated).toBe(LINES);
      // Every call that was begun gave a data key that is kept, or is counted as lost.
      expect(summary['KeysGeneratedAndLost']).toBe(intents - generated);
      break;
    }
    expect(rounds).toBeGreaterThan(3);
    expectOneOfEach(names, folder());
  });

  it('makes what is missing from its journal: a line, half a line, a backup', async () => {
    const server = await localKms({ cwd: folder() });
    const names = writeManifest(at('keys.jsonl'), 20);
    writeKeyPair(folder(), 'other');
    const two = ['--pubkey', PUBKEY, '--pubkey', 'other.pub.pem'];
    const args = [...EXPORT, ...two, ...server.endpoint];
    const options = { cwd: folder(), env: server.env };
    expect(await finish(startKmsx(args, options))).toMatchObject({ code: 0 });
    const journal = readFileSync(at('out.jsonl.journal'));
    const out = readFileSync(at('out.jsonl'));
    // Cut anywhere, as by a power failure: with what was never synced gone.
    for (const share of [0.2, 0.5, 0.77, 0.999]) {
      truncateSync(at('out.jsonl.journal'), Math.floor(journal.length * share));
      spawnSync('rm', ['-r', 'backups', 'out.jsonl'], { cwd: folder() });
      const run = await finish(startKmsx(args, options));
      expect(run, run.stderr).toMatchObject({ code: 0 });
      expectOneOfEach(names, folder());
    }
    truncateSync(at('out.jsonl'), out.length - 30);
    expect(await finish(startKmsx(args, options))).toMatchObject({ code: 0 });
    expectOneOfEach(names, folder());
  });
});

describe('two runs', () => {
  it('with one journal or one output are refused, and the first goes on', async () => {
    const server = await localKms({ cwd: folder() }, ['--fault', 'delay:ms=200']);
    const names = writeManifest(at('keys.jsonl'), 20);
    const args = [...EXPORT, '--pubkey', PUBKEY, ...server.endpoint];
    const options = { cwd: folder(), env: server.env };
    const child = startKmsx(args, options);
    const first = finish(child);
    while (eventsIn(at('out.jsonl.journal')) < 3) await new Promise((go) => setTimeout(go, 10));
    child.kill('SIGSTOP');
    const others: readonly (readonly [readonly string[], number, string])[] = [
      [[], 5, 'output-locked'],
      [['--journal', 'other.journal'], 2, 'output-exists'],
      [['--out', 'other.jsonl', '--journal', 'out.jsonl.journal'], 5, 'journal-locked'],
    ];
    for (const [changes, code, word] of others) {
      const [option] = changes;
      const rest =
        option === '--out'
          ? args.filter((_, at, all) => all[at - 1] !== '--out' && all[at] !== '--out')
          : args;
      const second = await finish(
        startKmsx([...rest, ...changes, '--error-format', 'json'], options),
      );
      expect(second, word).toMatchObject({ code, stdout: '' });
      expect(second.stderr).toContain(`"${word}"`);
      expect(existsSync(at('other.journal'))).toBe(false);
    }
    child.kill('SIGCONT');
    expect(await first).toMatchObject({ code: 0 });
    expectOneOfEach(names, folder());
  });
});

describe('SIGINT', () => {
  it('ends when what was begun is done, and names the command that goes on', async () => {
    const server = await localKms({ cwd: folder() }, ['--fault', 'delay:ms=50']);
    const names = writeManifest(at('keys.jsonl'), 100);
    const args = [...EXPORT.filter((word) => word !== '--quiet'), '--pubkey', PUBKEY];
    const options = { cwd: folder(), env: server.env };
    const child = startKmsx([...args, ...server.endpoint], options);
    const finished = finish(child);
    while (eventsIn(at('out.jsonl.journal')) < 20) await new Promise((go) => setTimeout(go, 5));
    child.kill('SIGINT');
    const { code, stdout, stderr } = await finished;
    expect(code).toBe(130);
    const { Done, Left, ...rest } = JSON.parse(stdout) as Record<string, number>;
    expect(rest).toEqual({ Failed: 0, ByCode: {}, KeysGeneratedAndLost: 0 });
    expect(Number(Done) + Number(Left)).toBe(100);
    expect(Left).toBeGreaterThan(0);
    const resume = /to go on: kmsx (.*)$/m.exec(stderr)?.[1] ?? '';
    const again = await finish(startKmsx(resume.split(' '), options));
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(again.stdout)).toMatchObject({ Done: 100, KeysGeneratedAndLost: 0 });
    expectOneOfEach(names, folder());
    expect(readdirSync(folder()).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

function eventsIn(journal: string): number {
  if (!existsSync(journal)) return 0;
  return readFileSync(journal, 'latin1').split('\n').length - 1;
}
