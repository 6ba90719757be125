import { findKey } from '../key-lookup.ts';
import { formatDate } from '../key-metadata.ts';
import { pageOf } from '../page.ts';
import { requiredText } from '../read-parameter.ts';
import type { Operation } from './operation.ts';

/** Lists the versions of a KMS key: where GetPublicKey's KeyVersionId comes from. */
export const listKeyVersions: Operation = {
  action: 'ListKeyVersions',
  takesDryRun: false,
  run: (parameters, { store }) => {
    const key = findKey(store.state, requiredText(parameters, 'KeyId'));
    const page = pageOf(parameters, key.versions);
    const versions = page.items.map((version) => ({
      KeyId: key.keyId,
      KeyVersionId: version.keyVersionId,
      CreationDate: formatDate(version.createdAt),
    }));
    return { KeyVersions: { KeyVersion: versions }, ...page.fields };
  },
};
