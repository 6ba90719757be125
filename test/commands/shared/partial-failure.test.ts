import { describe, expect, it } from 'vitest';
import { kmsxError } from '../../../src/base/error.ts';
import type { RepeatedOptions } from '../../../src/commands/shared/partial-failure.ts';
import { namingStandingBackups } from '../../../src/commands/shared/partial-failure.ts';

const HOST = 'kst-x.cryptoservice.kms.aliyuncs.com';
const OPTIONS: RepeatedOptions = {
  pubkey: ['hsm.pem'],
  expectFingerprint: [],
  backupFormat: 'json',
  context: [],
  gateway: 'kst-x',
  caFile: 'ca.pem',
  resolve: [`${HOST}:443:127.0.0.1`, `sts.aliyuncs.com:443:[::1]`],
};

async function commandAfterFailure(options: RepeatedOptions): Promise<string | undefined> {
  const error: unknown = await namingStandingBackups(
    [{ label: 'b.json', in: 'b.json' }],
    options,
    () => Promise.reject(kmsxError('disk-full', 'no space left')),
  ).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return (error as { hints: readonly string[] }).hints.at(-1);
}

describe('the command that goes on from a backup', () => {
  const connection = `--gateway kst-x --ca-file ca.pem --resolve ${HOST}:443:127.0.0.1 --resolve 'sts.aliyuncs.com:443:[::1]'`;

  it('repeats how KMS is reached, and where the export goes', async () => {
    expect(await commandAfterFailure({ ...OPTIONS, out: 'the export.json' })).toBe(
      `go on from the backup: kmsx reexport-key --in b.json --pubkey hsm.pem ${connection} --out 'the export.json'`,
    );
  });

  it('says nothing of an output that is no file', async () => {
    expect(await commandAfterFailure(OPTIONS)).toBe(
      `go on from the backup: kmsx reexport-key --in b.json --pubkey hsm.pem ${connection}`,
    );
  });
});
