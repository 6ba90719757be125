import type { Block, Rows } from '../../../terminal/help/layout.ts';

/** Variables of the commands below, which are typed as they stand. */
const FINGERPRINT = [
  '$FINGERPRINT',
  'the fingerprint that the custodian of a public key reads aloud: SHA256:…',
] as const;
const CHECK_VALUE = [
  '$CHECK_VALUE',
  'the check value in the record of the ceremony, such as label:…',
] as const;
const MODULE = ['$MODULE', 'the PKCS#11 module of the HSM, a shared library'] as const;

const variables = (...rows: Rows): Block => ({ title: 'In the commands:', rows });

/** `kmsx help lost-hsm`. */
export const LOST_HSM: readonly Block[] = [
  'An HSM is lost, broken or replaced',
  'A data key lives as long as a backup of it opens. KMS exports it again, under the public key of another HSM: no key is generated, and nothing that was encrypted changes.',
  {
    examples: [
      [
        'is this the backup, and is the public key one that KMS takes?',
        'kmsx inspect payments.backup.json new-hsm.pub.pem',
      ],
      [
        'may these credentials open it? no data key is asked for',
        'kmsx doctor --for reexport-key,verify-key --key-id alias/payments --in payments.backup.json --pubkey new-hsm.pub.pem',
      ],
      [
        'export it for the new HSM, and refuse any other public key',
        'kmsx reexport-key --in payments.backup.json --pubkey new-hsm.pub.pem --expect-fingerprint "$FINGERPRINT" --out payments.export.json',
      ],
      [
        'prove that it is the data key of the old HSM',
        'kmsx verify-key --against payments.backup.json --expect-check-value "$CHECK_VALUE"',
      ],
      [
        'put it into the new HSM, which computes the check value itself',
        'kmsx import-key --module "$MODULE" --pin-file pin.txt --privkey "pkcs11:token=payments;object=wrapping" --label payments --in payments.export.json --expect-check-value "$CHECK_VALUE"',
      ],
    ],
  },
  'An HSM that unwraps with SHA-1 alone needs --wrapping-algorithm RSAES_OAEP_SHA_1 for the export: kmsx list-tokens --probe tells.',
  'If the HSM may be in the wrong hands, the data key is too, wherever it could be extracted: make another one with export-key, and encrypt again. Without a backup the data key is lost: KMS keeps no copy.',
  variables(FINGERPRINT, CHECK_VALUE, MODULE),
];

/** `kmsx help move-key`. */
export const MOVE_KEY: readonly Block[] = [
  'Backups move to another KMS key',
  'KMS re-encrypts a backup without showing the data key, and kmsx proves that the new one opens to the same key before it writes it. HSMs keep what they have. The credentials need ReEncryptFrom on the old key, ReEncryptTo on the new one, and ExportDataKey on both (kmsx policy --for reencrypt-key).',
  {
    examples: [
      [
        'would it work? nothing is written',
        'kmsx reencrypt-key --dry-run --in payments.backup.json --to-key-id alias/payments-2027 --backup payments-2027.backup.json',
      ],
      [
        'one backup',
        'kmsx reencrypt-key --in payments.backup.json --to-key-id alias/payments-2027 --backup payments-2027.backup.json',
      ],
      [
        'prove that old and new hold the same data key, and the right one',
        'kmsx verify-key --against payments.backup.json --against payments-2027.backup.json --expect-check-value "$CHECK_VALUE"',
      ],
      [
        'every backup of a folder; what exists is not replaced',
        'mkdir moved; for backup in backups/*.json; do kmsx reencrypt-key --in "$backup" --to-key-id alias/payments-2027 --backup "moved/${backup##*/}"; done',
      ],
    ],
  },
  'Keep the old KMS key enabled until every new backup was verified, and the old backups were put away: a KMS key that is deleted takes all backups under it along. A bare CiphertextBlob needs its encryption context again: --context NAME=VALUE.',
  variables(CHECK_VALUE),
];

/** `kmsx help air-gap`. */
export const AIR_GAP: readonly Block[] = [
  'Work on a machine without a network',
  'The private key stays on the machine without a network, and the credentials of KMS stay on the other one. A USB stick carries the public key one way and the export back: neither is of use to whoever finds it.',
  {
    title: 'On the machine without a network:',
    examples: [
      [
        'a wrapping key pair; its fingerprint is read aloud',
        'kmsx keygen --privkey-out offline.pem --pubkey-out stick/offline.pub.pem --passphrase-file passphrase.txt',
      ],
    ],
  },
  {
    title: 'On the machine that reaches KMS:',
    examples: [
      [
        'refuse a public key that was swapped on the way',
        'kmsx export-key --key-id alias/payments --pubkey stick/offline.pub.pem --expect-fingerprint "$FINGERPRINT" --backup payments.backup.json --out stick/payments.export.json',
      ],
    ],
  },
  {
    title: 'On the machine without a network again:',
    examples: [
      [
        'the check values, to be read aloud',
        'kmsx unwrap-key --in stick/payments.export.json --privkey offline.pem --passphrase-file passphrase.txt --check-value-only',
      ],
      [
        'the data key, into a file that the machine keeps',
        'kmsx unwrap-key --in stick/payments.export.json --privkey offline.pem --passphrase-file passphrase.txt --out payments.key',
      ],
    ],
  },
  {
    title: 'And on the machine that reaches KMS:',
    examples: [
      [
        'prove that the backup holds the data key that arrived',
        'kmsx verify-key --against payments.backup.json --expect-check-value "$CHECK_VALUE"',
      ],
    ],
  },
  'These work without a network: keygen, inspect, unwrap-key, combine, import-key, list-tokens, rehearse and --gateway local. kmsx in one file needs Node.js alone there: docs/how-to/air-gap.md says what to carry, and how to check it. docs/ceremony.md has the whole ceremony.',
  variables(FINGERPRINT, CHECK_VALUE),
];

/** `kmsx help ci`. */
export const CI: readonly Block[] = [
  'Use and rehearse in scripts and CI',
  'Rehearse against the embedded KMS: it needs no account, and no document of a rehearsal is taken for a real one.',
  {
    examples: [
      [
        'is this machine fit? a whole ceremony, in memory',
        'kmsx rehearse --quiet > rehearsal.json',
      ],
      [
        'one step, with credentials and a KMS key of its own',
        'kmsx export-key --gateway local --key-id alias/rehearsal --pubkey pub.pem --backup rehearsed.backup.json --out rehearsed.export.json',
      ],
    ],
  },
  'kmsx local-kms is the same KMS as a server: kmsx local-kms --help shows how a script starts it, with the policies of a real account (--seed), or with failures on purpose (--fault).',
  'Where real keys are used, nobody is there to be asked: --no-input makes every prompt exit code 2, secrets come from files and variables, and errors are JSON.',
  {
    examples: [
      [
        'what must be there before anything is generated',
        'kmsx doctor --no-input --key-id alias/payments --pubkey pub.pem --backup payments.backup.json --out payments.export.json > doctor.jsonl',
      ],
      [
        'a data key; KMS may be away for a minute',
        'kmsx export-key --no-input --error-format json --deadline 300 --max-attempts 20 --key-id alias/payments --pubkey pub.pem --backup payments.backup.json --out payments.export.json',
      ],
      [
        'each night: the backup still opens, to the right key',
        'kmsx verify-key --no-input --quiet --against payments.backup.json --expect-check-value "$CHECK_VALUE" > verified.json',
      ],
    ],
  },
  'Exit code 5 may be tried again, nothing else; 6 means stop (kmsx help exit-codes). Credentials come from the environment, OIDC, a profile or the instance (kmsx help environment); kmsx policy prints the least that a command needs.',
  variables(CHECK_VALUE),
];
