import type { ConfigVars } from '../domain/config-vars.ts';
import type { AppId, BuildId } from '../domain/ids.ts';
import type { ProcessTypes } from '../domain/procfile.ts';
import type { Submodule } from '../domain/submodule.ts';

/** One build: what it is made from. */
export interface BuildTask {
  readonly id: BuildId;
  readonly appId: AppId;
  /** A tar, tar.gz or tar.zst. */
  readonly sourceFile: string;
  /** An upload may hold everything in one folder, as the tarballs of code hosts do; `push` when left out. */
  readonly origin?: 'push' | 'upload';
  readonly sourceVersion: string | null;
  readonly submodules: readonly Submodule[];
  readonly config: ConfigVars;
  /** References in order; empty: detect. */
  readonly buildpacks: readonly string[];
}

export interface BuildFailure {
  readonly status: 'failed';
  /** One sentence for whoever asked for the build. */
  readonly failure: string;
}

export interface BuildSuccess {
  readonly status: 'succeeded';
  /** In the slug files already, for good. */
  readonly slug: { readonly sha256: string; readonly size: number };
  readonly processTypes: ProcessTypes;
  /** The language as the last buildpack's detect named it. */
  readonly buildpack: string;
  /** What the build measured of itself: `compile_ms`, `compress_ms`, `total_ms`. */
  readonly metrics: Readonly<Record<string, number>>;
}

export type BuildResult = BuildSuccess | BuildFailure;
