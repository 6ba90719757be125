/** Ends the run with the exit code of another program, of which nothing is to be said. */
export class ExitWith extends Error {
  override readonly name = 'ExitWith';
  readonly code: number;

  constructor(code: number) {
    super();
    this.code = code;
  }
}
