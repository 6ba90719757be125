import type { Input } from '../../terminal/files/inputs.ts';
import type { OutputRequest } from '../../terminal/files/output-place.ts';
import type { Output } from '../../terminal/files/outputs.ts';
import { discardAll, prepareOutputs } from '../../terminal/files/outputs.ts';
import { jsonForStdout, jsonLine } from '../../terminal/output/json-output.ts';
import type { Session } from '../../terminal/session.ts';

/** What a command asks for, under names of its own. */
type OutputRequests = Readonly<Record<string, OutputRequest | readonly OutputRequest[]>>;

/** The outputs under the names of their requests. */
type NamedOutputs<R extends OutputRequests> = {
  readonly [Name in keyof R]: R[Name] extends OutputRequest ? Output : readonly Output[];
};

/**
 * Checks every output and makes it ready, uses them, and discards what was not written.
 *
 * @throws KmsxError those of `prepareOutputs` before `use` is called
 */
export async function withOutputs<R extends OutputRequests, T>(
  requests: R,
  inputs: readonly Pick<Input, 'fileId'>[],
  { io, options, reporter }: Session,
  use: (outputs: NamedOutputs<R>) => Promise<T>,
): Promise<T> {
  const all = Object.values(requests).flat();
  const outputs = await prepareOutputs(all, inputs, { ...options, io, reporter });
  try {
    return await use(nameOutputs(requests, outputs));
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

/** Writes JSON: compact in a file or pipe, indented on a terminal. */
export async function writeJson(
  value: object,
  output: Output,
  { io, options }: Session,
): Promise<void> {
  await output.write(output.isStdout ? jsonForStdout(value, io, options.color) : jsonLine(value));
}
