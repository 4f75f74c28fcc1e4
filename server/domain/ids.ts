import { randomUUID } from 'node:crypto';

/** A uuid that says what it names; the brand exists for the compiler only. */
type Id<Name extends string> = string & { readonly __id: Name };

export type AccountId = Id<'account'>;
export type AppId = Id<'app'>;
export type BuildId = Id<'build'>;
export type DynoId = Id<'dyno'>;
export type HomeId = Id<'home'>;
export type KeyId = Id<'key'>;
export type ReleaseId = Id<'release'>;
export type SlugId = Id<'slug'>;
export type TokenId = Id<'token'>;

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names the brand
export function createId<T extends string>(): T {
  return randomUUID() as string as T;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isId(text: string): boolean {
  return UUID.test(text);
}
