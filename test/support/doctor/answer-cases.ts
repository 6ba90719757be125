import type { ServerResponse } from 'node:http';
import { closedPort, json, startProxy, startServer, startTcpServer } from '../network/servers.ts';
import type { DoctorCase, Scene } from './scenes.ts';
import { GOOD, GOOD_KEY, HASTY, ONCE, proxied, PUBKEY } from './scenes.ts';
import type { DoctorStage } from './stage.ts';

async function refusingProxy(stage: DoctorStage, status: number): Promise<Scene> {
  const proxy = await startProxy(stage.tls.port, { status });
  return proxied(stage, proxy.url.replace('//', '//canary-user:canary-password@'));
}

/** A server that answers as KMS never does. */
async function answering(
  respond: (response: ServerResponse) => void,
  limits = ONCE,
): Promise<Scene> {
  const { url } = await startServer((_, response) => {
    respond(response);
  });
  return { args: ['--endpoint', url, ...limits, ...GOOD_KEY, ...PUBKEY], env: GOOD };
}

/** Proxies in between, and what answers in place of KMS. */
export const ANSWER_CASES: readonly DoctorCase[] = [
  {
    title: 'a proxy that nothing listens on',
    scene: async (stage) => proxied(stage, `http://127.0.0.1:${await closedPort()}`),
    ...{ check: 'proxy', code: 'proxy-failed', exit: 5 },
    message: /ECONNREFUSED/,
    others: { gateway: 'not-reached', tls: 'not-reached', identity: 'not-reached' },
  },
  {
    title: 'a proxy that does not exist',
    scene: (stage) => proxied(stage, 'http://canary-user:canary-password@proxy.invalid:3128'),
    ...{ check: 'proxy', code: 'proxy-failed', exit: 5 },
    message: /proxy\.invalid:3128/,
  },
  {
    title: 'a proxy that wants another password',
    scene: (stage) => refusingProxy(stage, 407),
    ...{ check: 'proxy', code: 'proxy-failed', exit: 5 },
    message: /407/,
    hint: /user and a password/,
  },
  {
    title: 'a proxy that does not let this through',
    scene: (stage) => refusingProxy(stage, 403),
    ...{ check: 'proxy', code: 'proxy-failed', exit: 5 },
    message: /403/,
    hint: /NO_PROXY/,
  },
  {
    title: 'a proxy that says nothing',
    scene: async (stage) =>
      proxied(stage, `http://127.0.0.1:${await startTcpServer(() => undefined)}`, HASTY),
    ...{ check: 'proxy', code: 'proxy-failed', exit: 5 },
    message: /in time/,
  },
  {
    title: 'a socks proxy',
    scene: (stage) => proxied(stage, 'socks5://canary-user:canary-password@127.0.0.1:1080'),
    ...{ check: 'proxy', code: 'proxy-unsupported', exit: 2 },
  },
  {
    title: 'a wrong authority behind a proxy',
    scene: async (stage: DoctorStage): Promise<Scene> => {
      const other = await startServer((_, response) => {
        json(response, {});
      }, 'instance');
      return proxied(stage, (await startProxy(other.port)).url);
    },
    ...{ check: 'tls', code: 'tls-failed', exit: 5 },
    others: { proxy: 'pass' },
  },

  {
    title: 'a login page',
    scene: () =>
      answering((response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>canary</html>');
      }),
    ...{ check: 'signature', code: 'not-kms', exit: 5 },
    others: { tcp: 'pass' },
  },
  {
    title: 'a server that takes the request and never answers',
    scene: () => answering(() => undefined, HASTY),
    ...{ check: 'signature', code: 'timed-out', exit: 5 },
    others: { clock: 'not-reached' },
    isSlow: true,
  },
  {
    title: 'a clock that is 20 minutes behind',
    scene: () =>
      answering((response) => {
        json(response, {}, 400, { Date: new Date(Date.now() + 1_200_000).toUTCString() });
      }),
    ...{ check: 'clock', code: 'clock-wrong', exit: 4 },
    message: /20 min behind/,
    hint: /set-ntp/,
    others: { credentials: 'pass', tcp: 'pass', signature: 'not-reached' },
  },
  {
    title: 'a clock that is two days ahead',
    scene: () =>
      answering((response) => {
        json(response, {}, 400, { Date: new Date(Date.now() - 172_800_000).toUTCString() });
      }),
    ...{ check: 'clock', code: 'clock-wrong', exit: 4 },
    message: /2 days ahead/,
  },
  {
    title: 'a time that KMS does not take, whatever the Date header says',
    scene: () =>
      answering((response) => {
        json(response, { Code: 'InvalidTimeStamp.Expired', RequestId: 'R-1' }, 400);
      }),
    ...{ check: 'signature', code: 'InvalidTimeStamp.Expired', exit: 4 },
  },
  {
    title: 'an account without KMS',
    scene: () =>
      answering((response) => {
        json(response, { Code: 'Forbidden.KmsServiceNotEnabled', RequestId: 'R-1' }, 403);
      }),
    ...{ check: 'key', code: 'Forbidden.KmsServiceNotEnabled', exit: 4 },
    hint: /enable KMS/,
  },
];
