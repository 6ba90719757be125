/* Every command of a task's topic, as `kmsx help TOPIC` prints it, run by a shell on the real program and a KMS. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AIR_GAP, CI, LOST_HSM, MOVE_KEY } from '../../../src/commands/shell/help/tasks.ts';
import {
  exportCommand,
  topicCommands,
  topicFiles,
  topicShell,
} from '../../support/help/help-topics.ts';
import { useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

const text = (...names: string[]): string => readFileSync(join(folder(), ...names), 'utf8');

async function startShell(): Promise<(command: string) => Promise<void>> {
  const server = await localKms({ cwd: folder() }, topicFiles(folder()));
  return topicShell(folder(), server);
}

describe('the commands of the topic', () => {
  it('lost-hsm export the data key for another HSM', async () => {
    const run = await startShell();
    await run(exportCommand('payments.backup.json'));
    const commands = await topicCommands('lost-hsm', LOST_HSM, folder());
    // The last one needs an HSM: test/interop/hsm/lost-hsm.test.ts runs it too.
    expect(commands.at(-1)).toMatch(/^kmsx import-key /);
    for (const command of commands.slice(0, -1)) await run(command);
    expect(text('payments.export.json')).toContain('"kmsx-export/1"');
  });

  it('move-key move backups', async () => {
    const run = await startShell();
    mkdirSync(join(folder(), 'backups'));
    for (const name of ['payments.backup.json', 'backups/a.json', 'backups/b c.json']) {
      await run(exportCommand(name));
    }
    for (const command of await topicCommands('move-key', MOVE_KEY, folder())) await run(command);
    expect(readdirSync(join(folder(), 'moved')).sort()).toEqual(['a.json', 'b c.json']);
    expect(text('moved', 'a.json')).toContain('22222222-2222-4222');
  });

  it('air-gap bring a data key to a machine without a network', async () => {
    const run = await startShell();
    for (const command of await topicCommands('air-gap', AIR_GAP, folder())) await run(command);
    expect(Buffer.from(text('payments.key'), 'base64')).toHaveLength(32);
  });

  it('ci rehearse, and ask for nothing', async () => {
    const run = await startShell();
    for (const command of await topicCommands('ci', CI, folder())) await run(command);
    expect(text('rehearsal.json')).toContain('"Passed":true');
    expect(text('verified.json')).toContain('"Match":true');
    expect(text('rehearsed.backup.json')).toContain('"Rehearsal":true');
  });
});
