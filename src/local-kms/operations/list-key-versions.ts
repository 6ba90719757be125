import { findKey } from '../keys/key-lookup.ts';
import { keyVersionMetadata } from '../keys/key-metadata.ts';
import { pageOf } from '../request/page.ts';
import { requiredText } from '../request/read-parameter.ts';
import type { Operation } from './operation.ts';

/** Lists the versions of a KMS key, the oldest first: where GetPublicKey's KeyVersionId comes from. */
export const listKeyVersions: Operation = {
  action: 'ListKeyVersions',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: (parameters, context) => {
    const key = findKey(context, requiredText(parameters, 'KeyId'), 'kms:ListKeyVersions');
    const page = pageOf(parameters, key.versions);
    const versions = page.items.map((version) => keyVersionMetadata(key, version));
    return { KeyVersions: { KeyVersion: versions }, ...page.fields };
  },
};
