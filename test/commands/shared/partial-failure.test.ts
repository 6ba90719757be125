import { describe, expect, it } from 'vitest';
import { kmsxError } from '../../../src/base/error.ts';
import type { ExportedOptions } from '../../../src/commands/shared/partial-failure.ts';
import { rethrowNamingBackups } from '../../../src/commands/shared/partial-failure.ts';

const HOST = 'kst-x.cryptoservice.kms.aliyuncs.com';
const OPTIONS: ExportedOptions = {
  pubkey: ['hsm.pem'],
  expectFingerprint: [],
  backupFormat: 'json',
  context: [],
  gateway: 'kst-x',
  caFile: 'ca.pem',
  resolve: [`${HOST}:443:127.0.0.1`, `sts.aliyuncs.com:443:[::1]`],
};

function commandAfterFailure(options: ExportedOptions): string | undefined {
  try {
    const full = kmsxError('disk-full', 'no space left');
    return rethrowNamingBackups(full, [{ label: 'b.json', in: 'b.json' }], options);
  } catch (error) {
    return (error as { hints: readonly string[] }).hints.at(-1);
  }
}

describe('the command that goes on from a backup', () => {
  const connection = `--gateway kst-x --ca-file ca.pem --resolve ${HOST}:443:127.0.0.1 --resolve 'sts.aliyuncs.com:443:[::1]'`;

  it('repeats how KMS is reached, and where the export goes', () => {
    expect(commandAfterFailure({ ...OPTIONS, out: 'the export.json' })).toBe(
      `go on from the backup: kmsx reexport-key --in b.json --pubkey hsm.pem ${connection} --out 'the export.json'`,
    );
  });

  it('says nothing of an output that is no file', () => {
    expect(commandAfterFailure(OPTIONS)).toBe(
      `go on from the backup: kmsx reexport-key --in b.json --pubkey hsm.pem ${connection}`,
    );
  });
});
