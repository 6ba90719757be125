/* Chromium without a window, as whoever prints a page uses it. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll } from 'vitest';
import type { Devtools, Params } from './devtools.ts';
import { devtools } from './devtools.ts';

/** In inches, as browsers count paper. */
const PAPERS = {
  A4: { paperWidth: 210 / 25.4, paperHeight: 297 / 25.4 },
  Letter: { paperWidth: 8.5, paperHeight: 11 },
} as const;

export type Paper = keyof typeof PAPERS;

/** A page as a browser printed it. */
export interface Printed {
  readonly pdf: Buffer;
  /** Every URL that the page made the browser ask for, its own among them. */
  readonly requests: readonly string[];
  /** Those that a policy of the page forbade: nothing was sent. */
  readonly blocked: readonly string[];
  /** What the console says, such as what a policy of the page forbade. */
  readonly complaints: readonly string[];
}

/**
 * @param url - what is opened
 * @param prepare - JavaScript that is run in the page before it is printed
 */
export type Print = (url: string, paper: Paper, prepare?: string) => Promise<Printed>;

/** Starts a browser for the tests of a file. It knows no name of any host. */
export function useBrowser(): Print {
  const profile = mkdtempSync(join(tmpdir(), 'kmsx-browser-'));
  let child: ChildProcess | undefined;
  let browser: Devtools | undefined;
  beforeAll(() => {
    child = spawn(
      'chromium',
      [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--host-resolver-rules=MAP * ~NOTFOUND',
        `--user-data-dir=${profile}`,
        '--remote-debugging-pipe',
      ],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
    );
    browser = devtools(child.stdio[3] as Writable, child.stdio[4] as Readable);
  });
  afterAll(async () => {
    if (child?.exitCode === null) {
      const exit = once(child, 'exit');
      await browser?.call('Browser.close');
      await exit;
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  return async (url, paper, prepare) => {
    if (browser === undefined) throw new Error('no browser');
    return print(browser, url, paper, prepare);
  };
}

async function print(browser: Devtools, url: string, paper: Paper, prepare = ''): Promise<Printed> {
  const requests = new Map<unknown, string>();
  const blocked = new Set<unknown>();
  const complaints: string[] = [];
  const { targetId } = await browser.call('Target.createTarget', { url: 'about:blank' });
  const attached = await browser.call('Target.attachToTarget', { targetId, flatten: true });
  const call = (method: string, params?: Params): Promise<Params> =>
    browser.call(method, params, String(attached['sessionId']));
  let tellLoaded = (): void => undefined;
  const loaded = new Promise<void>((resolve) => {
    tellLoaded = resolve;
  });
  const stop = browser.listen((method, params) => {
    if (method === 'Page.loadEventFired') tellLoaded();
    if (method === 'Network.requestWillBeSent') requests.set(params['requestId'], urlOf(params));
    if (params['blockedReason'] === 'csp') blocked.add(params['requestId']);
    if (method === 'Log.entryAdded') complaints.push(JSON.stringify(params['entry']));
  });
  try {
    for (const domain of ['Page', 'Network', 'Log']) await call(`${domain}.enable`);
    await call('Page.navigate', { url });
    await loaded;
    await call('Runtime.evaluate', { expression: prepare });
    const { data } = await call('Page.printToPDF', PAPERS[paper]);
    return {
      pdf: Buffer.from(String(data), 'base64'),
      requests: [...requests.values()],
      blocked: [...requests].flatMap(([id, asked]) => (blocked.has(id) ? [asked] : [])),
      complaints,
    };
  } finally {
    stop();
    await browser.call('Target.closeTarget', { targetId });
  }
}

function urlOf(params: Params): string {
  const { request } = params as { readonly request: { readonly url: string } };
  return request.url;
}
