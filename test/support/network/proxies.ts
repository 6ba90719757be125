import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tlsFile } from './servers.ts';
import type { Network } from './namespace.ts';

/** A proxy of Debian's that runs in a network of the tests' own. */
export interface RealProxy {
  readonly port: number;
  /** Of squid alone: the port that speaks TLS, with the certificate `localhost` of test/keys/tls. */
  readonly tlsPort?: number;
  /** The lines of its access log since it was last asked for them. */
  newLog(): string;
}

const PROXY_USER = 'alice';
/** Its characters must be percent-encoded in a URL. */
export const PROXY_PASSWORD = 'canary:p@ss/wörd%';

/** `http://USER:PASSWORD@HOST:PORT`, as a variable has it. */
export function proxyUrl(port: number, host = '127.0.0.1', scheme = 'http'): string {
  return `${scheme}://${PROXY_USER}:${encodeURIComponent(PROXY_PASSWORD)}@${host}:${port}`;
}

export interface SquidOptions {
  readonly port: number;
  readonly tlsPort: number;
  /** Names that squid alone knows. */
  readonly hosts: readonly string[];
  /** A name that it lets nobody through to. */
  readonly denied: string;
}

/** Starts Debian's squid (package squid-openssl), which wants PROXY_USER and PROXY_PASSWORD. */
export async function startSquid(network: Network, options: SquidOptions): Promise<RealProxy> {
  const { port, tlsPort, hosts, denied } = options;
  const at = (name: string): string => join(network.folder, name);
  const hash = execFileSync('openssl', ['passwd', '-apr1', '-stdin'], { input: PROXY_PASSWORD });
  writeFileSync(at('squid-users'), `${PROXY_USER}:${hash.toString().trim()}\n`);
  writeFileSync(at('squid-hosts'), `${hosts.join('\n')}\n`);
  // Squid gives its rights up: what it reads must be readable, what it writes writable.
  for (const name of ['localhost.pem', 'localhost.key.pem']) {
    writeFileSync(at(name), readFileSync(tlsFile(name)));
  }
  writeFileSync(at('squid.log'), '');
  chmodSync(at('squid.log'), 0o666);
  const config = [
    `http_port 127.0.0.1:${port}`,
    `https_port 127.0.0.1:${tlsPort} tls-cert=${at('localhost.pem')} tls-key=${at('localhost.key.pem')}`,
    'pid_filename none',
    'cache_log /dev/null',
    `access_log stdio:${at('squid.log')}`,
    'buffered_logs off',
    'cache deny all',
    'pinger_enable off',
    'visible_hostname proxy.test',
    'shutdown_lifetime 0 seconds',
    `hosts_file ${at('squid-hosts')}`,
    'dns_nameservers 127.0.0.1',
    'dns_timeout 1 second',
    'dns_retransmit_interval 1 second',
    'connect_timeout 2 seconds',
    `auth_param basic program /usr/lib/squid/basic_ncsa_auth ${at('squid-users')}`,
    'auth_param basic children 1',
    'auth_param basic utf8 on',
    'acl users proxy_auth REQUIRED',
    `acl denied dstdomain ${denied}`,
    'http_access deny denied',
    'http_access allow users',
    'http_access deny all',
  ];
  writeFileSync(at('squid.conf'), `${config.join('\n')}\n`);
  network.start('squid', ['-N', '-f', at('squid.conf')]).stderr.resume();
  await network.waitFor('127.0.0.1', port);
  await network.waitFor('127.0.0.1', tlsPort);
  return { port, tlsPort, newLog: logReader(at('squid.log')) };
}

/** Starts Debian's tinyproxy, which wants PROXY_USER and the password `canary`, and knows the names of the network. */
export async function startTinyproxy(network: Network, port: number): Promise<RealProxy> {
  const at = (name: string): string => join(network.folder, name);
  const config = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    'Timeout 30',
    `LogFile "${at('tinyproxy.log')}"`,
    'LogLevel Connect',
    `BasicAuth ${PROXY_USER} canary`,
  ];
  writeFileSync(at('tinyproxy.conf'), `${config.join('\n')}\n`);
  network.start('tinyproxy', ['-d', '-c', at('tinyproxy.conf')]).stderr.resume();
  await network.waitFor('127.0.0.1', port);
  return { port, newLog: logReader(at('tinyproxy.log')) };
}

function logReader(path: string): () => string {
  let seen = 0;
  return () => {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const fresh = text.slice(seen);
    seen = text.length;
    return fresh;
  };
}
