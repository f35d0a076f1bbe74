/**
 * Parameters of Query as a tree: `Attribute.1.Name=x` is `x` at `Attribute`, `1`, `Name`. They come from a query string, from
 * a form, or from both. Refuses what is not well formed, and more parameters than a request can need.
 */
import { isUtf8 } from 'node:buffer';
import { AwsError } from './aws-error.ts';
import { FORM_NAME_PARTS_MAX, FORM_PARAMETERS_MAX } from './limits.ts';

export interface FormNode {
  value: string | undefined;
  children: Map<string, FormNode> | undefined;
}

export class Form {
  readonly root: FormNode = { value: undefined, children: new Map() };
  #parameters = 0;

  /** Adds the parameters of `a=b&c=d`. A parameter that comes twice has its last value. Throws `AwsError`. */
  add(encoded: string | Buffer): this {
    const text = typeof encoded === 'string' ? encoded : formText(encoded);
    for (let start = 0; start < text.length; ) {
      const end = text.indexOf('&', start);
      const stop = end === -1 ? text.length : end;
      if (stop > start) this.#addParameter(text.slice(start, stop));
      start = stop + 1;
    }
    return this;
  }

  /** The value of a parameter whose name has no parts. */
  get(name: string): string | undefined {
    return this.root.children?.get(name)?.value;
  }

  #addParameter(parameter: string): void {
    this.#parameters++;
    if (this.#parameters > FORM_PARAMETERS_MAX) {
      throw malformedForm(`There are more than ${FORM_PARAMETERS_MAX} parameters.`);
    }
    const equals = parameter.indexOf('=');
    const name = decoded(equals === -1 ? parameter : parameter.slice(0, equals));
    const value = equals === -1 ? '' : decoded(parameter.slice(equals + 1));
    if (name.includes('.')) this.#nodeOf(name).value = value;
    else childOf(this.root, name).value = value;
  }

  #nodeOf(name: string): FormNode {
    const parts = name.split('.', FORM_NAME_PARTS_MAX + 1);
    if (parts.length > FORM_NAME_PARTS_MAX) throw malformedForm('The name of a parameter has too many parts.');
    return parts.reduce(childOf, this.root);
  }
}

function childOf(node: FormNode, name: string): FormNode {
  node.children ??= new Map();
  let child = node.children.get(name);
  if (child === undefined) {
    child = { value: undefined, children: undefined };
    node.children.set(name, child);
  }
  return child;
}

function formText(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw malformedForm('The parameters are not UTF-8.');
  return bytes.toString('utf8');
}

function decoded(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw malformedForm('A parameter is not encoded as it must be.');
  }
}

function malformedForm(message: string): AwsError {
  return new AwsError('MalformedQueryString', message);
}
