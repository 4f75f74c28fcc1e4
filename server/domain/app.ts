import { randomInt } from 'node:crypto';
import type { AccountId, AppId } from './ids.ts';
import { invalid } from './errors.ts';

export interface App {
  readonly id: AppId;
  readonly name: string;
  readonly ownerId: AccountId;
  readonly maintenance: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** 3 to 30 characters (Platform API schema, app.name). */
const APP_NAME = /^[a-z][a-z0-9-]{1,28}[a-z0-9]$/;

export function isAppName(text: string): boolean {
  return APP_NAME.test(text);
}

export function parseAppName(text: string): string {
  if (isAppName(text)) return text;
  throw invalid(
    'Name must start with a letter, end with a letter or digit and can only contain lowercase ' +
      'letters, digits, and dashes. It must be 3 to 30 characters long.',
  );
}

const ADJECTIVES =
  'ancient autumn bitter bold calm clear cold damp dark dawn deep dry early falling fierce frosty gentle glacial hidden icy late lively long lunar misty morning mossy nameless old pale pure quiet radiant salty serene silent small snowy solitary sparkling still summer thawing twilight warm wandering white wild winter young'.split(
    ' ',
  );
const NOUNS =
  'anchorage badlands basin bayou beach brook canyon cliffs coast cove creek dawn dusk escarpment fjord forest garden gorge grove harbor headland hollow inlet island journey lake meadow mesa mountain oasis peak plains pond prairie rain refuge ridge river sands savannah sea shelf shore sierra spire springs stream tor tundra valley waters wave wildwood'.split(
    ' ',
  );

/** An `adjective-noun-12345` name, as Heroku makes them. */
export function generateAppName(): string {
  const pick = (words: readonly string[]): string => words[randomInt(words.length)] ?? 'quiet';
  return `${pick(ADJECTIVES)}-${pick(NOUNS)}-${String(randomInt(10_000, 100_000))}`;
}
