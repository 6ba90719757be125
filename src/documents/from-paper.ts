import { kmsxError } from '../base/error.ts';
import { isJsonObject } from '../base/json.ts';
import { COMPONENT_MARK } from './recognise/json-dress.ts';

/**
 * What scanners write before the text of a QR code: zbarimg without `--raw`, and hand-held ones the identifier of its
 * kind (ISO/IEC 15424).
 */
const SCANNER_PREFIX = /^(?:\ufeff)?[ \t\r\n]*(?:QR-Code:|\]Q[0-6])(?=[ \t\r\n]*\{)/;

/** Programs in C end a text with it. */
const NULS_AT_THE_END = /\0+[ \t\r\n\0]*$/;

const BLANKS = /[ \t\r\n]+/y;

/**
 * The text of a document that was scanned or typed from paper, without what a scanner or typist added: the name of the
 * kind of code before it, NUL bytes after it, and line breaks wherever they stand, also inside a text, with the blanks
 * around them. Bytes that are JSON as they are, and those of which this makes none, stay as they are.
 *
 * @param label - what the document is called in the error
 * @throws KmsxError `json-malformed` for a line break inside the encryption context: a space may have stood there
 */
export function fromPaper(bytes: Uint8Array, label: string): Buffer {
  const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!mayBeScanned(given)) return given;
  const text = given.toString('utf8').replace(SCANNER_PREFIX, '').replace(NULS_AT_THE_END, '');
  if (isObject(text)) return Buffer.from(text);
  const { joined, isAmbiguous } = withoutLineBreaks(text);
  if (!isObject(joined)) return given;
  if (!isAmbiguous) return Buffer.from(joined);
  throw kmsxError('json-malformed', `${label} has a line break inside its encryption context`, {
    details: { label },
    hints: [
      'type that text of the context on one line, with a space only where one is on the paper',
    ],
  });
}

/** A component is secret, and was never on paper in this form. */
function mayBeScanned(bytes: Buffer): boolean {
  const start = bytes.toString('utf8', 0, 100).replace(SCANNER_PREFIX, '');
  return /^\ufeff?\s*\{/.test(start) && !bytes.includes(COMPONENT_MARK);
}

function isObject(text: string): boolean {
  try {
    return isJsonObject(JSON.parse(text));
  } catch {
    return false;
  }
}

/** No two tokens of JSON become another one without the line break between them. */
function withoutLineBreaks(text: string): { joined: string; isAmbiguous: boolean } {
  let joined = '';
  let isAmbiguous = false;
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at += 1) {
    BLANKS.lastIndex = at;
    const [blanks] = BLANKS.exec(text) ?? [];
    const character = text.charAt(at);
    if (blanks !== undefined) {
      at += blanks.length - 1;
      if (!/[\r\n]/.test(blanks)) joined += blanks;
      else isAmbiguous ||= isInText && depth > 1;
      continue;
    }
    joined += character;
    if (character === '"') isInText = !isInText;
    else if (isInText && character === '\\') {
      at += 1;
      joined += text.charAt(at);
    } else if (!isInText && '{['.includes(character)) depth += 1;
    else if (!isInText && '}]'.includes(character)) depth -= 1;
  }
  return { joined, isAmbiguous };
}
