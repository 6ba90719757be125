/* People at the terminal, played by a list of what they type. */
import { createPublicKey } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RecordEvent } from '../../../../src/record/events.ts';
import { PEOPLE, writePlan } from '../../../support/ceremony/run-plans.ts';
import { cleanEnv } from '../../../support/kmsx.ts';
import type { RunResult } from '../../../support/run-result.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';
import { runInProcess } from '../../../support/test-io.ts';
import { PRIVKEY, PUBKEY, testKey } from '../../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();

/** Of `PUBKEY`, from openssl. */
const FINGERPRINT = 'SHA256:dee3c693eab531ed637ee7a3ec3c39d72c5008ffb11fbc386098bc395ee42b65';
const AGREED = PEOPLE.map(() => 'Yes');
/** Why it goes on after a No or a mismatch. */
const GO_ON = ['Yes', 'the same groups', 'another page was read', 'read it again', 'Ada'];
const HERE = { Name: 'hsm-1', Pubkey: PUBKEY, Privkey: PRIVKEY, ExpectFingerprint: FINGERPRINT };
const ELSEWHERE = { Name: 'hsm-1', Pubkey: PUBKEY, ExpectFingerprint: FINGERPRINT };

async function kmsx(args: readonly string[], typed: readonly string[] = []): Promise<RunResult> {
  const cwd = folder();
  return await runInProcess(args, {
    cwd,
    env: { ...cleanEnv(cwd), KMSX_DEBUG: '1' },
    isReal: true,
    typed,
  });
}

const run = (typed: readonly string[], ...more: string[]): Promise<RunResult> =>
  kmsx(['ceremony', 'run', 'plan.yaml', '--folder', 'day', '--gateway', 'local', ...more], typed);

const events = (): RecordEvent[] =>
  readFileSync(join(folder(), 'day', 'record.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordEvent);
const ofType = <T extends RecordEvent['Type']>(type: T): Extract<RecordEvent, { Type: T }>[] =>
  events().filter((event): event is Extract<RecordEvent, { Type: T }> => event.Type === type);

/** The check value of the data key, as the HSM shows it. */
async function shownElsewhere(): Promise<string> {
  const args = ['unwrap-key', '--in', 'day/hsm-1.export.json', '--privkey', PRIVKEY];
  const { stdout } = await kmsx([...args, '--check-value-only']);
  const { KeyCheckValues } = JSON.parse(stdout) as {
    KeyCheckValues: readonly { Method: string; Value: string }[];
  };
  return KeyCheckValues.find(({ Method }) => Method === 'AES-CMAC-LABEL')?.Value ?? '';
}

describe('the people of a ceremony', () => {
  it('begin, agree, compare, and are in the record by name', async () => {
    writePlan(folder(), { Recipients: [HERE] });
    const typed = ['yes', 'Yes', ...AGREED, 'y', 'YES', 'Yes', 'Yes'];
    const { code, stderr } = await run(typed);
    expect(code, stderr).toBe(0);
    expect(ofType('compared').map(({ What, Of, How, Same }) => [What, Of, How, Same])).toEqual([
      ...PEOPLE.map(({ Name }) => ['statement', Name, 'typed', true]),
      ['fingerprint', 'hsm-1', 'typed', true],
      ['check value', 'hsm-1', 'typed', true],
    ]);
    expect(ofType('compared').at(-2)).toMatchObject({ ReadBy: 'Alan', ComparedBy: 'Edsger' });
    expect(stderr).toContain('type the whole word, with its capital letter');
    const verified = await kmsx(['record', 'verify', 'day']);
    expect(verified.code, verified.stderr).toBe(0);
  });

  it('see a fingerprint in four rows of four groups, and as words', async () => {
    writePlan(folder(), { Recipients: [HERE] });
    const { stderr } = await run(['Yes', ...AGREED, 'No']);
    const digits = FINGERPRINT.slice(7).match(/.{4}/g) ?? [];
    for (let row = 0; row < 4; row += 1) {
      expect(stderr).toContain(`  ${digits.slice(row * 4, row * 4 + 4).join(' ')}\n`);
    }
    expect(stderr).toMatch(/^ {2}(?:[A-Za-z]+ ){7}[A-Za-z]+$/m);
  });

  it('end it with No: exit code 6, nothing generated, and it can go on', async () => {
    writePlan(folder(), { Recipients: [HERE] });
    const stopped = await run(['Yes', ...AGREED, 'No']);
    expect(stopped.code).toBe(6);
    expect(stopped.stderr).toContain('No was typed: fingerprint of hsm-1');
    expect(ofType('compared').at(-1)).toMatchObject({ What: 'fingerprint', Same: false });
    expect(ofType('step').at(-1)).toMatchObject({
      ...{ Outcome: 'failed', ExitCode: 6, Code: 'ceremony-stopped' },
    });
    expect(existsSync(join(folder(), 'day', 'backup.json'))).toBe(false);
    const resumed = await run([...GO_ON, 'Yes', 'Yes'], '--resume');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(ofType('compared').filter(({ What }) => What === 'statement')).toHaveLength(
      PEOPLE.length,
    );
  });

  it('do not begin it: no folder is made', async () => {
    writePlan(folder(), { Recipients: [HERE] });
    expect((await run(['No'])).code).toBe(6);
    expect(existsSync(join(folder(), 'day'))).toBe(false);
  });

  it('record a deviation at any question', async () => {
    writePlan(folder(), { Recipients: [HERE] });
    const deviation = ['deviation', 'the card', '', 'no card', 'the spare card', 'Ada'];
    const { code, stdout } = await run(['Yes', ...deviation, ...AGREED, 'Yes', 'Yes']);
    expect(code).toBe(0);
    expect(ofType('deviation')).toMatchObject([
      {
        Step: 1,
        Expected: 'the card',
        Happened: 'no card',
        Decided: 'the spare card',
        By: 'Ada',
      },
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ Deviations: 1 });
    expect(ofType('seal')).toMatchObject([{ Deviations: 1 }]);
  });

  it('are missing: nothing is made without a terminal', async () => {
    writePlan(folder(), { Recipients: [HERE] });
    const { code, stderr } = await run([]);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no terminal');
    expect(existsSync(join(folder(), 'day'))).toBe(false);
  });
});

describe('a public key that is not the one of the plan', () => {
  it('does not begin a ceremony', async () => {
    const other = `SHA256:${'0'.repeat(64)}`;
    writePlan(folder(), { Recipients: [{ ...HERE, ExpectFingerprint: other }] });
    const { code, stderr } = await run([]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/plan\.yaml:\d+: .*SHA256:/);
    expect(existsSync(join(folder(), 'day'))).toBe(false);
  });

  it('is not gone on with, where it was exchanged meanwhile', async () => {
    const file = join(folder(), 'hsm.pem');
    copyFileSync(PUBKEY, file);
    writePlan(folder(), { Recipients: [{ ...HERE, Pubkey: 'hsm.pem' }] });
    expect((await run(['Yes', ...AGREED, 'No'])).code).toBe(6);
    const other = createPublicKey(testKey('other-2048.pem')).export({
      type: 'spki',
      format: 'pem',
    });
    writeFileSync(file, other);
    const refused = await run([...GO_ON, 'Yes'], '--resume');
    expect(refused.code, refused.stderr).toBe(2);
    expect(refused.stderr).toContain('not the expected one');
    copyFileSync(PUBKEY, file);
    writeFileSync(join(folder(), 'day', 'hsm-1.pub.pem'), other);
    const changed = await run([...GO_ON, 'Yes'], '--resume');
    expect(changed.code, changed.stderr).toBe(6);
    expect(changed.stderr).toContain('hsm-1.pub.pem, which was changed');
    expect(existsSync(join(folder(), 'day', 'backup.json'))).toBe(false);
  });
});

describe('after a No', () => {
  it('it is ended: the record is sealed as not complete', async () => {
    writePlan(folder(), { Recipients: [HERE] });
    expect((await run(['Yes', ...AGREED, 'No'])).code).toBe(6);
    const end = ['End', 'the same groups', 'another key', 'to stop', 'Ada'];
    const ended = await run(end, '--resume');
    expect(ended.code, ended.stderr).toBe(6);
    expect(JSON.parse(ended.stdout)).toMatchObject({ Complete: false, Deviations: 1 });
    expect(ofType('seal')).toMatchObject([{ Complete: false }]);
    const again = await run(['Yes', 'Yes'], '--resume');
    expect(again.code, again.stderr).toBe(2);
    expect(again.stderr).toContain('was ended as not complete');
    expect(existsSync(join(folder(), 'day', 'backup.json'))).toBe(false);
    const verified = await kmsx(['record', 'verify', 'day']);
    expect(JSON.parse(verified.stdout)).toMatchObject({ Chain: true, Complete: false });
  });
});

describe('a backup that somebody put into the folder', () => {
  it('is not taken for the one of the ceremony', async () => {
    writePlan(folder(), { Recipients: [HERE] });
    expect((await run(['Yes', ...AGREED, 'No'])).code).toBe(6);
    const planted = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];
    const args = [...planted, '--bind', '--gateway', 'local', '--backup', 'day/backup.json'];
    expect((await kmsx([...args, '--out', 'export.json'])).code).toBe(0);
    const { code, stderr } = await run([...GO_ON, 'Yes', 'Yes'], '--resume');
    expect(code, stderr).toBe(2);
    expect(stderr).toContain('day/backup.json already exists');
  });
});

describe('a check value that is read aloud', () => {
  const WRONG = `label:${'0'.repeat(32)}`;

  it('is asked for again where it is none, or differs, twice; all are in the record', async () => {
    writePlan(folder(), { Recipients: [ELSEWHERE] });
    // The step fails without anybody to type; then the export is there, and can be opened elsewhere.
    expect((await run(['Yes', ...AGREED, 'Yes'])).code).toBe(2);
    const value = await shownElsewhere();
    const typed = [value, WRONG, `label:${'1'.repeat(32)}`, `label:${value}`];
    const { code, stderr } = await run(typed, '--resume');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('write label: or sha256: before the 32 digits');
    const compared = ofType('compared').filter(({ What }) => What === 'check value');
    expect(compared.map(({ Same, Typed }) => [Same, Typed])).toEqual([
      [false, `AES-CMAC-LABEL ${'0'.repeat(32)}`],
      [false, `AES-CMAC-LABEL ${'1'.repeat(32)}`],
      [true, `AES-CMAC-LABEL ${value}`],
    ]);
    const verified = await kmsx(['record', 'verify', 'day']);
    expect(verified.code, verified.stderr).toBe(0);
  });

  it('is a mismatch when it differs for the third time', async () => {
    writePlan(folder(), { Recipients: [ELSEWHERE] });
    const { code, stderr } = await run(['Yes', ...AGREED, 'Yes', WRONG, WRONG, WRONG]);
    expect(code).toBe(6);
    expect(ofType('compared').filter(({ Same }) => !Same)).toHaveLength(3);
    expect(ofType('step').at(-1)).toMatchObject({ Code: 'check-value-mismatch' });
    expect(stderr).not.toContain(await shownElsewhere());
    // What the HSM shows may still be right: it goes on with the right one.
    const resumed = await run([...GO_ON, `label:${await shownElsewhere()}`], '--resume');
    expect(resumed.code, resumed.stderr).toBe(0);
  });

  it('never takes what may be the key itself into the record', async () => {
    writePlan(folder(), { Recipients: [ELSEWHERE] });
    const mistaken = 'ab'.repeat(32);
    await run(['Yes', ...AGREED, 'Yes', mistaken]);
    expect(readFileSync(join(folder(), 'day', 'record.jsonl'), 'utf8')).not.toContain(mistaken);
  });
});

it('has an own passphrase for a pair that is made', async () => {
  writePlan(folder(), { Recipients: [{ Name: 'hsm-1', MakePair: true }] });
  const passphrase = 'typed by the custodian';
  const typed = ['Yes', ...AGREED, passphrase, passphrase, 'Yes', passphrase, 'Yes'];
  const { code, stderr } = await run(typed);
  expect(code, stderr).toBe(0);
  const pem = readFileSync(join(folder(), 'day', 'hsm-1.pem'), 'utf8');
  expect(pem).toContain('ENCRYPTED PRIVATE KEY');
  expect(readFileSync(join(folder(), 'day', 'record.jsonl'), 'utf8')).not.toContain(passphrase);
  writeFileSync(join(folder(), 'plan.yaml'), ''); // what is in the folder is a copy
  expect((await kmsx(['record', 'verify', 'day'])).code).toBe(0);
});
