/* The messages of the DevTools protocol over a pipe: JSON, each ended by a NUL byte. */
import type { Readable, Writable } from 'node:stream';

export type Params = Readonly<Record<string, unknown>>;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Params;
  readonly result?: Params;
  readonly error?: { readonly message: string };
}

export interface Devtools {
  /** Calls a method, of the browser or of a page of it. */
  readonly call: (method: string, params?: Params, sessionId?: string) => Promise<Params>;
  /** Is told every event until the function that it gives is called. */
  readonly listen: (hear: (method: string, params: Params) => void) => () => void;
}

interface Waiting {
  readonly resolve: (result: Params) => void;
  readonly reject: (error: Error) => void;
}

export function devtools(to: Writable, from: Readable): Devtools {
  const waiting = new Map<number, Waiting>();
  const hearers = new Set<(method: string, params: Params) => void>();
  let lastId = 0;
  const receive = ({ id, method, params, result, error }: Message): void => {
    if (method !== undefined) for (const hear of hearers) hear(method, params ?? {});
    const caller = id === undefined ? undefined : waiting.get(id);
    if (id !== undefined) waiting.delete(id);
    if (error === undefined) caller?.resolve(result ?? {});
    else caller?.reject(new Error(error.message));
  };
  let rest = Buffer.alloc(0);
  from.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0)) {
      receive(JSON.parse(rest.toString('utf8', 0, end)) as Message);
      rest = rest.subarray(end + 1);
    }
  });
  from.once('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the browser went away'));
  });
  return {
    call: (method, params = {}, sessionId?) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        to.write(`${JSON.stringify({ id: lastId, method, params, sessionId })}\0`);
      }),
    listen: (hear) => {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
  };
}
