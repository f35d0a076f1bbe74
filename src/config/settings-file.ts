/**
 * Reads the YAML settings file: one flat map from the names of settings to scalars. Refuses anything nested, a key
 * without a value, a key given twice, and text that is not YAML. What the values mean is for `resolve.ts`.
 */
import { parseDocument } from 'yaml';
import { SettingsError } from './resolve.ts';

/**
 * @param path is named in messages.
 * @throws SettingsError
 */
export function parseSettingsFile(source: string, path: string): ReadonlyMap<string, string> {
  const document = parseDocument(source, { stringKeys: true });
  const [error] = document.errors;
  if (error) {
    const [summary = ''] = error.message.split('\n');
    throw new SettingsError([`file ${path} is not valid YAML: ${summary.replace(/:$/, '')}`]);
  }
  const content: unknown = document.toJS();
  if (content === null || content === undefined) return new Map();
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new SettingsError([`file ${path} must hold "name: value" lines, such as "kafka-port: 9092"`]);
  }
  const values = new Map<string, string>();
  const problems: string[] = [];
  for (const [key, value] of Object.entries(content)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      values.set(key, String(value));
    } else {
      const found = value === null ? 'has no value' : 'must be a single value';
      problems.push(`${key}: ${found} (file ${path})`);
    }
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return values;
}
