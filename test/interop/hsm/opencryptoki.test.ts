/* opencryptoki's soft token: a data key's life with it, and the PIN that it locks. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeLife } from '../../support/hsm/real/life.ts';
import { OPENCRYPTOKI } from '../../support/hsm/real/opencryptoki.ts';
import type { TokenStage } from '../../support/hsm/real/token.ts';
import { stageOf } from '../../support/hsm/real/token.ts';
import { kmsx, kmsxOk } from '../../support/kmsx.ts';
import type { RunResult } from '../../support/run-result.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

describeLife(OPENCRYPTOKI, folder);

const probe = ({ reach }: TokenStage): string[] => [
  ...['list-tokens', '--token', 'payments', '--probe'],
  ...reach,
];

it('warns before the last try of a PIN, and asks for none that is locked', async () => {
  const at = stageOf(OPENCRYPTOKI.setUp(folder()), folder());
  const rightPin = `${at.token.pin}\n`;
  const tryPin = (pin: string): Promise<RunResult> => {
    writeFileSync(join(folder(), 'pin.txt'), pin);
    return kmsx(probe(at), at.run);
  };
  const WRONG = 'does not accept the PIN (C_Login: CKR_PIN_INCORRECT)\n';
  const FEW =
    'kmsx: warning: the token "payments" (123) was given a wrong PIN before: a few more lock it\n';
  const LAST = 'kmsx: warning: the token "payments" (123) has one try left: a wrong PIN locks it\n';

  const first = await tryPin('4321\n');
  expect(first).toMatchObject({ code: 3, stdout: '' });
  expect(first.stderr).toContain(WRONG);
  expect(first.stderr).not.toContain('warning');
  expect((await tryPin('4321\n')).stderr).toContain(FEW);
  const good = await tryPin(rightPin);
  expect(good).toMatchObject({ code: 0 });
  expect(good.stderr).toContain(LAST);
  expect((await tryPin(rightPin)).stderr).not.toContain('warning');

  for (let tries = 0; tries < 3; tries += 1) expect((await tryPin('4321\n')).code).toBe(3);
  const locked = await tryPin(rightPin);
  expect(locked).toMatchObject({ code: 3, stdout: '' });
  expect(locked.stderr).toContain('kmsx: error: the token "payments" (123) has locked the PIN\n');
  expect(locked.stderr).toContain(
    "kmsx: hint: the token's security officer unlocks it (C_InitPIN)\n",
  );
  expect(await kmsxOk(['list-tokens', '--module', at.token.module], at.run)).toContain(
    'UserPinLocked',
  );
});
