import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { PEOPLE, writePlan } from '../../support/ceremony/run-plans.ts';
import { SOFTHSM } from '../../support/hsm/real/softhsm.ts';
import { makePair } from '../../support/hsm/real/steps.ts';
import { stageOf } from '../../support/hsm/real/token.ts';
import { finish, kmsx, kmsxOk, startKmsx, useLocalKms } from '../../support/kmsx.ts';
import { REBUILT } from '../../support/record/forgeries.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

/* A ceremony for three recipients, one of them a token: planned, checked, rehearsed, held, interrupted, sealed, signed,
   printed and verified. */

const SCRIPT = fileURLToPath(new URL('../../../examples/verify_record.py', import.meta.url));
const folder = useTempFolder();
const localKms = useLocalKms();
const at = (...names: string[]): string => join(folder(), ...names);

it('is held from the plan to the paper, and no other record takes its place', async () => {
  const stage = stageOf(SOFTHSM.setUp(folder()), folder());
  const pair = await makePair(stage, 'wrapping');
  const kms = await localKms({ cwd: folder() });
  const run = { cwd: folder(), env: { ...stage.token.env, ...kms.env } };
  const recipients = [
    { Name: 'east', MakePair: true, Custodian: 'Alan' },
    {
      Name: 'hsm',
      Token: stage.uri('wrapping'),
      ExpectFingerprint: pair.PublicKeyFingerprint,
      Custodian: 'Barbara',
    },
    { Name: 'west', MakePair: true, Custodian: 'Edsger' },
  ];
  writePlan(folder(), { Unattended: true, Recipients: recipients, Signatures: { Threshold: 2 } });

  const reach = [...stage.reach, ...kms.endpoint];
  await kmsxOk(['ceremony', 'check', 'plan.yaml', '--online', ...reach], run);
  await kmsxOk(['ceremony', 'script', 'plan.yaml', '--out', 'script.html'], run);
  const hold = (name: string): string[] => [
    ...['ceremony', 'run', 'plan.yaml', '--folder', name, '--no-input', ...reach],
  ];
  await kmsxOk(hold('rehearsed'), run);

  const held = startKmsx(hold('day'), run);
  const watch = setInterval(() => {
    if (existsSync(at('day', 'hsm.export.json'))) held.kill('SIGKILL');
  }, 1);
  expect((await finish(held)).code).toBe(null);
  clearInterval(watch);
  const backup = readFileSync(at('day', 'backup.json'), 'utf8');
  const printed = await kmsxOk([...hold('day'), '--resume'], run);
  const { Head } = JSON.parse(printed) as { Head: string };
  expect(readFileSync(at('day', 'backup.json'), 'utf8')).toBe(backup);

  const people = ['ada', 'grace'].map((name) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
    const head = readFileSync(at('day', 'record.head'));
    const sign = ['-q', '-Y', 'sign', '-n', 'kmsx-record', '-f', at(name)];
    const signature = execFileSync('ssh-keygen', sign, { input: head, stdio: 'pipe' });
    writeFileSync(at('day', 'signatures', `${name}.sig`), signature);
    return `${name}@example.com ${readFileSync(at(`${name}.pub`), 'utf8')}`;
  });
  writeFileSync(at('people'), people.join(''));
  await kmsxOk(['record', 'print', 'day', '--out', 'record.html'], run);
  for (const { Name } of PEOPLE) expect(readFileSync(at('record.html'), 'utf8')).toContain(Name);

  const signed = ['--allowed-signers', 'people', '--threshold', '2'];
  const bringing = [['--head', Head], signed];
  const verdicts = async (record: string, args: readonly string[]): Promise<unknown[]> => {
    const python = spawnSync('python3', [SCRIPT, record, ...args], { cwd: folder() });
    return [(await kmsx(['record', 'verify', record, ...args], run)).code, python.status === 0];
  };
  for (const args of [[], ...bringing]) expect(await verdicts('day', args)).toEqual([0, true]);

  // Whatever file of it is edited, and whatever chain is made anew.
  const files = readdirSync(at('day')).filter(
    (name) => statSync(at('day', name)).isFile() && !/\.(?:lock\.\d+|head)$/.test(name),
  );
  const named = files.filter((name) => name.endsWith('.pub.pem') || !name.endsWith('.pem'));
  expect(named.length).toBeGreaterThan(8);
  for (const name of named) {
    cpSync(at('day'), at(`changed-${name}`), { recursive: true });
    const bytes = readFileSync(at('day', name));
    bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1;
    writeFileSync(at(`changed-${name}`, name), bytes);
    expect(await verdicts(`changed-${name}`, []), name).toEqual([6, false]);
  }
  const [another] = REBUILT;
  cpSync(at('day'), at('rebuilt'), { recursive: true });
  another?.forge(at('rebuilt'));
  for (const args of bringing) expect(await verdicts('rebuilt', args)).toEqual([6, false]);

  // What comes later is in the same chain; an export of the token goes into it.
  const importing = ['--in', 'day/hsm.export.json', '--privkey', stage.uri('wrapping')];
  const imported = await kmsxOk(
    ['import-key', ...importing, '--rehearsal', '--label', 'payments', ...stage.reach],
    run,
  );
  writeFileSync(at('import.json'), imported);
  const adding = ['--type', 'import', '--in', 'import.json', '--by', 'Barbara'];
  await kmsxOk(['record', 'add', 'day', ...adding], run);
  for (const args of [[], ...bringing]) expect(await verdicts('day', args)).toEqual([0, true]);
}, 300_000);
