/* What the process of a module is given. A program that writes down its environment stands for Node.js. */
import { chmodSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, it } from 'vitest';
import { withModule } from '../../../src/commands/shared/module/with-module.ts';
import { createSession } from '../../../src/terminal/session.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { testIo } from '../../support/test-io.ts';

const folder = useTempFolder();

/** Variables with secrets, and those that decide as whom kmsx asks. */
const WITHHELD = {
  MY_PIN: '1234',
  MY_PASSPHRASE: 'hunter2',
  KMSX_ENDPOINT: 'x',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'x',
  ALIBABACLOUD_SECURITY_TOKEN: 'x',
  ALICLOUD_ACCESS_KEY_SECRET: 'x',
  ACCESS_KEY_SECRET: 'x',
  SECURITY_TOKEN: 'x',
  NODE_OPTIONS: '--trace-warnings',
};

it('a module gets the environment, but no secret of kmsx and nothing of Alibaba Cloud', async () => {
  const nodeExecutable = join(folder(), 'node');
  const written = join(folder(), 'env');
  writeFileSync(nodeExecutable, `#!/bin/sh\nenv > '${written}'\n`);
  chmodSync(nodeExecutable, 0o700);
  const module = join(realpathSync(folder()), 'module.so');
  writeFileSync(module, '', { mode: 0o600 });
  const env = { ...WITHHELD, PATH: process.env['PATH'], SOFTHSM2_CONF: '/etc/softhsm2.conf' };
  const io = { ...testIo({ env, cwd: folder() }), nodeExecutable };
  const options = { module, pinEnv: 'MY_PIN', passphraseEnv: 'MY_PASSPHRASE' };
  const used = withModule(options, 10_000, createSession(new Command(), io), () =>
    Promise.resolve(),
  );
  await expect(used).rejects.toMatchObject({ code: 'module-ended' });
  const given = readFileSync(written, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0] ?? '');
  expect(given).toContain('SOFTHSM2_CONF');
  expect(given.filter((name) => Object.hasOwn(WITHHELD, name))).toEqual([]);
});
