import type { LocalKmsAnnouncement } from '../../../local-kms/start-local-kms.ts';
import { shellWord } from '../../../base/shell-word.ts';
import type { View } from '../../../terminal/output/view.ts';
import { fact } from '../../../terminal/output/view.ts';

/** Where the embedded KMS listens, how another terminal reaches it, and how it is stopped. */
export function listeningView(announcement: LocalKmsAnnouncement): View {
  const { Endpoint, Region, AccessKeyId, AccessKeySecret, CaFile, Keys } = announcement;
  const variables: readonly (readonly [string, string | undefined])[] = [
    ['KMSX_ENDPOINT', Endpoint],
    ['KMSX_CA_FILE', CaFile],
    ['ALIBABA_CLOUD_REGION_ID', Region],
    ['ALIBABA_CLOUD_ACCESS_KEY_ID', AccessKeyId],
    ['ALIBABA_CLOUD_ACCESS_KEY_SECRET', AccessKeySecret],
  ];
  return {
    verdict: `The embedded KMS listens on ${Endpoint}; Ctrl-C stops it`,
    blocks: [
      {
        rows: Keys.map(({ KeyId, Aliases, KeySpec }) =>
          fact('KMS key', [...Aliases, KeyId, KeySpec].join(', ')),
        ),
      },
      {
        title: 'In another terminal',
        rows: variables.flatMap(([name, value]) =>
          value === undefined ? [] : [{ command: `export ${name}=${shellWord(value)}` }],
        ),
      },
    ],
  };
}
