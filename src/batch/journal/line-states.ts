import type { Generated, JournalEvent } from './events.ts';

const NEW = 0;
const INTENT = 1;
const GENERATED = 2;
const DONE = 3;
/** And the number of its code. */
const FAILED = 4;

/** Other codes are counted as one, so that a line's state fits into a byte. */
const MOST_CODES = 250;

/** What became of each line, in a byte for each. */
export class LineStates {
  #states = new Uint8Array(1024);
  readonly #codes: string[] = [];
  /** How many lines failed with each code, and are not done since. */
  readonly #failed: number[] = [];
  readonly #generated = new Map<number, Generated>();
  #done = 0;
  #lost = 0;
  #through = 0;

  /** How many lines are done. */
  get done(): number {
    return this.#done;
  }

  /** How many data keys may have been generated and lost. */
  get lost(): number {
    return this.#lost;
  }

  /** The files of so many events are on stable storage. */
  get through(): number {
    return this.#through;
  }

  isDone(line: number): boolean {
    return this.#states[line] === DONE;
  }

  /** The data key that was generated for a line which is not done. */
  generatedFor(line: number): Generated | undefined {
    return this.#generated.get(line);
  }

  /** How many lines failed and are not done since, by code. */
  failures(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const [index, code] of this.#codes.entries()) {
      const count = this.#failed[index] ?? 0;
      if (count > 0) counts.set(code, count);
    }
    return counts;
  }

  /** Lines of which it is not known whether a data key was generated for them. */
  openIntents(): number[] {
    const lines: number[] = [];
    for (let line = this.#states.indexOf(INTENT); line !== -1;) {
      lines.push(line);
      line = this.#states.indexOf(INTENT, line + 1);
    }
    return lines;
  }

  /** Lines that failed and are not done since. */
  failed(): number[] {
    return [...this.#states.entries()].flatMap(([line, state]) => (state >= FAILED ? [line] : []));
  }

  /** Takes an event of the journal, in its order. */
  apply(event: JournalEvent): void {
    switch (event.Event) {
      case 'intent':
        this.#set(event.Line, INTENT);
        break;
      case 'generated':
        this.#generated.set(event.Line, event);
        this.#set(event.Line, GENERATED);
        break;
      case 'done':
        this.#generated.delete(event.Line);
        if (!this.isDone(event.Line)) this.#done += 1;
        this.#set(event.Line, DONE);
        break;
      case 'failed':
        if (this.isDone(event.Line)) this.#done -= 1;
        this.#set(event.Line, FAILED + this.#numberOf(event.Code));
        break;
      case 'lost':
        this.#lost += event.Count;
        if (event.Line !== undefined) this.#set(event.Line, NEW);
        break;
      case 'files':
        this.#through = event.Through;
    }
  }

  #set(line: number, state: number): void {
    if (line >= this.#states.length) {
      const larger = new Uint8Array(Math.max(line + 1, this.#states.length * 2));
      larger.set(this.#states);
      this.#states = larger;
    }
    this.#count(this.#states[line] ?? NEW, -1);
    this.#count(state, 1);
    this.#states[line] = state;
  }

  #count(state: number, change: 1 | -1): void {
    if (state >= FAILED)
      this.#failed[state - FAILED] = (this.#failed[state - FAILED] ?? 0) + change;
  }

  #numberOf(code: string): number {
    const known = this.#codes.indexOf(code);
    if (known !== -1) return known;
    if (this.#codes.length === MOST_CODES) return MOST_CODES - 1;
    return this.#codes.push(this.#codes.length === MOST_CODES - 1 ? 'other' : code) - 1;
  }
}
