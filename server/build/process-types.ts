import { parse } from 'yaml';
import { invalid } from '../domain/errors.ts';
import { isProcessType, parseProcfile, type ProcessTypes } from '../domain/procfile.ts';

/** The Procfile's types and, where it has none of that name, the buildpack's. Throws `invalid_params`. */
export function mergeProcessTypes(release: string, procfile: string | null): ProcessTypes {
  return { ...parseRelease(release), ...(procfile === null ? {} : parseProcfile(procfile)) };
}

/** `default_process_types` of what a buildpack's bin/release printed. */
export function parseRelease(text: string): ProcessTypes {
  const types = property(parseYaml(text), 'default_process_types');
  if (types === undefined || types === null) return {};
  if (typeof types !== 'object' || Array.isArray(types)) {
    throw invalid("The buildpack's bin/release gave default_process_types that are no mapping.");
  }
  for (const [type, command] of Object.entries(types)) checkType(type, command);
  return types as ProcessTypes;
}

function parseYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 10 }) as unknown;
  } catch (error) {
    const [problem = ''] = (error as Error).message.split('\n');
    throw invalid(`The buildpack's bin/release printed something that is not YAML: ${problem}`);
  }
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1] as unknown;
}

function checkType(type: string, command: unknown): void {
  if (isProcessType(type) && typeof command === 'string' && command.trim() !== '') return;
  throw invalid(`The buildpack's bin/release gave no usable command for process type "${type}".`);
}
