import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bypassesProxy } from '../../../../src/network/proxy/no-proxy.ts';

describe('bypassesProxy', () => {
  test.each([
    // names and suffixes, as `curl --noproxy` takes them
    ['kms.example.com', 'kms.example.com', true],
    ['kms.example.com', 'example.com', true],
    ['kms.example.com', '.example.com', true],
    ['example.com', '.example.com', true],
    ['kmsexample.com', 'example.com', false],
    ['kms.example.com', 'kms.example', false],
    ['example.com', 'kms.example.com', false],
    ['KMS.Example.COM', 'example.com', true],
    ['kms.example.com', 'EXAMPLE.com', true],
    ['kms.example.com.', 'example.com', true],
    ['kms.example.com', 'example.com.', true],
    ['kms.example.com', '*.example.com', false],
    ['kms.example.com', 'example.com:443', false],
    // lists
    ['kms.example.com', 'localhost,example.com', true],
    ['kms.example.com', 'localhost example.com', true],
    ['kms.example.com', ' localhost , , example.com ', true],
    ['kms.example.com', 'localhost,other.com', false],
    ['kms.example.com', '', false],
    ['kms.example.com', '.', false],
    // the star
    ['kms.example.com', '*', true],
    ['10.0.0.5', ' * ', true],
    ['kms.example.com', 'localhost,*', false],
    // addresses and networks
    ['10.0.0.5', '10.0.0.5', true],
    ['10.0.0.5', '10.0.0.6', false],
    ['10.0.0.5', '0.5', false],
    ['10.0.0.5', '10.0.0.0/8', true],
    ['11.0.0.5', '10.0.0.0/8', false],
    ['10.1.2.3', '10.1.2.3/32', true],
    ['10.1.2.3', '10.0.0.0/33', false],
    ['10.1.2.3', '10.0.0.0/x', false],
    ['kms.example.com', '0.0.0.0/0', false],
    ['2001:db8::5', '2001:db8::5', true],
    ['2001:db8::5', '2001:0db8:0:0:0:0:0:5', true],
    ['2001:db8::5', '[2001:db8::5]', true],
    ['2001:db8::5', '2001:db8::/32', true],
    ['2001:db9::5', '2001:db8::/32', false],
    ['2001:db8::5', '[2001:db8::]/32', true],
    ['2001:db8::5', '2001:db8::/129', false],
    ['fd00:1::5', 'fc00::/7', true],
    ['2001:db8::5', '::/0', true],
    ['10.0.0.5', '::/0', false],
    ['10.0.0.5', '10.0.0.0/08', true],
    ['10.0.0.5', '10.0.0.0/', false],
    ['2001:db8::5', '10.0.0.0/8', false],
  ])('%s with NO_PROXY=%j: %s', (host, list, expected) => {
    expect(bypassesProxy(host, list)).toBe(expected);
  });

  const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,5}[a-z0-9]$/);
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));

  test('knows a name by its last labels, and by nothing less', () => {
    fc.assert(
      fc.property(name, name, (host, entry) => {
        const labels = host.split('.');
        const suffixes = labels.map((_, index) => labels.slice(index).join('.'));
        expect(bypassesProxy(host, entry)).toBe(suffixes.includes(entry));
        expect(bypassesProxy(host, `.${entry}`)).toBe(suffixes.includes(entry));
      }),
    );
  });

  test('knows an IPv4 network by its first bits', () => {
    const address = fc.integer({ min: 0, max: 0xff_ff_ff_ff });
    const bits = fc.integer({ min: 0, max: 32 });
    fc.assert(
      fc.property(address, address, bits, (a, b, prefix) => {
        const mask = prefix === 0 ? 0n : (0xff_ff_ff_ffn << BigInt(32 - prefix)) & 0xff_ff_ff_ffn;
        const isInside = (BigInt(a) & mask) === (BigInt(b) & mask);
        expect(bypassesProxy(dotted(a), `${dotted(b)}/${prefix}`)).toBe(isInside);
      }),
    );
  });

  test('finds an entry wherever it stands in a list', () => {
    fc.assert(
      fc.property(name, fc.array(name), fc.array(name), (host, before, after) => {
        expect(bypassesProxy(host, [...before, host, ...after].join(','))).toBe(true);
      }),
    );
  });

  test('never throws, whatever the variable holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.ipV4(), fc.ipV6(), (list, four, six) => {
        for (const host of ['kms.example.com', four, six]) {
          expect(typeof bypassesProxy(host, list)).toBe('boolean');
        }
      }),
    );
  });
});

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}
