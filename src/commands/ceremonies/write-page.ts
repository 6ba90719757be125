import type { Input } from '../../terminal/files/inputs.ts';
import { printView, showsViews } from '../../terminal/output/view.ts';
import type { Session } from '../../terminal/session.ts';
import { fileRows } from '../shared/view/written.ts';
import { withOutputs } from '../shared/with-outputs.ts';

/** An HTML page for paper. */
interface Page {
  /** As in "the script is ready to be printed". */
  readonly what: 'script' | 'record';
  readonly html: string;
  /** A file, or `-` for standard output. */
  readonly out: string;
}

/**
 * Writes a page where `--out` says; on a terminal, a file is named there.
 *
 * @param inputs - which the page must not replace
 * @throws KmsxError those of outputs
 */
export async function writePage(
  { what, html, out }: Page,
  inputs: readonly Pick<Input, 'fileId'>[],
  session: Session,
): Promise<void> {
  const request = { option: '--out', path: out, holds: 'document' } as const;
  await withOutputs({ page: request }, inputs, session, async ({ page }) => {
    await page.write(Buffer.from(html));
    if (page.isStdout || !showsViews(session)) return;
    const verdict = `the ${what} is ready to be printed, from a browser`;
    await printView(() => ({ verdict, blocks: [{ rows: fileRows('page', [page]) }] }), session);
  });
}
