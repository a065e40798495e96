/**
 * Finds every collection inside an object, private fields included, by the debugger's eyes: so that
 * a queue or map that nobody gave a bound can't hide. Names each by its path from the object, such
 * as `mesh.#flood.#queues`; what is inside of a map or an array is `[]`.
 */
import assert from 'node:assert/strict';
import { type Runtime, Session } from 'node:inspector';

export interface Collection {
  readonly path: string;
  readonly size: number;
}

/** Of a large collection only so many entries are looked into: all of them are of one kind. */
const ENTRIES_LOOKED_INTO = 24;
const DEPTH_MAX = 8;
/** What an object was made from, or shares with another where it is looked at. */
const FOREIGN = new Set(['#options', '#directory', '#random', '#hits']);
const COUNT = /\((\d+)\)$/;

/** The debugger's answer; the types of Node leave out its private fields. */
interface Properties extends Runtime.GetPropertiesReturnType {
  readonly privateProperties?: readonly Pick<Runtime.PropertyDescriptor, 'name' | 'value'>[];
}

interface Place {
  readonly path: string;
  readonly depth: number;
}

/** `leaves`: paths whose inside is not looked at, such as those of plain values. */
export function findCollections(root: object, leaves: ReadonlySet<string>): readonly Collection[] {
  const session = new Session();
  session.connect();
  try {
    return new Search(session, leaves).from(root);
  } finally {
    session.disconnect();
  }
}

class Search {
  readonly #session: Session;
  readonly #leaves: ReadonlySet<string>;
  readonly #found: Collection[] = [];

  constructor(session: Session, leaves: ReadonlySet<string>) {
    this.#session = session;
    this.#leaves = leaves;
  }

  from(root: object): readonly Collection[] {
    const key = `weft fuzz ${Math.floor(performance.now())}`;
    const place = globalThis as unknown as Record<string, unknown>;
    place[key] = root;
    try {
      const expression = `globalThis[${JSON.stringify(key)}]`;
      this.#look(this.#evaluate(expression), { path: '', depth: 0 });
    } finally {
      delete place[key];
    }
    return this.#found;
  }

  #look(value: Runtime.RemoteObject, { path, depth }: Place): void {
    const { objectId, subtype = 'object', description = '' } = value;
    const isSearched = ['object', 'map', 'set', 'array'].includes(subtype);
    if (objectId === undefined || value.type !== 'object' || !isSearched) return;
    if (subtype !== 'object') {
      const size = Number(COUNT.exec(description)?.[1]);
      this.#found.push({ path, size });
    }
    assert.ok(depth < DEPTH_MAX, `${path} is deeper than is looked`);
    if (!this.#leaves.has(path)) this.#lookInside(objectId, subtype, { path, depth });
  }

  #lookInside(objectId: string, subtype: string, { path, depth }: Place): void {
    const inside = this.#properties(objectId);
    if (subtype === 'map' || subtype === 'set') {
      for (const entry of this.#entries(inside))
        this.#look(entry, { path: `${path}[]`, depth: depth + 1 });
      return;
    }
    const named = [...inside.result, ...(inside.privateProperties ?? [])];
    const properties = subtype === 'array' ? named.slice(0, ENTRIES_LOOKED_INTO) : named;
    for (const { name, value } of properties) {
      if (value === undefined || FOREIGN.has(name)) continue;
      const step = subtype === 'array' ? '[]' : `${path === '' ? '' : '.'}${name}`;
      this.#look(value, { path: `${path}${step}`, depth: depth + 1 });
    }
  }

  /** The values of a map or set: the debugger shows each entry as an object that holds it. */
  #entries({ internalProperties = [] }: Properties): readonly Runtime.RemoteObject[] {
    const list = internalProperties.find(({ name }) => name === '[[Entries]]')?.value?.objectId;
    if (list === undefined) return [];
    const entries = this.#properties(list).result.slice(0, ENTRIES_LOOKED_INTO);
    return entries.flatMap(({ value }) => {
      if (value?.objectId === undefined) return [];
      const parts = this.#properties(value.objectId).result;
      return parts.flatMap((part) => (part.name === 'value' ? (part.value ?? []) : []));
    });
  }

  #properties(objectId: string): Properties {
    return this.#ask('Runtime.getProperties', { objectId, ownProperties: true }) as Properties;
  }

  #evaluate(expression: string): Runtime.RemoteObject {
    const answer = this.#ask('Runtime.evaluate', { expression }) as Runtime.EvaluateReturnType;
    return answer.result;
  }

  /** Of a session with the own thread the answer is there when the call returns. */
  #ask(method: string, parameters: object): object {
    let answer: object | undefined;
    this.#session.post(method, parameters, (error, result) => {
      answer = error === null ? result : undefined;
    });
    assert.ok(answer !== undefined, `the debugger does not answer ${method}`);
    return answer;
  }
}
