/**
 * What a peer asks an arbiter and what it is answered, as plain JSON-able objects. Revisions are
 * decimal text: they don't fit a double.
 */
import { unreachable } from '../assert.ts';
import type { View } from '../ipam/custody-state.ts';
import { type PeerId, parsePeerId } from '../mesh/peer-id.ts';
import { type Entry, type Registry, describeRefusal, viewOf } from './log.ts';

export type ArbiterRequest = Entry | { readonly type: 'list' };

export type ArbiterReply =
  | { readonly type: 'founder'; readonly id: PeerId }
  | { readonly type: 'executor'; readonly id: PeerId }
  | {
      readonly type: 'view';
      readonly rev: string;
      /** Identity and node name. */
      readonly members: readonly (readonly [PeerId, string])[];
    }
  /** Asking again won't help. */
  | { readonly type: 'refused'; readonly reason: string }
  /** No majority of the seeds answered the seed that was asked; `reachable` are those that did. */
  | { readonly type: 'unavailable'; readonly reachable: readonly number[] };

/** Node names are DNS subdomains in Kubernetes (RFC 1123); others need no more. */
const NAME_LENGTH_MAX = 253;

/** The longest list that is read from others: twice the largest cluster we aim at. */
const MEMBERS_MAX = 20_000;

/** The answer once everything that the request asks for is in the registry. */
export function answerFrom(registry: Registry, request: ArbiterRequest): ArbiterReply {
  switch (request.type) {
    case 'genesis':
      return { type: 'founder', id: registry.founder ?? request.founder };
    case 'executor':
      if (registry.executor !== undefined) return { type: 'executor', id: registry.executor };
      return {
        type: 'refused',
        reason: `${request.id} is no member: only one can be the executor`,
      };
    case 'register': {
      const reason = describeRefusal(registry, request);
      return reason === undefined ? encodeView(viewOf(registry)) : { type: 'refused', reason };
    }
    case 'remove':
    case 'list':
      return encodeView(viewOf(registry));
    default:
      return unreachable(request);
  }
}

export function decodeView(reply: Extract<ArbiterReply, { type: 'view' }>): View {
  return { rev: BigInt(reply.rev), members: new Map(reply.members) };
}

/** Checks what came over the wire; undefined for anything that is no request. */
export function parseArbiterRequest(value: unknown): ArbiterRequest | undefined {
  return fieldsOf(value)['type'] === 'list' ? { type: 'list' } : parseEntry(value);
}

export function parseArbiterReply(value: unknown): ArbiterReply | undefined {
  const { type, id, rev, members, reason, reachable } = fieldsOf(value);
  if (type === 'founder' || type === 'executor') {
    const peer = parseId(id);
    return peer === undefined ? undefined : { type, id: peer };
  }
  if (type === 'view') return parseView(rev, members);
  if (type === 'refused' && typeof reason === 'string') return { type, reason };
  if (type !== 'unavailable' || !Array.isArray(reachable)) return undefined;
  return { type, reachable: reachable.filter((seed) => Number.isSafeInteger(seed)) };
}

export function parseEntry(value: unknown): Entry | undefined {
  const fields = fieldsOf(value);
  const { type, name } = fields;
  const id = parseId(type === 'genesis' ? fields['founder'] : fields['id']);
  if (id === undefined) return undefined;
  if (type === 'genesis') return { type, founder: id };
  if (type === 'executor') return { type, id };
  if (!isName(name)) return undefined;
  if (type === 'remove') return { type, name, id };
  if (type !== 'register') return undefined;
  const replaces = parseId(fields['replaces']);
  const isSound = replaces !== undefined || fields['replaces'] === undefined;
  return isSound ? { type, name, id, replaces } : undefined;
}

/** The value's fields; none for what is no object. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function encodeView({ rev, members }: View): ArbiterReply {
  return { type: 'view', rev: rev.toString(), members: [...members] };
}

function parseView(rev: unknown, members: unknown): ArbiterReply | undefined {
  if (typeof rev !== 'string' || !/^\d{1,20}$/.test(rev)) return undefined;
  if (!Array.isArray(members) || members.length > MEMBERS_MAX) return undefined;
  const parsed: [PeerId, string][] = [];
  for (const member of members) {
    if (!Array.isArray(member)) return undefined;
    const [id, name]: unknown[] = member;
    const peer = parseId(id);
    if (peer === undefined || !isName(name)) return undefined;
    parsed.push([peer, name]);
  }
  return { type: 'view', rev, members: parsed };
}

function parseId(value: unknown): PeerId | undefined {
  return typeof value === 'string' ? parsePeerId(value) : undefined;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= NAME_LENGTH_MAX;
}
