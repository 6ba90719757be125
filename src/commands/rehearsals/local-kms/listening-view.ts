import type { LocalKmsAnnouncement } from '../../../local-kms/start-local-kms.ts';
import type { View } from '../../../terminal/output/view.ts';
import { fact } from '../../../terminal/output/view.ts';
import { exportLines } from '../../../local-kms/client-environment.ts';

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

/**
 * The same for a terminal that shows no view, in one line.
 *
 * @param isForShell - whether lines of a shell were printed, and not JSON
 * @param pid - of this process: it may run in the background
 */
export function listeningNote(
  { Endpoint }: LocalKmsAnnouncement,
  isForShell: boolean,
  pid: number,
): string {
  const how = isForShell ? 'a shell that sources the lines printed reaches it; ' : '';
  return `the embedded KMS listens on ${Endpoint}; ${how}Ctrl-C or kill ${pid} stops it`;
}
