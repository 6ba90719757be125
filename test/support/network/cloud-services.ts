/*
 * A program for a network of the tests' own: STS at 127.0.0.1:443 under the name sts.aliyuncs.com, and the metadata of
 * an instance at 100.100.100.200:80. Both give the same session, whoever asks; a line on stdout says who did.
 */
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import http from 'node:http';
import https from 'node:https';

const [folder = '', sessionJson = '{}'] = process.argv.slice(2);
const session = JSON.parse(sessionJson) as Readonly<Record<string, string>>;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function answer(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ RequestId: 'R-1', Code: 'Success', ...body }));
}

const tls = {
  cert: readFileSync(`${folder}/sts.pem`),
  key: readFileSync(`${folder}/sts.key.pem`),
};
https
  .createServer(tls, (request, response) => {
    request.resume();
    say(`STS ${request.headers.host ?? ''}`);
    answer(response, {
      Code: undefined,
      Credentials: session,
      AssumedRoleUser: { Arn: 'acs:ram::1234567890123456:role/role', AssumedRoleId: '1' },
    });
  })
  .listen(443, '127.0.0.1');
http
  .createServer((request, response) => {
    const { url = '' } = request;
    say(`metadata ${url}`);
    if (url === '/latest/api/token') response.end('metadata-token');
    else if (url.endsWith('/security-credentials/')) response.end('role');
    else answer(response, session);
  })
  .listen(80, '100.100.100.200');
