/** A submodule as the pushed commit pins it. */
export interface Submodule {
  readonly path: string;
  readonly url: string;
  /** 40 or 64 hex digits. */
  readonly commit: string;
}
