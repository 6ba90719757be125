import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import http from 'node:http';
import type { RecordedRequest, TestServer } from '../../network/servers.ts';
import { startServer } from '../../network/servers.ts';

/** What the embedded KMS answers, before it is made a lie. */
export interface Honest {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
  /** The body as an object, to be changed. */
  readonly fields: Record<string, unknown>;
  readonly request: RecordedRequest;
}

/** What is sent in its place. */
export interface Told {
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer | object;
  /** Ends the connection in the middle of the body. */
  readonly isCut?: boolean;
}

export type Tell = (honest: Honest) => Told;

/** Which answers a lying KMS falsifies: those to an operation, from the n-th on. */
export interface Occasion {
  /** KMS's name of the operation. */
  readonly action: string;
  /** Counted from 1; the first if left out. */
  readonly nth?: number;
}

/** A KMS that passes requests on to an honest one and falsifies some of its answers. It ends with the test. */
export async function startLyingKms(
  endpoint: string,
  { action, nth = 1 }: Occasion,
  tell: Tell,
): Promise<TestServer & { readonly told: () => number }> {
  let asked = 0;
  let told = 0;
  const server = await startServer((request, response) => {
    if (request.headers['x-acs-action'] === action) asked += 1;
    const lies = request.headers['x-acs-action'] === action && asked >= nth;
    if (lies) told += 1;
    void askHonestly(endpoint, request).then((honest) => {
      send(response, honest, lies ? tell(honest) : {});
    });
  });
  return { ...server, told: () => told };
}

async function askHonestly(endpoint: string, request: RecordedRequest): Promise<Honest> {
  const { method, url, headers, body: sent } = request;
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const target = new URL(`${url.pathname}${url.search}`, endpoint);
    http.request(target, { method, headers }, resolve).on('error', reject).end(sent);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const fields = JSON.parse(body.toString()) as Record<string, unknown>;
  return { status: answer.statusCode ?? 0, headers: kept(answer.headers), body, fields, request };
}

/** The embedded KMS's own headers, without those that say how the body travelled. */
function kept(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const travel = ['connection', 'content-length', 'keep-alive', 'transfer-encoding'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !travel.includes(name)));
}

function send(response: ServerResponse, honest: Honest, told: Told): void {
  const { status = honest.status, headers, body = honest.body, isCut = false } = told;
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  response.writeHead(status, {
    ...honest.headers,
    'content-length': isCut ? bytes.length + 1 : bytes.length,
    ...headers,
  });
  if (isCut) response.write(bytes, () => response.destroy());
  else response.end(bytes);
}
