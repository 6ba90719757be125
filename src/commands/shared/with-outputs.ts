import type { Input } from '../../terminal/files/inputs.ts';
import type { OutputRequest } from '../../terminal/files/output-place.ts';
import type { Output } from '../../terminal/files/outputs.ts';
import { discardAll, prepareOutputs } from '../../terminal/files/outputs.ts';
import { documentForStdout, jsonLine } from '../../terminal/output/json-output.ts';
import type { View } from '../../terminal/output/view.ts';
import { printView, showsViews } from '../../terminal/output/view.ts';
import type { Session } from '../../terminal/session.ts';
import { describeFile, tellWritten } from './view/written.ts';

/** What a command asks for, under names of its own. */
type OutputRequests = Readonly<Record<string, OutputRequest | readonly OutputRequest[]>>;

/** The outputs under the names of their requests. */
type NamedOutputs<R extends OutputRequests> = {
  readonly [Name in keyof R]: R[Name] extends OutputRequest ? Output : readonly Output[];
};

/**
 * Checks every output and makes it ready, uses them, names each file that was written, and discards what was not.
 *
 * @throws KmsxError those of `prepareOutputs` before `use` is called
 */
export async function withOutputs<R extends OutputRequests, T>(
  requests: R,
  inputs: readonly Pick<Input, 'fileId'>[],
  session: Session,
  use: (outputs: NamedOutputs<R>) => Promise<T>,
): Promise<T> {
  const all = Object.values(requests).flat();
  const outputs = await prepareOutputs(all, inputs, { ...session.options, ...session });
  try {
    const result = await use(nameOutputs(requests, outputs));
    await tellWritten(
      outputs.flatMap(({ written }) => (written === undefined ? [] : [describeFile(written)])),
      session,
    );
    return result;
  } finally {
    await discardAll(outputs);
  }
}

function nameOutputs<R extends OutputRequests>(
  requests: R,
  outputs: readonly Output[],
): NamedOutputs<R> {
  const rest = [...outputs];
  const named = Object.entries(requests).map(([name, request]) => [
    name,
    'path' in request ? rest.shift() : rest.splice(0, request.length),
  ]);
  return Object.fromEntries(named) as NamedOutputs<R>;
}

/** Writes a document: compact in a file or pipe, indented on a terminal, which then is the only place of it. */
export async function writeDocument(
  value: object,
  output: Output,
  session: Session,
): Promise<void> {
  await output.write(output.isStdout ? documentForStdout(value, session) : jsonLine(value));
}

/** Writes a report: as `writeDocument`, but where views are shown its view is enough for a terminal. */
export async function writeReport(
  value: object,
  output: Output,
  session: Session,
  view: () => View,
): Promise<void> {
  if (!output.isStdout || !showsViews(session)) await writeDocument(value, output, session);
  await printView(view, session);
}
