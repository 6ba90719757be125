import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  CommandUse,
  Permission,
  PolicyCommand,
} from '../../../src/account/command-permissions.ts';
import { permissionsFor, POLICY_COMMANDS } from '../../../src/account/command-permissions.ts';
import type { RamPolicy } from '../../../src/account/ram-policy.ts';
import { ramPolicy } from '../../../src/account/ram-policy.ts';
import { parseKeyId } from '../../../src/kms/key-id.ts';
import { parsePolicy } from '../../../src/local-kms/permissions/policy.ts';

const ARN = 'acs:kms:cn-hangzhou:1234567890123456:';
const KEY = parseKeyId(`${ARN}key/key-a`);
const NEW_KEY = parseKeyId(`${ARN}key/key-b`);
const RSA_KEY = parseKeyId(`${ARN}key/key-rsa`);

function request(commands: readonly PolicyCommand[], more: Partial<CommandUse> = {}): CommandUse {
  return {
    commands,
    key: KEY,
    newKey: undefined,
    sourceKey: undefined,
    severalPubkeys: false,
    makesSecrets: false,
    keptSecrets: [],
    secretPrefixes: [],
    ...more,
  };
}

/** Actions and resources, as a policy document pairs them. */
function pairsOf({ Statement }: RamPolicy): string[] {
  return Statement.flatMap(({ Action, Resource }) =>
    Action.flatMap((action) => Resource.map((resource) => `${action} ${resource}`)),
  ).sort();
}

function namesOf(permissions: readonly Permission[]): string[] {
  return permissions.map(({ action, resource }) => `${action} ${resource}`).sort();
}

describe('the least RAM policy', () => {
  it('of an export is one action on one key', () => {
    expect(ramPolicy(permissionsFor(request(['export-key'])))).toEqual({
      Version: '1',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['kms:GenerateAndExportDataKey'],
          Resource: [`${ARN}key/key-a`],
        },
      ],
    });
  });

  it.each<[string, CommandUse, string[]]>([
    [
      'an export to several keys, with a backup in KMS',
      request(['export-key'], { severalPubkeys: true, makesSecrets: true }),
      ['CreateSecret secret', 'ExportDataKey key/key-a', 'GenerateAndExportDataKey key/key-a'],
    ],
    [
      'a recovery from a secret',
      request(['recover-key'], { keptSecrets: ['backups/payments'] }),
      ['Decrypt key/key-a', 'GetSecretValue secret/backups/payments'],
    ],
    [
      'a change of the KMS key, whose verification exports both backups',
      request(['reencrypt-key'], { newKey: NEW_KEY }),
      [
        'ExportDataKey key/key-a',
        'ExportDataKey key/key-b',
        'ReEncryptFrom key/key-a',
        'ReEncryptTo key/key-b',
      ],
    ],
    [
      'an export for an RSA key of KMS that comes back under a symmetric one',
      request(['reencrypt-key'], { newKey: NEW_KEY, sourceKey: RSA_KEY }),
      [
        'ExportDataKey key/key-a',
        'ExportDataKey key/key-b',
        'ReEncryptFrom key/key-rsa',
        'ReEncryptTo key/key-b',
      ],
    ],
    [
      'the list of keys',
      request(['list-keys']),
      ['DescribeKey key/*', 'ListAliases alias', 'ListKeys key'],
    ],
    ['a drill of folders', request(['drill']), ['ExportDataKey key/key-a']],
    [
      'a drill of secrets',
      request(['drill', 'list-backups'], { secretPrefixes: ['pay-'] }),
      ['ExportDataKey key/key-a', 'ListSecrets secret', 'GetSecretValue secret/pay-*'],
    ],
  ])('of %s', (_, asked, expected) => {
    const pairs = expected.map((pair) => {
      const [action = '', resource = ''] = pair.split(' ');
      return `kms:${action} ${ARN}${resource}`;
    });
    expect(pairsOf(ramPolicy(permissionsFor(asked)))).toEqual(pairs.sort());
  });

  const requests = fc
    .record({
      commands: fc.subarray([...POLICY_COMMANDS], { minLength: 1 }),
      newKey: fc.constantFrom(NEW_KEY, KEY),
      sourceKey: fc.constantFrom(undefined, RSA_KEY),
      severalPubkeys: fc.boolean(),
      makesSecrets: fc.boolean(),
      keptSecrets: fc.uniqueArray(fc.constantFrom('a', 'b/c', 'd')),
      secretPrefixes: fc.uniqueArray(fc.constantFrom('pay', 'x')),
    })
    .map(({ commands, ...more }) => request(commands, more));

  it('allows each permission and nothing else, each once, in statements that RAM reads', () => {
    fc.assert(
      fc.property(requests, (asked) => {
        const permissions = permissionsFor(asked);
        fc.pre(permissions.length > 0); // list-backups of folders needs none, and policy refuses it
        const policy = ramPolicy(permissions);
        expect(pairsOf(policy)).toEqual(namesOf(permissions));
        expect(new Set(pairsOf(policy)).size).toBe(permissions.length);
        const resources = policy.Statement.map(({ Resource }) => Resource.join());
        expect(new Set(resources).size).toBe(resources.length);
        expect(typeof parsePolicy(JSON.parse(JSON.stringify(policy)) as never)).toBe('object');
      }),
    );
  });

  it('of several commands allows what theirs do together, however they are ordered', () => {
    fc.assert(
      fc.property(requests, (asked) => {
        const { commands } = asked;
        const together = namesOf(permissionsFor(asked));
        const each = commands.flatMap((command) =>
          namesOf(permissionsFor({ ...asked, commands: [command] })),
        );
        expect([...new Set(each)].sort()).toEqual(together);
        const reversed = { ...asked, commands: commands.toReversed() };
        expect(namesOf(permissionsFor(reversed))).toEqual(together);
      }),
    );
  });
});
