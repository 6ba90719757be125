import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cleanEnv, finish, kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import type { Sm2Form } from '../../../src/wrapping/sm2/ciphertext.ts';
import { rewriteSm2Export } from '../../support/wrapping/sm2-forms.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

interface Recipe {
  readonly Needs: string;
  readonly Variables: Readonly<Record<string, string>>;
  readonly Commands: readonly string[];
}

async function recipe(program: string, file: string): Promise<Recipe> {
  const printed = await kmsxOk(['inspect', '--recipe', program, file], { cwd: folder() });
  return JSON.parse(printed) as Recipe;
}

it.each(['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'])(
  'the recipe of OpenSSL opens an export as kmsx does: %s',
  async (algorithm) => {
    const cwd = folder();
    const { endpoint, env } = await localKms({ cwd });
    const exporting = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];
    const file = "it's an export.json";
    const outputs = ['--backup', 'b.json', '--out', file, '--wrapping-algorithm', algorithm];
    await kmsxOk([...exporting, ...endpoint, ...outputs], { cwd, env });
    const { Commands, Variables } = await recipe('openssl', file);
    expect(Object.keys(Variables)).toEqual(['PRIVATE_KEY', 'DATA_KEY']);
    const shell = cleanEnv(cwd, { PRIVATE_KEY: PRIVKEY, DATA_KEY: 'key.bin' });
    const child = spawn('sh', ['-euc', Commands.join('\n')], { cwd, env: shell });
    child.stdin.end();
    const { code, stderr } = await finish(child);
    expect(code, stderr).toBe(0);
    const unwrapped = ['unwrap-key', '--privkey', PRIVKEY, '--in', file, '--out', 'own.bin'];
    await kmsxOk([...unwrapped, '--format', 'raw'], { cwd });
    expect(readFileSync(join(cwd, 'key.bin'))).toEqual(readFileSync(join(cwd, 'own.bin')));
  },
);

it.each<Sm2Form>(['DER', '04-C1C3C2', 'C1C3C2', '04-C1C2C3', 'C1C2C3'])(
  'the recipe of OpenSSL opens an SM2 export as kmsx does: %s',
  async (form) => {
    const cwd = folder();
    const { endpoint, env } = await localKms({ cwd });
    const keygen = ['keygen', '--wrapping-key-spec', 'EC_SM2', '--no-passphrase'];
    await kmsxOk([...keygen, '--privkey-out', 'sm2.pem', '--pubkey-out', 'sm2.pub.pem'], { cwd });
    const exporting = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', 'sm2.pub.pem'];
    const size = ['--number-of-bytes', form === 'DER' ? '1' : '1024'];
    await kmsxOk([...exporting, ...endpoint, '--backup', 'b.json', '--out', 'e.json', ...size], {
      cwd,
      env,
    });
    const file = "it's an export.json";
    rewriteSm2Export(join(cwd, 'e.json'), join(cwd, file), form);
    const { Needs, Commands } = await recipe('openssl', file);
    expect(Needs).toContain('SM2');
    const shell = cleanEnv(cwd, { PRIVATE_KEY: 'sm2.pem', DATA_KEY: 'key.bin' });
    const child = spawn('sh', ['-euc', Commands.join('\n')], { cwd, env: shell });
    child.stdin.end();
    const { code, stderr } = await finish(child);
    expect(code, stderr).toBe(0);
    const unwrapped = ['unwrap-key', '--privkey', 'sm2.pem', '--in', file, '--out', 'own.bin'];
    await kmsxOk([...unwrapped, '--format', 'raw'], { cwd });
    expect(readFileSync(join(cwd, 'key.bin'))).toEqual(readFileSync(join(cwd, 'own.bin')));
    const refused = await kmsx(['inspect', '--recipe', 'pkcs11-tool', file], { cwd });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('no export that pkcs11-tool opens');
  },
);

it('the recipe of pkcs11-tool says which version it needs: those before do not unwrap', async () => {
  const cwd = folder();
  const { endpoint, env } = await localKms({ cwd });
  const exporting = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];
  await kmsxOk([...exporting, ...endpoint, '--backup', 'b.json', '--out', 'e.json'], { cwd, env });
  const { Needs, Commands } = await recipe('pkcs11-tool', 'e.json');
  expect(Needs).toContain('OpenSC 0.27');
  expect(Commands.join('\n')).toContain('--hash-algorithm SHA256 --mgf MGF1-SHA256');
  const refused = await kmsx(['inspect', '--recipe', 'openssl', 'b.json'], { cwd });
  expect(refused).toMatchObject({ code: 2, stdout: '' });
});
