/** What can go wrong in a call that changes the disk. */
export interface FaultKind {
  readonly title: string;
  /** The system's error code; undefined if the process is killed. */
  readonly code: string | undefined;
  /** Whether the call has done its work before it fails, or before the process is killed. */
  readonly isDone: boolean;
}

/** EDQUOT on Linux has no name in libuv. */
const EDQUOT = 'Unknown system error -122';

export const FAULT_KINDS: readonly FaultKind[] = [
  ...['ENOSPC', 'EIO', 'EROFS', EDQUOT, 'EEXIST'].map((code) => ({
    title: code,
    code,
    isDone: false,
  })),
  { title: 'EEXIST though it was done', code: 'EEXIST', isDone: true },
  { title: 'EIO though it was done', code: 'EIO', isDone: true },
  { title: 'killed before', code: undefined, isDone: false },
  { title: 'killed after', code: undefined, isDone: true },
];
