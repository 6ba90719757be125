import { shellWord } from '../../base/text/shell-word.ts';
import type { WitnessGateway } from './aliyun.ts';

/**
 * Shell lines that print, with the prefix `note: ` on stderr, what `aliyun` cannot do as kmsx did.
 *
 * @returns shell lines, none twice
 */
export function witnessNotes(gateways: readonly WitnessGateway[]): string[] {
  const notes = new Set<string>();
  for (const { origin, caFile, onlyCaFile, resolve } of gateways) {
    if (origin?.kind === 'section') notes.add(noteOnSection(origin));
    if (caFile !== undefined) notes.add(noteOnAuthorities(caFile, onlyCaFile));
    if (resolve === undefined) continue;
    const { host, port, address } = resolve;
    const rule = `${host}:${port}:${address}`;
    notes.add(
      `kmsx was given --resolve ${rule}, and aliyun has no such option: it needs "${address} ${host}" in /etc/hosts`,
    );
  }
  return [...notes].map((note) => `${printLine(`note: ${note}`)} >&2`);
}

/** A command that prints a line as it is: `echo` of dash would obey a backslash in a file's name (POSIX, echo). */
export function printLine(text: string): string {
  return `printf '%s\\n' ${shellWord(text)}`;
}

/** Go, in which `aliyun` is written, reads SSL_CERT_FILE and SSL_CERT_DIR, but not on macOS (its package crypto/x509). */
function noteOnAuthorities(caFile: string, only: boolean): string {
  return only
    ? `kmsx trusts ${caFile} alone, and so does aliyun here; on macOS aliyun trusts the keychain instead`
    : `kmsx trusts ${caFile} and the authorities of Node.js; aliyun trusts it and the folder of the system's authorities; on macOS the keychain alone`;
}

function noteOnSection({ name, file }: { readonly name: string; readonly file: string }): string {
  return `kmsx used the section ${name} of ${file}, which aliyun does not read: export its access key as ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, with ALIBABA_CLOUD_SECURITY_TOKEN if it is temporary`;
}
