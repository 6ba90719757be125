import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { kmsx, kmsxOk, startKmsx, useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

const EXAMPLE = fileURLToPath(new URL('../../../examples/seed.json', import.meta.url));
const HSM_KEY = '11111111-1111-4111-8111-111111111111';
const EXPORTER = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tExporter',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'notAnActualSecretOfExporter',
};

describe('kmsx local-kms --seed', () => {
  it("begins with the seed's keys and announces the account's own access key", async () => {
    const { announcement } = await localKms({ cwd: folder() }, ['--seed', EXAMPLE]);
    expect(announcement).toMatchObject({
      AccessKeyId: 'LTAI5tAccountItself',
      AccessKeySecret: 'notAnActualSecretOfTheAccount',
    });
    expect(announcement.Keys[0]).toEqual({
      KeyId: HSM_KEY,
      Aliases: ['alias/hsm', 'alias/rehearsal'],
      KeySpec: 'Aliyun_AES_256',
    });
  });

  it('lets a RAM user do what its policy allows, and tells why not more', async () => {
    const server = await localKms({ cwd: folder() }, ['--seed', EXAMPLE]);
    const env = { ...server.env, ...EXPORTER };
    const exportKey = (keyId: string): Promise<{ code: number | null; stderr: string }> =>
      kmsx(['export-key', ...server.endpoint, '--key-id', keyId, '--pubkey', PUBKEY], {
        cwd: folder(),
        env,
      });
    expect(await exportKey('alias/hsm')).toMatchObject({ code: 0 });
    const refused = await exportKey('key-shared0000000000000001');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('Forbidden.NoPermission');
    expect(refused.stderr).toMatch(
      /hint: allow kms:\w+ on acs:kms:cn-local:\d+:key\/key-shared0+1 for the RAM user exporter in a RAM policy\n/,
    );
  });

  it('keeps what was encrypted readable from one start to the next', async () => {
    const args = ['--seed', EXAMPLE];
    const first = await localKms({ cwd: folder() }, args);
    const exported = await kmsxOk(
      ['export-key', ...first.endpoint, '--key-id', 'alias/hsm', '--pubkey', PUBKEY],
      { cwd: folder(), env: first.env },
    );
    writeFileSync(join(folder(), 'export.json'), exported);
    const second = await localKms({ cwd: folder() }, args);
    await kmsxOk(['reexport-key', '--in', 'export.json', ...second.endpoint, '--pubkey', PUBKEY], {
      cwd: folder(),
      env: second.env,
    });
  });

  it('makes a new state, and keeps one that is there', async () => {
    const cwd = folder();
    const seed = {
      Format: 'kmsx-local-kms-seed/1',
      Accounts: [{ AccountId: '1', AccessKeys: [{}] }],
    };
    writeFileSync(join(cwd, 'other.json'), JSON.stringify(seed));
    const start = (file: string): ReturnType<typeof startKmsx> =>
      startKmsx(['local-kms', '--state', 'state', '--seed', file], { cwd });
    const announced = async (file: string): Promise<[string, string]> => {
      const child = start(file);
      const [output, messages]: [string[], string[]] = [[], []];
      child.stderr.on('data', (chunk: Buffer) => messages.push(chunk.toString()));
      await new Promise<void>((resolve) => {
        child.stdout.on('data', (chunk: Buffer) => {
          output.push(chunk.toString());
          if (output.join('').includes('\n')) resolve();
        });
      });
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('close', resolve));
      return [output.join(''), messages.join('')];
    };
    const [first, quiet] = await announced(EXAMPLE);
    expect(first).toContain('LTAI5tAccountItself');
    expect(quiet).not.toContain('seed');
    const [second, note] = await announced('other.json');
    expect(second).toContain('LTAI5tAccountItself');
    expect(note).toContain('state already holds a state: the seed is not used');
  });

  it('names every mistake, quotes no secret, and is exit 2', async () => {
    const cwd = folder();
    const seed = {
      Format: 'kmsx-local-kms-seed/1',
      Accounts: [
        {
          AccountId: '1234567890123456',
          AccessKeys: [{ AccessKeySecret: 'very secret' }],
          Keys: [{ Versions: [{ Material: 7 }] }],
        },
      ],
    };
    writeFileSync(join(cwd, 'seed.json'), JSON.stringify(seed));
    const { code, stdout, stderr } = await kmsx(['local-kms', '--seed', 'seed.json'], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('seed.json: /Accounts/0/AccessKeys/0/AccessKeySecret must be');
    expect(stderr).toContain('; /Accounts/0/Keys/0/Versions/0/Material must be');
    expect(stderr).toContain('schemas/kmsx-local-kms-seed.schema.json');
    expect(stderr).not.toContain('very secret');
    expect((await kmsx(['local-kms', '--seed', 'none.json'], { cwd })).stderr).toContain(
      'none.json',
    );
  });
});
