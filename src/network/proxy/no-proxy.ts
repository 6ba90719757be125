import { BlockList, isIP } from 'node:net';

/**
 * Whether a host is reached without a proxy, reading `NO_PROXY` as curl does
 * (curl manual, `--noproxy`; lib/noproxy.c): entries separated by commas or white space; a name stands for
 * itself and all names below it, with or without a dot before it; an address for itself; `ADDRESS/BITS` for
 * a network; `*` alone for everything. Letter case and a dot at the end do not matter; ports are unknown.
 *
 * @param host - a name, or an address (IPv6 without brackets)
 * @param noProxy - the value of the variable
 */
export function bypassesProxy(host: string, noProxy: string): boolean {
  const list = noProxy.trim();
  if (list === '*') return true;
  const wanted = normalizeName(host);
  const family = isIP(wanted);
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) =>
      family === 0 ? matchesName(wanted, entry) : matchesAddress(wanted, family, entry),
    );
}

function matchesName(host: string, entry: string): boolean {
  const name = normalizeName(entry).replace(/^\./, '');
  return name !== '' && (host === name || host.endsWith(`.${name}`));
}

function matchesAddress(host: string, family: number, entry: string): boolean {
  const [, address = '', bits] = /^\[?([^\]/]*)\]?(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const longest = family === 6 ? 128 : 32;
  const prefix = bits === undefined ? longest : Number(bits);
  if (isIP(address) !== family || prefix > longest) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const network = new BlockList();
  network.addSubnet(address, prefix, type);
  return network.check(host, type);
}

function normalizeName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
