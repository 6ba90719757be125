/* A TPM decrypts by OAEP, but it does not unwrap: it is refused by name, before a pair is made in it. */
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pairArgs } from '../../support/hsm/real/steps.ts';
import type { TokenStage } from '../../support/hsm/real/token.ts';
import { stageOf } from '../../support/hsm/real/token.ts';
import { TPM2 } from '../../support/hsm/real/tpm2.ts';
import { kmsx, kmsxOk } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const stage = (): TokenStage => stageOf(TPM2.setUp(folder()), folder());

it('says itself that it does not unwrap', async () => {
  const { run, reach, token } = stage();
  const printed = await kmsxOk(['list-tokens', '--module', token.module], run);
  expect(JSON.parse(printed)).toMatchObject({ Token: 'payments', SaysItUnwraps: false });
  const probed = await kmsxOk(['list-tokens', '--token', 'payments', '--probe', ...reach], run);
  expect(JSON.parse(probed)).not.toHaveProperty('Unwraps');
});

it('is given no wrapping key', async () => {
  const at = stage();
  const before = readdirSync(folder());
  const result = await kmsx(pairArgs(at, 'wrapping'), at.run);
  expect(result).toMatchObject({ code: 2, stdout: '' });
  expect(result.stderr).toContain(
    'kmsx: error: the token "payments" (0000000000000000) does not unwrap with RSAES_OAEP\n',
  );
  expect(result.stderr).toContain(
    'kmsx: hint: kmsx list-tokens --probe shows what each token unwraps; docs/hsm.md lists modules that do\n',
  );
  expect(readdirSync(folder())).toEqual(before);
});
