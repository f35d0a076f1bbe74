/**
 * From what was said on the command line, in the environment and in the file to validated `Settings`. A flag beats the
 * environment, which beats the file, which beats the default. What loses is still checked: a mistake in it would
 * surface on the day the winner is removed. All mistakes are told at once, each with the setting, the source and what is allowed.
 *
 * Unknown variables that begin with TRILOG_ are left alone: Kubernetes makes such names up for a service called `trilog`.
 */
import { environmentVariable, type Setting } from './setting.ts';
import { SETTINGS_TABLE, type Settings, settingsConflicts } from './settings.ts';

/** The flag that names the YAML file. Not in the table, since it says where settings come from. */
export const CONFIG_FLAG = 'config';

export interface SettingSources {
  /** By name without the dashes in front. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file?: { readonly path: string; readonly values: ReadonlyMap<string, string> };
}

/** What a person wrote cannot be used. Exit code 2 on the command line. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

interface Located {
  readonly slice: keyof Settings;
  readonly key: string;
  readonly setting: Setting<unknown>;
}

/** Every setting of the table, in its order. */
export function listSettings(): Located[] {
  const slices = Object.keys(SETTINGS_TABLE) as (keyof Settings)[];
  return slices.flatMap((slice) =>
    Object.entries(SETTINGS_TABLE[slice]).map(([key, setting]) => ({ slice, key, setting })),
  );
}

/** @throws SettingsError */
export function resolveSettings(sources: SettingSources): Settings {
  const problems = unknownKeys(sources);
  const resolved: Record<string, Record<string, unknown>> = {};
  for (const { slice, key, setting } of listSettings()) {
    const values: unknown[] = [];
    for (const [source, written] of mentions(setting.flag, sources)) {
      const parsed = setting.parse(written);
      if ('value' in parsed) values.push(parsed.value);
      else {
        const quoted = setting.isSecret ? 'what is set' : JSON.stringify(written);
        problems.push(`${setting.flag}: ${quoted} from ${source} ${parsed.problem}; allowed: ${setting.range}`);
      }
    }
    const ofSlice = resolved[slice] ?? {};
    ofSlice[key] = values.length > 0 ? values[0] : setting.default;
    resolved[slice] = ofSlice;
  }
  if (problems.length > 0) throw new SettingsError(problems);
  // The loop above went through the very table that the type is derived from.
  const settings = resolved as unknown as Settings;
  const conflicts = settingsConflicts(settings);
  if (conflicts.length > 0) throw new SettingsError(conflicts);
  return settings;
}

/** Where a setting was given, strongest first. */
function mentions(flag: string, { flags, env, file }: SettingSources): [source: string, text: string][] {
  const variable = environmentVariable(flag);
  const all: [string, string | undefined][] = [
    [`flag --${flag}`, flags[flag]],
    [`environment variable ${variable}`, env[variable]],
    [`file ${file?.path}`, file?.values.get(flag)],
  ];
  return all.filter((mention): mention is [string, string] => mention[1] !== undefined);
}

function unknownKeys({ flags, file }: SettingSources): string[] {
  const known = new Set(listSettings().map(({ setting }) => setting.flag));
  const advice = 'see trilog --help for the names';
  return [
    ...Object.keys(flags)
      .filter((flag) => !known.has(flag))
      .map((flag) => `${flag}: there is no such setting (flag --${flag}); ${advice}`),
    ...[...(file?.values.keys() ?? [])]
      .filter((key) => !known.has(key))
      .map((key) => `${key}: there is no such setting (file ${file?.path}); ${advice}`),
  ];
}
