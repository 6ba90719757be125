import { fileWord, publicHalfName, shellWord } from '../../base/text/shell-word.ts';
import type { HintsOf } from './hints-of.ts';
import { remedyHint } from './private-key-remedies.ts';
import { LOGIN_SOURCES } from './login-sources.ts';

/** After errors of the kind `usage`. */
export const USAGE_HINTS: HintsOf<'usage'> = {
  'bad-usage': 'kmsx --help lists the commands, kmsx COMMAND --help the options of one',
  'option-twice': 'give it once; only options marked repeatable may be given again',
  'option-value-is-option': ({ option, value }) =>
    `if ${value} is meant as the value, write ${option}=${value}`,
  'options-conflict': 'leave out one of the two',
  'environment-refused': ({ name }) => `unset ${name}`,
  'cache-not-possible': 'leave it: kmsx works without, and starts more slowly',
  'not-offered-yet': 'use an RSA_2048 key with RSAES_OAEP_SHA_256 for this',
  'input-needed': ({ instead }) => `give ${instead}; or leave out --no-input to be asked`,
  'input-twice-stdin': 'give one of them as a file',
  'output-twice': 'send each output to a file of its own',
  'output-is-input': 'give the output another name',
  'output-exists': 'give another name, or --force to move the old file aside to FILE.old-TIME',
  'output-changed':
    'put back what was there; or, where the journal is the newer one, move it away: it is made again from the journal',
  'ceremony-folder': 'each ceremony has a folder of its own: give --folder a new name',
  'manifest-malformed': 'kmsx batch --help has the fields of each command',
  'manifest-changed': 'what was recorded is done: start again with the manifest as it was',
  'plan-malformed':
    'kmsx ceremony plan prints a plan with a comment on each field; kmsx ceremony check PLAN finds all mistakes',
  'plan-unsound': 'mend the plan where it says so, and check it again',
  'journal-malformed': 'it was changed by another program: use the original',
  'journal-mismatch':
    'repeat the options, or give another --journal, --out and folders for another run',
  'journal-behind':
    'put the newer journal back; for another run give another --journal, --out and folders, and keep these files: they may be the only backups',
  'output-is-secret': ({ option, path }) =>
    `${option} writes a file; one of that name is ${shellWord(`./${path}`)}; --backup secret:NAME keeps a backup in KMS`,
  'output-is-store': ({ option, path }) =>
    `${option} writes a file; one of that name is ${shellWord(`./${path}`)}; --backup store:NAME keeps a backup in a store`,
  'output-is-folder': 'give the name of a file in it',
  'terminal-refused':
    '--out FILE writes it to a file, --check-value-only shows its check values, --force-terminal shows it',
  'component-needs-file':
    'give each component a file of its own: --component 1.json --component 2.json',
  'input-empty': ({ isStdin }) =>
    isStdin === true
      ? 'give a file, as in --in FILE; or was the command before the pipe unsuccessful?'
      : 'was the command that wrote it successful? look at its messages',
  'input-is-folder': 'give the name of a file in it',
  'input-too-large': ({ label }) =>
    `is ${fileWord(label)} the right file? no key and no document is that long`,
  'json-malformed': ({ label }) =>
    `jq . ${fileWord(label)} shows where; if the document was cut short, make or copy it again`,
  'json-name-twice':
    'use the original, or remove one of the two: readers disagree on which one counts',
  'document-malformed': ({ label, field }) =>
    field === undefined || field === 'Format'
      ? `kmsx inspect ${fileWord(label)} says what it is; kmsx help documents lists the documents`
      : 'it was changed, or another program made it: use the original, or see kmsx help documents',
  'document-format-unknown': ({ format }) =>
    `use a kmsx that reads ${format}; kmsx --version shows which one this is`,
  'document-inconsistent': 'it was changed after it was written: use the original',
  'base64-malformed':
    'standard base64, padded, on one line, as base64 -w0 FILE makes it; if it was cut short, copy it again',
  'not-ciphertext':
    'give the document that export-key wrote; if this is a secret key, keep it where nobody else can read it',
  'context-malformed': '--context NAME=VALUE, or --context-file FILE with {"NAME":"VALUE"}',
  'context-secret':
    'a context is kept and logged in clear: give what the key is for, as in --context purpose=payments',
  'secret-name-malformed': ({ name }) =>
    `secret:NAME takes up to 192 letters, digits and _/+=.@-, not acs/ first; a file of that name is ${shellWord(`./secret:${name}`)}`,
  'key-id-malformed': ({ option, suggestion }) =>
    suggestion === undefined
      ? `${option} takes KEY_ID (a UUID or key-…), alias/NAME, or acs:kms:REGION:ACCOUNT:key/KEY_ID as the KMS console shows it`
      : `did you mean ${option} ${shellWord(suggestion)}?`,
  'region-missing':
    'give --region cn-hangzhou (or yours), ALIBABA_CLOUD_REGION_ID, or the ARN of the key',
  'region-malformed': 'a region looks like cn-hangzhou: lower-case letters, digits and hyphens',
  'region-contradicts': 'leave out --region: the ARN has it',
  'gateway-malformed': (details) => {
    if (details.reason === 'proxy') {
      return `${details.variable}=http://USER:PASSWORD@HOST:PORT, percent-encoded (@ is %40, / is %2F, # is %23, ? is %3F)`;
    }
    return details.reason === 'resolve'
      ? '--resolve HOST:PORT:ADDRESS, as in --resolve kst-x.cryptoservice.kms.aliyuncs.com:8443:127.0.0.1'
      : '--gateway public, vpc, local or kst-…; or --endpoint HOST[:PORT]';
  },
  'proxy-unsupported': 'set HTTPS_PROXY=http://HOST:PORT, or unset it',
  'rehearsal-mixed': ({ reason }) =>
    reason === 'region'
      ? 'cn-local is the embedded KMS: did kmsx local-kms start? set KMSX_ENDPOINT to its Endpoint, or give --gateway local'
      : 'use --gateway local for documents of a rehearsal, and a real gateway for documents of the real KMS',
  'ca-file-malformed': '--ca-file takes PEM: one or more -----BEGIN CERTIFICATE----- blocks',
  'credentials-file-malformed':
    'aliyun configure rewrites it; the file is not shown here because it holds secrets',
  'fingerprint-malformed':
    'write it as kmsx inspect FILE prints it: SHA256:dee3c693… with all 64 hexadecimal digits',
  'check-value-malformed':
    'ecb:6 digits, cmac:10 digits, label:32 digits or sha256:32 digits, hexadecimal',
  'pubkey-malformed':
    'copy or export it again, as PEM from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----',
  'pubkey-is-private': ({ label }) =>
    `openssl pkey -in ${fileWord(label)} -pubout -out ${shellWord(publicHalfName(label))}`,
  'pubkey-several': 'put each key into its own file, and give --pubkey once for each',
  'pubkey-trailing-bytes':
    'write the key alone to another file: other programs may take what follows for the key',
  'pubkey-unsupported':
    'KMS accepts RSA keys of 2048 bits and SM2 keys: make a pair with kmsx keygen',
  'pubkey-size': 'KMS accepts RSA keys of 2048 bits only: make a pair with kmsx keygen',
  'pubkey-exponent': 'use a key with the exponent 65537: make a pair with kmsx keygen',
  'pubkey-modulus':
    'anyone who sees it may compute the private half: make another pair, with kmsx keygen or on a repaired device',
  'pubkey-purpose':
    'use the key of the HSM that is meant for wrapping, or make a pair with kmsx keygen',
  'pubkey-repeated': 'give it only once; kmsx inspect FILE… shows the fingerprint of each',
  'privkey-malformed': ({ label }) =>
    `openssl pkey -in ${fileWord(label)} -noout shows whether OpenSSL can read it`,
  'privkey-is-public':
    'the private half is the file that keygen wrote for --privkey-out; kmsx inspect FILE… tells keys apart',
  'privkey-several': 'put each private key into its own file',
  'privkey-trailing-bytes': ({ label }) =>
    `write the key to another file: openssl pkey -in ${fileWord(label)} -out NEW.pem`,
  'privkey-unsupported': ({ label, remedy }) =>
    remedy === undefined
      ? 'an RSA or SM2 private key is needed, as PEM, DER or PKCS#12'
      : remedyHint(remedy, label),
  'passphrase-missing': 'give --passphrase-file FILE or --passphrase-env VAR',
  'passphrase-malformed': 'a passphrase has 1 to 1024 bytes',
  'uri-malformed':
    "a token's key is pkcs11:token=LABEL;object=LABEL, percent-encoded as RFC 7512 says (a blank is %20)",
  'module-missing-option': 'give --module PATH, or set KMSX_PKCS11_MODULE',
  'module-changeable':
    'install it where root alone can write, or chmod go-w what others can change',
  'token-ambiguous':
    'kmsx list-tokens shows the serial number of each: --serial or serial= chooses',
  'token-object-exists': 'give another --label or --id; nothing in a token is ever replaced',
  'token-cannot-unwrap': ({ takes: [first] }) =>
    first === undefined
      ? 'kmsx list-tokens --probe shows what each token unwraps; docs/hsm.md lists modules that do'
      : `export the data key again: kmsx reexport-key --in BACKUP --pubkey PUBLIC_KEY --wrapping-algorithm ${first}`,
  'token-cannot-check': 'leave out --expect-check-value, or import a key of 16, 24 or 32 bytes',
  'pin-missing': 'give --pin-file FILE or --pin-env VAR',
  'wrapping-algorithm-mismatch':
    'leave out --wrapping-algorithm and --wrapping-key-spec: the key decides',
  'wrapping-algorithm-missing':
    'give --wrapping-algorithm RSAES_OAEP_SHA_256 or RSAES_OAEP_SHA_1, as the maker of the export says',
  'export-length':
    'it was cut short, or is for a key of another size: copy it again, or kmsx inspect FILE… shows the size of each',
  'data-key-too-long':
    'at most 190 bytes with RSAES_OAEP_SHA_256, 214 with RSAES_OAEP_SHA_1; AES-256 needs 32',
  'operation-not-offered': 'use --gateway public or vpc: a dedicated gateway has fewer operations',
  'context-unbound': ({ label }) =>
    `repeat the id too: --to-context kmsx:id="$(jq -r '.EncryptionContext["kmsx:id"]' ${shellWord(label)})"`,
  'export-ambiguous':
    'choose with --expect-fingerprint SHA256:… of the public key that aliyun kms GetPublicKey shows',
  'component-sets-mixed':
    'kmsx inspect FILE… shows the SetId of each: combine components of one set',
  'component-twice':
    'leave out one of them, and add another component of the set if one is missing',
  'component-missing': 'kmsx inspect FILE… shows the Number of each, and how many are needed',
  'record-missing':
    'give the folder that kmsx ceremony run was given as --folder: record.jsonl lies in it',
  'fault-malformed':
    'KIND:NAME=VALUE,…, as in throttle:action=Decrypt,first=2 or delay:ms=500,probability=0.3',
  'seed-malformed':
    'docs/seed.md shows a complete seed; schemas/kmsx-local-kms-seed.schema.json is its schema',
  'state-malformed': 'move the state folder away to start with a fresh one',
  'credentials-unsupported': 'choose a profile of another mode with --profile NAME',
  'profile-missing': 'aliyun configure list shows the profiles',
  'store-missing-option': ({ place }) =>
    `give --store postgresql://HOST/DATABASE or mysql://HOST/DATABASE, or set KMSX_STORE; a file of that name is ${shellWord(`./${place}`)}`,
  'store-unused': 'name a backup in it, as in --backup store:NAME, or leave out --store',
  'store-url-malformed':
    'postgresql://[USER@]HOST[:PORT]/DATABASE or mysql://…; ?host=FOLDER is that of a socket, ?schema=NAME a schema of PostgreSQL',
  'store-url-password': ({ database }) => LOGIN_SOURCES[database],
  'store-name-malformed': ({ name }) =>
    `store:NAME takes up to 128 letters, digits and . _ -, a letter or digit first; a file of that name is ${shellWord(`./store:${name}`)}`,
  'store-name-exists':
    'give another name: a backup in a store is never replaced, with --force neither',
  'store-tls-weakened': ({ remedy }) => remedy,
  'store-socket-untrusted':
    'give the folder of a socket in which not every user can make files, and that belongs to the server or to root: ls -ld shows it; or HOST in place of host=',
  'store-login-malformed':
    "mend that line, or move the file away: kmsx reads it as the database's own clients do",
};
