/** Something wrong in a document. */
export interface Mistake {
  /** Where: a JSON pointer (RFC 6901); empty for the document itself. */
  readonly path: string;
  /** What would be right. Never a value of the document that could be secret. */
  readonly problem: string;
}

/** Collects the mistakes of a document, each with its place. */
export type Report = (path: string, problem: string) => void;

/** Extends a JSON pointer by names and indexes. */
export function pointer(path: string, ...steps: readonly (string | number)[]): string {
  return [
    path,
    ...steps.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1')),
  ].join('/');
}
