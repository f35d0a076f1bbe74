/** Users and how they log in. Part of the settings table; see `settings.ts`. */
import { integer, text } from '../setting.ts';

export const SECURITY_SETTINGS = {
  defaultUser: text({
    flag: 'default-user',
    default: 'guest',
    means: 'a user name',
    doc: 'User that a new node starts with, an administrator with all permissions in vhost /. Later starts change nothing.',
  }),
  defaultPassword: text({
    flag: 'default-password',
    default: 'guest',
    means: 'a password',
    doc: 'Password of that user.',
  }),
  loopbackUsers: text({
    flag: 'loopback-users',
    default: 'guest',
    means: 'user names with commas between them, or - for none',
    doc: 'Users that may log in from this machine only.',
  }),
  anonymousUser: text({
    flag: 'anonymous-user',
    default: undefined,
    defaultText: 'none: anonymous logins are refused',
    means: 'a user name',
    doc: 'User that AMQP clients become that log in with the mechanism ANONYMOUS.',
  }),
  usersMax: integer({
    flag: 'users-max',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    doc: 'Users. More are refused.',
  }),
  permissionsMax: integer({
    flag: 'permissions-max',
    default: 100_000,
    min: 1,
    max: 10_000_000,
    doc: 'Permissions of all users in all vhosts, those on topics included. More are refused.',
  }),
};
