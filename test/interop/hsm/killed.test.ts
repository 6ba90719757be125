/* An import that fails or is killed at each call to the module. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Shim } from '../../support/hsm/real/shim.ts';
import { shimAround } from '../../support/hsm/real/shim.ts';
import { SOFTHSM, softHsmObjects } from '../../support/hsm/real/softhsm.ts';
import { exportOk, importArgs, importOk, makePair } from '../../support/hsm/real/steps.ts';
import type { TokenStage } from '../../support/hsm/real/token.ts';
import { stageOf } from '../../support/hsm/real/token.ts';
import { cleanEnv, KMSX, kmsx } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const folder = useTempFolder();
const NAME = 'payments-2026';
/** CKR_DEVICE_ERROR. */
const REFUSED = '0x30';
/** The exit code where a call is refused: what comes after the import changes nothing any more. */
const EXIT_CODES: Readonly<Record<string, number>> = {
  C_UnwrapKey: 6, // as some tokens answer to a damaged export
  C_DestroyObject: 0,
  C_Logout: 0,
  C_CloseSession: 0,
  C_Finalize: 0,
};

let at: TokenStage;
let shim: Shim;
let before: readonly string[];
let calls: readonly string[];

/** The objects that were made since, as files. */
const made = (): string[] => softHsmObjects(folder()).filter((name) => !before.includes(name));

/** Takes away what was made, and the log of the module's calls. */
function reset(): void {
  for (const name of made()) rmSync(join(folder(), 'softhsm', name));
  rmSync(join(folder(), 'calls.log'), { force: true });
}

beforeEach(async () => {
  at = stageOf(SOFTHSM.setUp(folder()), folder());
  await makePair(at, 'wrapping');
  await exportOk(at, 'wrapping', 'first');
  before = softHsmObjects(folder());
  shim = shimAround(at);
  await importOk(shim.stage(), 'first', NAME);
  calls = shim.calls();
  reset();
});

/** Everything as when the power fails: kmsx and the process of the module, at once. */
async function killedAt(call: number): Promise<void> {
  const stage = shim.stage({ at: call, do: 'hang' });
  const child = spawn(process.execPath, [KMSX, ...importArgs(stage, 'first', NAME)], {
    cwd: folder(),
    env: cleanEnv(folder(), stage.run.env),
    detached: true,
  });
  child.stdin.end();
  child.stdout.resume();
  child.stderr.resume();
  const closed = once(child, 'close');
  await shim.hanging();
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await closed;
}

describe('an import', () => {
  it('that is killed at a call leaves at most the one object, which the next run finds', async () => {
    const stood = new Set<string>();
    for (const [index, name] of calls.entries()) {
      await killedAt(index + 1);
      const what = `call ${index + 1}, ${name}`;
      const [object, ...others] = made();
      expect(others, what).toEqual([]);
      if (object !== undefined) {
        stood.add(name);
        const { Imports } = await importOk(at, 'first', NAME);
        expect(Imports[0], what).toMatchObject({ Label: NAME, AlreadyThere: true });
        expect(made(), what).toEqual([object]);
      }
      reset();
    }
    expect([...stood]).toEqual(expect.arrayContaining(['C_FindObjects', 'C_Encrypt', 'C_Logout']));
    const { Imports } = await importOk(at, 'first', NAME);
    expect(Imports[0]).not.toHaveProperty('AlreadyThere');
  });

  it('that is refused a call keeps nothing', async () => {
    for (const [index, name] of calls.entries()) {
      const what = `call ${index + 1}, ${name}`;
      const stage = shim.stage({ at: index + 1, do: REFUSED });
      const { code, stderr } = await kmsx(importArgs(stage, 'first', NAME), stage.run);
      // Where a search cannot be ended, it is the next one that is refused, if there is any.
      if (name !== 'C_FindObjectsFinal') {
        expect(code, `${what}: ${stderr}`).toBe(EXIT_CODES[name] ?? 7);
      }
      expect(made(), what).toHaveLength(code === 0 ? 1 : 0);
      reset();
    }
  });
});
