import type { LocalKmsAnnouncement } from '../../../local-kms/start-local-kms.ts';
import type { View } from '../../../terminal/output/view.ts';
import { fact } from '../../../terminal/output/view.ts';
import { exportLines } from './environment.ts';

/** Where the embedded KMS listens, how another terminal reaches it, and how it is stopped. */
export function listeningView(announcement: LocalKmsAnnouncement): View {
  const { Endpoint, Keys } = announcement;
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
        rows: exportLines(announcement).map((command) => ({ command })),
      },
    ],
  };
}
