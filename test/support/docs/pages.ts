/* Which page of the documentation is run how. */

interface RunPage {
  readonly page: string;
  /** `bash`: `set -euo pipefail`; otherwise the shell of POSIX, `set -eu`. */
  readonly shell?: 'bash';
  /** Blocks are alternatives, each typed into a shell of its own. */
  readonly isEachInOwnShell?: boolean;
  /** The page is about Alibaba Cloud: the embedded KMS answers in its place, and says so. */
  readonly isAlibabaCloud?: boolean;
  /** Programs that stand in for those that are not here, in bash. */
  readonly standIns?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** What happens before the first block with a text. */
  readonly before?: Readonly<Record<string, string>>;
  /** What must be true afterwards, in bash. */
  readonly after?: string;
}

export type Page = RunPage | { readonly page: string; readonly notRun: string };

const TABLES = 'it has no commands but in tables and prose';
