import { isId, type DynoId, type HomeId } from '../../../domain/ids.ts';
import type { Labels } from '../../../docker/labels.ts';
import type { DynoLabels } from '../../../domain/dyno.ts';
import type { DynoSpec } from '../../engine.ts';

/** All that the engine remembers of a dyno, and all that we know of it after a restart. */
export interface DynoRecord extends DynoLabels {
  readonly command: string;
  readonly slug: string;
  readonly port: number;
  readonly startedAt: Date;
}

const PREFIX = 'io.monoku.';

/** On everything that this appliance makes in the engine. */
export function homeLabels(home: HomeId): Labels {
  return { [`${PREFIX}home`]: home };
}

/** A filter for this appliance's dynos. */
export function dynoFilter(home: HomeId): Labels {
  return { ...homeLabels(home), [`${PREFIX}dyno`]: '' };
}

export function toLabels(home: HomeId, record: DynoRecord): Labels {
  const words: Record<string, string> = {
    app: record.app,
    release: record.release,
    version: String(record.version),
    type: record.type,
    index: String(record.index),
    dyno: record.dyno,
    role: record.role,
    size: record.size,
    command: record.command,
    slug: record.slug,
    port: String(record.port),
    started: record.startedAt.toISOString(),
  };
  const prefixed = Object.entries(words).map(([name, word]) => [`${PREFIX}${name}`, word]);
  return { ...homeLabels(home), ...(Object.fromEntries(prefixed) as Labels) };
}

/** What is kept of a spec: all but the config vars. */
export function toRecord(spec: DynoSpec, port: number, startedAt: Date): DynoRecord {
  const { app, release, version, type, index, dyno, role, size, command, slug } = spec;
  return {
    ...{ app, release, version, type, index, dyno, role, size },
    ...{ command, slug, port, startedAt },
  };
}

/** Undefined for what is no dyno of this appliance. */
export function parseLabels(home: HomeId, labels: Labels): DynoRecord | undefined {
  const word = (name: string): string => labels[PREFIX + name] ?? '';
  if (word('home') !== home || !isId(word('dyno'))) return undefined;
  return {
    app: word('app') as DynoRecord['app'],
    release: word('release') as DynoRecord['release'],
    version: Number(word('version')),
    type: word('type'),
    index: Number(word('index')),
    dyno: word('dyno') as DynoId,
    role: word('role') as DynoRecord['role'],
    size: word('size') as DynoRecord['size'],
    command: word('command'),
    slug: word('slug'),
    port: Number(word('port')),
    startedAt: new Date(word('started')),
  };
}
