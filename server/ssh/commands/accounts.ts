import { JSON_FLAG, type Command } from '../command.ts';
import { json, table } from '../layout.ts';
import { UsageError } from '../parse.ts';

const EMAIL = { name: 'EMAIL', required: true, summary: 'e-mail address of the account' };

export const accounts: readonly Command[] = [
  {
    name: 'accounts',
    aliases: ['accounts:list'],
    summary: 'list the accounts of this platform',
    flags: { json: JSON_FLAG },
    run({ actions, actor, words, out }) {
      const all = actions.accounts.list(actor);
      const rows = all.map(({ email, state, admin }) => [email, state, admin ? 'admin' : '']);
      out(words.has('json') ? json(all) : table(['email', 'state', 'role'], rows));
      return 0;
    },
  },
  {
    name: 'accounts:create',
    aliases: ['accounts:add'],
    summary: 'make an account; prints its one-time invite',
    arguments: [EMAIL],
    flags: { admin: { summary: 'may do everything on this platform' } },
    run({ actions, actor, words, out, err }) {
      const input = { email: words.arguments[0] ?? '', admin: words.has('admin') };
      const { account, invite } = actions.accounts.create(actor, input);
      err(`Creating account ${account.email}... done\n`);
      err(`It can be used once it has a password: accounts:password ${account.email} < FILE\n`);
      out(`${invite}\n`);
      return 0;
    },
  },
  {
    name: 'accounts:password',
    summary: "set an account's password, read from stdin; one's own without an address",
    arguments: [{ ...EMAIL, required: false }],
    async run({ actions, actor, words, stdin, err }) {
      const email = words.arguments[0] ?? actor.account.email;
      let password = '';
      for await (const chunk of stdin) password += String(chunk);
      if (password === '') throw new UsageError('Give the password on stdin.');
      await actions.accounts.setPassword(actor, email, password.replace(/\r?\n$/, ''));
      err(`Setting the password of ${email}... done\n`);
      return 0;
    },
  },
  {
    name: 'accounts:disable',
    summary: 'lock an account out; its apps go on running',
    arguments: [EMAIL],
    run({ actions, actor, words, err }) {
      const { email } = actions.accounts.disable(actor, words.arguments[0] ?? '');
      err(`Disabling ${email}... done\n`);
      return 0;
    },
  },
  {
    name: 'accounts:enable',
    summary: 'let a disabled account in again',
    arguments: [EMAIL],
    run({ actions, actor, words, err }) {
      const { email } = actions.accounts.enable(actor, words.arguments[0] ?? '');
      err(`Enabling ${email}... done\n`);
      return 0;
    },
  },
  {
    name: 'auth:whoami',
    aliases: ['whoami'],
    summary: 'say as whom commands are run',
    run({ actor, out }) {
      out(`${actor.account.email}\n`);
      return 0;
    },
  },
  {
    name: 'authorizations:create',
    summary: 'make a token for the API and git; it is shown this once',
    flags: {
      description: { char: 'd', value: 'TEXT', summary: 'what it is for' },
      'expires-in': {
        char: 'e',
        value: 'SECONDS',
        summary: 'how long it works; for ever without it',
      },
    },
    run({ actions, actor, words, out }) {
      const description = words.value('description');
      const seconds = words.value('expires-in');
      if (seconds !== undefined && !/^[1-9]\d{0,8}$/.test(seconds)) {
        throw new UsageError('--expires-in takes a whole number of seconds.');
      }
      const token = actions.accounts.createToken(actor, {
        ...(description === undefined ? {} : { description }),
        ...(seconds === undefined
          ? {}
          : { expiresAt: new Date(Date.now() + Number(seconds) * 1000) }),
      });
      out(`${token}\n`);
      return 0;
    },
  },
];
