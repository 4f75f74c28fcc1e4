import type { App } from '../domain/app.ts';
import { releaseName, type Release } from '../domain/release.ts';
import type { BuildOutputs } from '../build/outputs.ts';
import type { Store } from '../store/store.ts';

interface Dependencies {
  readonly store: Store;
  readonly outputs: BuildOutputs;
  /** Where the app is reached. */
  url(app: App): string;
}

export type ReleaseReport = ReturnType<typeof createReleaseReport>;

/** Tells whoever follows a build what becomes of the release that it led to. */
export function createReleaseReport({ store, outputs, url }: Dependencies) {
  return {
    /** A line about the release's way to the air. */
    progress({ buildId }: Release, line: string): void {
      if (buildId) outputs.append(buildId, `       ${line}\n`);
    },

    /** Its outcome, and the end of the output. */
    settled(release: Release): void {
      if (!release.buildId) return;
      const app = store.apps.find(release.appId);
      if (release.status === 'failed') {
        const advice = app ? adviceAfter(store.ledger.current(app.id)) : '';
        outputs.append(release.buildId, failureText(release) + advice);
      } else if (app) outputs.append(release.buildId, successText(release, url(app)));
      outputs.end(release.buildId);
    },
  };
}

function failureText(release: Release): string {
  return ` !     Release ${releaseName(release)} failed: ${release.failure ?? ''}\n`;
}

/** What is on the air instead, and what to do. */
function adviceAfter(current: Release | undefined): string {
  return current?.slugId
    ? ` !     ${releaseName(current)} goes on serving. Mend the app and push again.\n`
    : ' !     Is a config var missing? config:set tries this code again. Else mend the app and push again.\n';
}

function successText(release: Release, url: string): string {
  return `       Released ${releaseName(release)}\n       ${url} deployed to Monoku\n\nVerifying deploy... done.\n`;
}
