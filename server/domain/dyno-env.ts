import type { App } from './app.ts';
import type { ConfigVars } from './config-vars.ts';
import { dynoName } from './dyno.ts';
import { DYNO_SIZES, type DynoSizeId } from './dyno-size.ts';
import type { DynoId } from './ids.ts';
import { releaseName, type Release } from './release.ts';
import type { Slug } from './slug.ts';

export interface DynoEnvInput {
  readonly app: App;
  readonly release: Release;
  readonly slug: Slug;
  readonly config: ConfigVars;
  readonly dyno: {
    readonly id: DynoId;
    readonly type: string;
    readonly index: number;
    readonly size: DynoSizeId;
  };
  /** Where apps live, as `<app>.<domain>`. */
  readonly domain: string;
}

/** A dyno's config vars and metadata variables (Dev Center, dyno metadata); PORT is the engine's to add. */
export function dynoEnv({
  app,
  release,
  slug,
  config,
  dyno,
  domain,
}: DynoEnvInput): Record<string, string> {
  return {
    ...config,
    DYNO: dynoName(dyno),
    HEROKU_APP_ID: app.id,
    HEROKU_APP_NAME: app.name,
    HEROKU_APP_DEFAULT_DOMAIN_NAME: `${app.name}.${domain}`,
    HEROKU_DYNO_ID: dyno.id,
    HEROKU_RELEASE_CREATED_AT: release.createdAt.toISOString(),
    HEROKU_RELEASE_VERSION: releaseName(release),
    HEROKU_SLUG_COMMIT: slug.commit ?? '',
    HEROKU_BUILD_COMMIT: slug.commit ?? '',
    HEROKU_SLUG_DESCRIPTION: slug.commitDescription ?? '',
    HEROKU_BUILD_DESCRIPTION: slug.commitDescription ?? '',
    // the buildpacks' WEB_CONCURRENCY reads a limit from cgroup v1 alone; this works on both
    MEMORY_AVAILABLE: String(DYNO_SIZES[dyno.size].memory),
  };
}
