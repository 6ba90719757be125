import { escapeUnprintable } from '../../base/text/unprintable.ts';
import type { RecordedFile } from '../../record/events.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import { aloud, block, facts, LINE, list } from '../parts.ts';
import { MOST_QR_BYTES, qrCode } from '../qr.ts';
import { hashInTable } from './opening.ts';
import type { EventOf, PaperBackup, RecordSource } from './source.ts';

/** Every file that went in or came out, once for each content that it had. */
export function files({ events }: RecordSource): Html | undefined {
  const named = new Map<string, RecordedFile>();
  for (const event of events) {
    if (!('Files' in event)) continue;
    for (const file of event.Files ?? []) named.set(`${file.SHA256} ${file.Name}`, file);
  }
  if (named.size === 0) return undefined;
  return html`<h2>The files</h2>
    ${list(
      ['File', 'Bytes', 'SHA-256'],
      [...named.values()].map(({ Name, Size, SHA256 }) => [Name, Size, hashInTable(SHA256)]),
    )}`;
}

/** The head, to be compared and kept: in groups, words and as a QR code. */
export function head(source: RecordSource): Html {
  const sealed = source.events.some(({ Type }) => Type === 'seal');
  const last = source.events.at(-1);
  return html`<h2>The head of the record</h2>
    ${block(
      sealed
        ? html`<p>
            The SHA-256 of the last line of the record, of ${last?.At}. Everything above is under
            it.
          </p>`
        : html`<p>
            <b>The record is not sealed.</b> Its last line, of ${last?.At}, has this SHA-256.
          </p>`,
      aloud(source.head),
      html`<p class="note">The text that people sign, as in record.head:</p>
        ${qrCode(source.headText)}`,
    )}`;
}

/** The backups of the data key, from which it can be recovered with KMS. */
export function backups({ backups: documents }: RecordSource): Html | undefined {
  if (documents.length === 0) return undefined;
  return html`<h2>The backups on paper</h2>
    <p>
      Each code holds the text of the file: scanned, or its text typed into a file, kmsx recover-key
      --in takes it. It opens nothing without KMS.
    </p>
    ${documents.map(backup)}`;
}

function backup({ name, text }: PaperBackup): Html {
  const size = Buffer.byteLength(text);
  const ascii = inAscii(text);
  const code = qrCode(ascii);
  return block(
    html`<h3>${name} (${size} bytes)</h3>`,
    code === undefined || ascii === text
      ? undefined
      : html`<p class="note">
          In ASCII: the same document, in other bytes than those of the file.
        </p>`,
    code ??
      html`<p>
        This file is too large for a QR code, which holds ${MOST_QR_BYTES} bytes. It has to be kept
        as a file.
      </p>`,
  );
}

/** JSON with the escapes of JSON: scanners guess what other characters a code holds, and guess wrong. */
function inAscii(json: string): string {
  return json.replaceAll(/[^\0-\x7f]/gu, escapeUnprintable);
}

/** What a reader may take from this paper, and what not. */
export function whatIsProved(): Html {
  return html`<h2>What proves what</h2>
    ${block(
      html`<p>
          The chain alone proves nothing against who owns the folder: it could have been made anew
          as a whole. What proves is a head that somebody else has, on paper, read aloud or in a
          register, or signatures by keys that the verifier trusts already.
        </p>
        <p>
          kmsx record verify FOLDER --head HEAD compares with the head on this paper; kmsx record
          verify FOLDER --allowed-signers FILE --threshold N with signatures.
        </p>`,
    )}`;
}

/** Where the people sign this paper. */
export function signatures({ People }: EventOf<'begin'>): Html {
  return html`<h2>Signatures</h2>
    <p>I was there, and this paper says what happened.</p>
    ${list(
      ['Person', 'Signature', 'Date'],
      People.map(({ Name, Role }) => [html`<b>${Name}</b><br />${Role}`, LINE, LINE]),
    )}
    ${block(facts([['Exception sheets on paper', LINE]]))}`;
}
