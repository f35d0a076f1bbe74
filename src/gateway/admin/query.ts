/** The query of an address, as HTML forms write it. What is not percent-encoded UTF-8 is taken as it stands. */

/** Of a parameter that comes twice the first counts. */
export class Query {
  readonly #values = new Map<string, string>();

  constructor(text: string) {
    for (const pair of text.split('&')) {
      const equals = pair.indexOf('=');
      const name = decoded(equals === -1 ? pair : pair.slice(0, equals));
      if (!this.#values.has(name)) this.#values.set(name, equals === -1 ? '' : decoded(pair.slice(equals + 1)));
    }
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  isTrue(name: string): boolean {
    return this.get(name) === 'true';
  }
}

function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
