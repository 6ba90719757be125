/* Which page of the documentation is run how. */
import { TRANSLATIONS } from './translations.ts';

export interface RunPage {
  readonly page: string;
  /** `bash`: `set -euo pipefail`; otherwise the shell of POSIX, `set -eu`. */
  readonly shell?: 'bash';
  /** Blocks are alternatives, each typed into a shell of its own. */
  readonly isEachInOwnShell?: boolean;
  /** The page puts kmsx on the PATH itself. */
  readonly isWithoutKmsx?: boolean;
  /** The page is about Alibaba Cloud: the embedded KMS answers in its place, and says that it is a rehearsal. */
  readonly isAlibabaCloud?: boolean;
  /** Programs that stand in for those that are not here, in bash. */
  readonly standIns?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** What has happened before the first block that has a text. */
  readonly before?: Readonly<Record<string, string>>;
}

interface NotRunPage {
  readonly page: string;
  readonly notRun: string;
}

export const NO_COMMANDS = 'it has no commands but in tables and prose';

/** The pair of an HSM, as files; another HSM's public key. */
const PUBKEY = 'cp "$TEST_KEYS/rsa-2048-pub.pem" hsm.pub.pem';
const PAIR = `cp "$TEST_KEYS/rsa-2048.pem" hsm.pem; ${PUBKEY}`;
const NEW_PUBKEY = 'cp "$TEST_KEYS/rsa-2048-pub.pem" new-hsm.pub.pem';

/** What a ceremony has left: a backup, and the check values in a record. */
const CEREMONY = `
kmsx keygen --no-passphrase --privkey-out old.pem --pubkey-out old.pub.pem
kmsx export-key --key-id alias/payments --pubkey old.pub.pem --backup payments.backup.json --out old.json
kmsx unwrap-key --in old.json --privkey old.pem --check-value-only > record.json
rm old.pem old.pub.pem old.json`;

/** kmsx in one file, in a folder. */
const standalone = (folder: string): string =>
  `mkdir -p ${folder}; cp "$STANDALONE" "$STANDALONE.sha256" ${folder}`;

const ORIGINALS: readonly (RunPage | NotRunPage)[] = [
  {
    page: 'README.md',
    isWithoutKmsx: true,
    standIns: { npm: ':' }, // test/interop/docs/readme.test.ts runs the set-up commands
  },
  {
    page: 'docs/first-hour.md',
    isWithoutKmsx: true,
    isAlibabaCloud: true,
    standIns: { npm: '[ "$1" != run ] || "$KMSX" rehearse' },
  },
  {
    page: 'docs/recipes.md',
    shell: 'bash',
    isAlibabaCloud: true,
    standIns: {
      kubectl: `[ "$*" = 'create secret generic payments-data-key --from-file=key=/dev/stdin' ]
[ "$(wc -c < /dev/stdin)" -eq 32 ]`,
    },
    before: {
      'set -euo pipefail': `${PAIR}
printf '%s\\n' cards loans > names.txt
echo 'the report' > report.txt
${standalone('tools')}`,
      'kind: Job': 'mkdir backups',
    },
  },
  {
    page: 'docs/how-to/air-gap.md',
    isAlibabaCloud: true,
    before: {
      'cp kmsx-standalone.cjs': `mkdir stick offline; ${standalone('.')}
echo 'a passphrase' > offline/passphrase.txt; chmod 600 offline/passphrase.txt`,
      '"$FINGERPRINT"':
        'FINGERPRINT=$(kmsx inspect stick/offline.pub.pem | jq -er .PublicKeyFingerprint)',
      '"$CHECK_VALUE"': `CHECK_VALUE=label:$(kmsx unwrap-key --in stick/payments.export.json \\
  --privkey offline/offline.pem --passphrase-file offline/passphrase.txt --check-value-only |
  jq -er '.KeyCheckValues[] | select(.Method == "AES-CMAC-LABEL").Value')`,
    },
  },
  {
    page: 'docs/how-to/ci.md',
    shell: 'bash',
    isAlibabaCloud: true,
    before: {
      'name: rehearsal': `${standalone('tools')}; cp examples/seed.json seed.json; ${PUBKEY}
cat > export.sh <<'END'
node tools/kmsx-standalone.cjs export-key --key-id alias/hsm --pubkey hsm.pub.pem --backup ours.json --out ours.export.json
END`,
      'kmsx doctor': PUBKEY,
      'CHECK_VALUE=label': `mkdir -p record; mv payments.backup.json payments.export.json record; ${CEREMONY}`,
    },
  },
  {
    page: 'docs/how-to/dedicated-gateway.md',
    isAlibabaCloud: true,
    before: { 'KMSX_GATEWAY=kst-': 'unset KMSX_ENDPOINT; cp "$GATEWAY_CA" instance-ca.pem' },
  },
  {
    page: 'docs/how-to/drill.md',
    isAlibabaCloud: true,
    before: {
      'mkdir -m 700 proofs': `mkdir backups; ${PUBKEY}
kmsx export-key --key-id alias/payments --pubkey hsm.pub.pem --backup backups/payments.json --out payments.json`,
    },
  },
  {
    page: 'docs/how-to/lost-hsm.md',
    isAlibabaCloud: true,
    before: { 'kmsx inspect': `${CEREMONY}; ${NEW_PUBKEY}` },
  },
  {
    page: 'docs/how-to/move-kms-key.md',
    isAlibabaCloud: true,
    before: {
      '--dry-run': CEREMONY,
      'mkdir -p moved': `mkdir backups; cp payments.backup.json backups; ${PUBKEY}
kmsx export-key --key-id alias/payments --pubkey hsm.pub.pem --backup backups/cards.json --out cards.json
mv backups/payments.backup.json backups/payments.json`,
    },
  },
  { page: 'docs/ceremony.md', isEachInOwnShell: true },
  { page: 'docs/embedded-kms.md' },
  { page: 'docs/hsm.md' },
  { page: 'docs/seed.md' },
  {
    page: 'docs/policy.md',
    standIns: {
      aliyun: `case $* in
  'ram CreatePolicy --PolicyName kmsx --PolicyDocument '*) jq -e '.Statement | length > 0' <<< "$6" > /dev/null ;;
  'ram AttachPolicyToUser '*) ;;
  *) exit 1 ;;
esac`,
    },
  },
  { page: 'docs/credentials.md', notRun: NO_COMMANDS },
  { page: 'docs/decisions.md', notRun: NO_COMMANDS },
  { page: 'docs/documents.md', notRun: NO_COMMANDS },
  { page: 'docs/how-it-works.md', notRun: NO_COMMANDS },
  { page: 'docs/network.md', notRun: NO_COMMANDS },
  { page: 'docs/performance.md', notRun: NO_COMMANDS },
  {
    page: 'docs/how-to/many-keys.md',
    notRun: 'test/e2e/many-keys.test.ts types it, on any machine',
  },
  { page: 'docs/signatures.md', notRun: NO_COMMANDS },
  { page: 'docs/store.md', notRun: NO_COMMANDS },
  { page: 'docs/troubleshooting.md', notRun: NO_COMMANDS },
  { page: 'docs/zh-CN/terms.md', notRun: NO_COMMANDS },
  {
    page: 'docs/release.md',
    notRun:
      'it makes a release of a clone, with the network, in half a minute; test/interop/package/package.test.ts and standalone.test.ts hold it',
  },
];

/** A translation is run like its original. */
export const PAGES: readonly (RunPage | NotRunPage)[] = [
  ...ORIGINALS,
  ...TRANSLATIONS.flatMap(({ page, of }) =>
    ORIGINALS.filter((row) => row.page === of).map((row) => ({ ...row, page })),
  ),
];
