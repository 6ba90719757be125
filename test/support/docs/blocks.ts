/** A code block of a page that a test runs, and what the page says that it prints. */
export interface Block {
  readonly language: 'sh' | 'yaml' | 'js';
  /**
   * The second word of the fence: `terminal` for a command whose view on a terminal is shown, `offline` for one that is
   * typed on a machine without a network.
   */
  readonly place: string;
  readonly code: string;
  /** stderr and stdout together; `…` stands for anything on one line. */
  readonly output: string | undefined;
}

/** What is run of a page: its blocks in sh and YAML, and those in JavaScript that begin with the name of their file. */
export function blocksOf(page: string): Block[] {
  const fences = page.matchAll(
    /^```(sh|yaml|js)(?: (\w+))?\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?/gms,
  );
  return [...fences].map(([, language = '', place = '', code = '', output]) => ({
    language: language as Block['language'],
    place,
    code,
    output,
  }));
}

/** Turns an output with `…` for what changes into a pattern for the whole of it. */
export function patternOf(output: string): RegExp {
  const parts = output.split('…').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^\\n]*')}$`);
}
