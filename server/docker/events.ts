import { setTimeout } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { toFilter, type Labels } from './labels.ts';
import { readLines } from './lines.ts';

/** Something happened to a container. */
export interface DockerEvent {
  readonly action: string;
  readonly container: string;
  readonly labels: Labels;
}

const ACTIONS = ['start', 'die', 'oom', 'pause', 'unpause', 'destroy'];

/** Milliseconds before the engine is tried again. */
const RETRY = 500;

export async function* watchEvents(
  client: Dockerode,
  labels: Labels,
  signal: AbortSignal,
): AsyncGenerator<DockerEvent | null> {
  while (!signal.aborted) {
    try {
      yield* connection(client, labels, signal);
    } catch {
      // the engine is away, or the signal fired
    }
    await setTimeout(RETRY, undefined, { signal }).catch(() => undefined);
  }
}

async function* connection(
  client: Dockerode,
  labels: Labels,
  signal: AbortSignal,
): AsyncGenerator<DockerEvent | null> {
  const filters = { type: ['container' as const], event: ACTIONS, label: toFilter(labels) };
  const stream = await client.getEvents({ filters, abortSignal: signal });
  yield null;
  for await (const line of readLines(stream as AsyncIterable<Buffer>)) yield parseEvent(line);
}

interface EventMessage {
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Labels };
}

function parseEvent(line: string): DockerEvent {
  const { Action, Actor } = JSON.parse(line) as EventMessage;
  return { action: Action, container: Actor.ID, labels: Actor.Attributes };
}
