import { KmsxError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';
import { shellWord } from '../../base/text/shell-word.ts';
import type { Layer, Opener } from './layer.ts';
import { naming } from './layer.ts';

/** No public key is shorter as text, and no JSON of anybody's has as many candidates. */
const SHORTEST_TEXT = 64;
const MOST_CANDIDATES = 64;

/** JSON that programs around keys write, by names that it has, the most telling first. */
const SHAPES: readonly { readonly words: string; readonly has: readonly string[] }[] = [
  { words: "in AWS's answer of GetPublicKey", has: ['KeyId', 'PublicKey', 'KeyUsage'] },
  { words: 'in the answer of GetPublicKey', has: ['KeyId', 'PublicKey'] },
  { words: "in Google's answer of getPublicKey", has: ['pem', 'algorithm'] },
  { words: "in Azure's JSON", has: ['key', 'attributes'] },
  { words: 'in the response object of an SDK', has: ['body'] },
  { words: 'in the response object of an SDK', has: ['keyId', 'publicKey'] },
];

/** The ways into a JSON text: strings that may be a key, and JWKs, each by its path. */
export const json: Opener = (bytes) => {
  const value = parse(bytes);
  if (value === undefined || isImportAnswer(value)) return [];
  if (typeof value === 'string') return [ofString(value, '.', 'in quotes')];
  const words = wordsFor(value);
  return [...candidates(value, '')].slice(0, MOST_CANDIDATES).flatMap(({ path, found }) => {
    if (typeof found === 'string') return [ofString(found, path, words)];
    return ofJwk(found, path, path === '.' ? 'in a JWK' : words);
  });
};

function parse(bytes: Buffer): unknown {
  const first = bytes.find((byte) => byte > 0x20);
  if (first === undefined || !'{["'.includes(String.fromCharCode(first))) return undefined;
  try {
    return parseJson(bytes.toString('utf8'), 'JSON');
  } catch (error) {
    if (error instanceof KmsxError) return undefined;
    throw error;
  }
}

function wordsFor(value: unknown): string {
  const hasAll = (names: readonly string[]) =>
    isJsonObject(value) && names.every((name) => Object.hasOwn(value, name));
  return SHAPES.find(({ has }) => hasAll(has))?.words ?? 'in JSON';
}

/** Whether it is an answer of GetParametersForImport, of KMS or of AWS: its public key is for imports into it. */
export function isImportAnswer(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  const isIt = ['ImportToken', 'importToken'].some((name) => Object.hasOwn(value, name));
  return isIt || isImportAnswer(value['body']);
}

interface Candidate {
  /** As `jq` takes it. */
  readonly path: string;
  readonly found: string | JsonObject;
}

function* candidates(value: unknown, path: string): Generator<Candidate> {
  if (typeof value === 'string') {
    if (value.length >= SHORTEST_TEXT) yield { path, found: value };
  } else if (Array.isArray(value)) {
    for (const [index, each] of value.entries())
      yield* candidates(each, `${path || '.'}[${index}]`);
  } else if (isJsonObject(value)) {
    if (typeof value['kty'] === 'string') yield { path: path || '.', found: value };
    else {
      for (const [name, each] of Object.entries(value))
        yield* candidates(each, `${path || startOf(name)}${step(name)}`);
    }
  }
}

/** jq wants a dot before the first bracket. */
function startOf(name: string): string {
  return step(name).startsWith('[') ? '.' : '';
}

function step(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function ofString(text: string, path: string, words: string): Layer {
  return { words, inner: Buffer.from(text), filter: naming(`jq -r ${shellWord(path)}`) };
}

const PRIVATE_MEMBERS: ReadonlySet<string> = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']);
const STANDARD_BASE64 = /[+/=]/;

/**
 * A JWK that is not read as it is: beside other things, with its private half, or with another type or alphabet than
 * RFC 7518 §6.3 has. What it may be used for (RFC 7517 §4) stays with it.
 */
function ofJwk(jwk: JsonObject, path: string, words: string): readonly Layer[] {
  const entries = Object.entries(jwk).filter(([, value]) => value !== null);
  const isPrivate = entries.some(([name]) => PRIVATE_MEMBERS.has(name));
  const isRsa = /^RSA(?:-HSM)?$/.test(String(jwk['kty']));
  const isStandard = [jwk['n'], jwk['e']].some((each) => STANDARD_BASE64.test(String(each)));
  const operations = jwk['key_ops'] ?? jwk['keyOps'] ?? undefined;
  const program = [
    ...(path === '.' ? [] : [path]),
    ...(isPrivate ? [`{${publicMembers(jwk).join(',')}}`] : []),
    ...(!isPrivate && entries.length < Object.keys(jwk).length ? ['map_values(values)'] : []),
    ...(isRsa && jwk['kty'] !== 'RSA' ? ['.kty="RSA"'] : []),
    ...(isRsa && isStandard ? [URL_ALPHABET] : []),
  ];
  if (program.length === 0) return [];
  const inner = {
    ...Object.fromEntries(entries.filter(([name]) => !PRIVATE_MEMBERS.has(name))),
    ...(isRsa && { kty: 'RSA', n: toUrlAlphabet(jwk['n']), e: toUrlAlphabet(jwk['e']) }),
    // Those of the private half are not those of the public one.
    key_ops: isPrivate ? undefined : operations,
  };
  return [
    {
      words: `${words}${isStandard ? ', with standard base64 in place of base64url' : ''}`,
      inner: Buffer.from(JSON.stringify(inner)),
      filter: naming(`jq '${program.join('|')}'`),
      ...(isPrivate && { isPrivate }),
    },
  ];
}

const URL_ALPHABET = '(.n,.e)|=(gsub("=";"")|gsub("[+]";"-")|gsub("/";"_"))';

function toUrlAlphabet(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value.replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_');
}

function publicMembers({ kty }: JsonObject): readonly string[] {
  if (kty === 'EC') return ['kty', 'crv', 'x', 'y'];
  return kty === 'OKP' ? ['kty', 'crv', 'x'] : ['kty', 'n', 'e'];
}
