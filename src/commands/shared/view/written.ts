import type { Output, WrittenFile } from '../../../terminal/files/outputs.ts';
import type { ViewRow } from '../../../terminal/output/view.ts';
import { fact, showsViews } from '../../../terminal/output/view.ts';
import type { Session } from '../../../terminal/session.ts';

/** A file that was written, as in `payments.backup.json (1,204 bytes, mode 0600)`. */
export function describeFile({ label, size, mode }: WrittenFile): string {
  const bytes = String(size).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
  return `${label} (${bytes} bytes, mode ${mode.toString(8).padStart(4, '0')})`;
}

/** The rows of a view for the files that were written; streams have none. */
export function fileRows(what: string, outputs: readonly Output[]): ViewRow[] {
  const files = outputs.flatMap(({ written }) => written ?? []);
  return files.map((file) => fact(what, describeFile(file)));
}

/** Names on stderr what was written, unless a view says it on the same terminal. */
export async function tellWritten(places: readonly string[], session: Session): Promise<void> {
  if (showsViews(session) && session.io.stderr.isTerminal) return;
  for (const place of places) await session.reporter.note(`wrote ${place}`);
}
