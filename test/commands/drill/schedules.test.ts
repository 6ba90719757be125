/* The drills of examples and documentation that a scheduler starts: each is run as it stands, with other paths. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { FLEET_ENV, seedFleet } from '../../support/backups/fleet.ts';
import { makeFleet } from '../../support/backups/planted-faults.ts';
import { kmsx, useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

const read = (file: string): string =>
  readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

interface CronJob {
  readonly kind: string;
  readonly spec: {
    readonly schedule: string;
    readonly jobTemplate: {
      readonly spec: {
        readonly template: {
          readonly spec: {
            readonly containers: readonly {
              readonly command: readonly string[];
              readonly volumeMounts: readonly { readonly mountPath: string }[];
            }[];
          };
        };
      };
    };
  };
}

function ofKubernetes(): readonly string[] {
  const document = parseDocument(read('examples/drill-cronjob.yaml'), { strict: true });
  expect([...document.errors, ...document.warnings]).toEqual([]);
  const { kind, spec } = document.toJS() as CronJob;
  expect(kind).toBe('CronJob');
  expect(spec.schedule).toMatch(/^\d+ \d+ \* \* \*$/);
  const [container] = spec.jobTemplate.spec.template.spec.containers;
  const { command = [], volumeMounts = [] } = container ?? {};
  for (const { mountPath } of volumeMounts) expect(command).toContain(mountPath);
  return command;
}

function ofCron(): readonly string[] {
  const [, command = ''] =
    /^ {4}\d+ \d+ \* \* \* (kmsx drill .*)$/m.exec(read('docs/how-to/drill.md')) ?? [];
  return command.split(' ');
}

it.each([
  ['the CronJob of examples', ofKubernetes],
  ['the line of a crontab', ofCron],
])('%s proves every backup, and nothing when none is due', async (_, commandOf) => {
  const cwd = folder();
  const server = await localKms({ cwd }, seedFleet(cwd, 'before'));
  await makeFleet(cwd, server.announcement, 3);
  const [program, ...words] = commandOf();
  expect(program).toBe('kmsx');
  const args = words.map((word) => word.replace(/^(?:\/srv)?\/(?=backups$|proofs$)/, `${cwd}/`));
  expect(args).toContain(join(cwd, 'proofs'));
  const run = (): ReturnType<typeof kmsx> =>
    kmsx([...args, ...server.endpoint], { cwd, env: FLEET_ENV });
  const first = await run();
  expect(first.code, first.stderr).toBe(0);
  expect(first.stdout.trimEnd().split('\n')).toHaveLength(3);
  expect(await run()).toMatchObject({ code: 0, stdout: '' });
});
