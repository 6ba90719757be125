/* The runner's own client: it does what a client under test does not offer. Written from the published algorithm. */
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { signWith } from '../../support/local-kms/signers.ts';
import type { Body, Configuration, Reply, Request } from './protocol.ts';
import { repeatedParameters } from './repeated-parameters.ts';

/** Makes one call, signed with ACS3-HMAC-SHA256, over a connection of its own. */
export async function callDirectly(
  { endpoint, protocol, caFile, ...credentials }: Configuration,
  { action, parameters }: Request,
): Promise<Reply> {
  const texts = Object.entries(repeatedParameters(parameters)).map(
    ([name, value]) => [name, String(value)] as const,
  );
  const signed = signWith('ACS3-HMAC-SHA256', {
    ...credentials,
    action,
    query: Object.fromEntries(texts),
    headers: { host: endpoint },
  });
  const { status, text } = await new Promise<{ status: number; text: string }>(
    (resolve, reject) => {
      const isHttps = protocol === 'HTTPS';
      const outgoing = (isHttps ? httpsRequest : httpRequest)(
        `${isHttps ? 'https' : 'http'}://${endpoint}${signed.path}`,
        {
          method: signed.method,
          headers: signed.headers,
          agent: false,
          ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
        },
        (incoming) => {
          let received = '';
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk: string) => (received += chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            resolve({ status: incoming.statusCode ?? 0, text: received });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(signed.body);
    },
  );
  const body = JSON.parse(text) as Body & { Code?: string; Message?: string };
  if (status === 200) return { ok: true, body };
  return { ok: false, code: body.Code ?? '', httpStatus: status, message: body.Message ?? '' };
}
