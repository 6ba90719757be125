import { BlockList, isIP } from 'node:net';

/**
 * Makes a matcher of an IP address or of a range of them (RFC 4632, RFC 4291): `203.0.113.7`, `203.0.113.0/24`,
 * `2001:db8::/32`.
 *
 * @returns undefined if the range is neither
 */
export function addressMatcher(range: string): ((address: string) => boolean) | undefined {
  const [network = '', length, ...rest] = range.split('/');
  const version = isIP(network);
  if (version === 0 || network.includes('%') || rest.length > 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return undefined;
  const list = new BlockList();
  const family = version === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, prefix, family);
  return (address) => isIP(address) === version && list.check(address, family);
}
