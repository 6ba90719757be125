import { kmsxError } from '../../../base/error.ts';
import type { KeyIdentifier } from '../../../kms/key-id.ts';
import type { ConnectionOptions } from './connection-options.ts';

/** The options with the region of an ARN, where none is given: for a backup that does not tell its own. */
export function withKeyRegion<T extends ConnectionOptions>(
  options: T,
  keys: readonly KeyIdentifier[],
): T {
  const region = keys.find((key) => key.region !== undefined)?.region;
  return options.region !== undefined || region === undefined ? options : { ...options, region };
}

/**
 * Checks that the keys of one call, and what they open, are in one region: a call goes to one gateway.
 *
 * @throws KmsxError `region-contradicts`
 */
export function assertOneRegion(
  keys: readonly KeyIdentifier[],
  given: { readonly region?: string; readonly documentRegion: string | undefined },
): void {
  const others = [given.region, given.documentRegion, ...keys.map((key) => key.region)];
  for (const { region, text } of keys) {
    const other = others.find((each) => each !== undefined && each !== region);
    if (region === undefined || other === undefined) continue;
    if (other === given.region && [undefined, region].includes(given.documentRegion)) {
      throw kmsxError(
        'region-contradicts',
        `--region says ${other} and the ARN of the key ${region}`,
      );
    }
    const message = `${text} is in ${region}, and the backup or another key in ${other}`;
    throw kmsxError('region-contradicts', message, {
      hints: [
        'one call works in one region: choose a KMS key of the region where the backup was made',
      ],
    });
  }
}
