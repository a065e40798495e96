/**
 * A Lease as the API server has it (coordination.k8s.io/v1) from and to what of it is ours. What
 * can't be read is undefined; what others have written beside ours is not looked at.
 */
import { fieldsOf } from '../request.ts';
import type { Lease, LeaseDraft, LeaseList, NodeReference } from './lease-store.ts';

const NODE_ANNOTATION = 'weft/node';
const RETIRED_ANNOTATION = 'weft/retired';
const MARKS_ANNOTATION = 'weft/marks';
const ACCEPTED_ANNOTATION = 'weft/accepted';

/** Revisions are etcd's, 64-bit; comparable as numbers officially since Kubernetes 1.35 (KEP-5504). */
const REVISION_PATTERN = /^\d{1,20}$/;

export interface Page extends LeaseList {
  /** Where the next page begins; undefined: there is none. */
  readonly next: string | undefined;
}

/** A Lease to be created. */
export function encodeLease(draft: LeaseDraft): unknown {
  const { metadata, spec } = encodeContent(draft, undefined);
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
}

/** A merge patch (RFC 7386) of the Lease's version: null takes a field away. */
export function encodePatch(draft: LeaseDraft, resourceVersion: string): unknown {
  const { metadata, spec } = encodeContent(draft, null);
  return { metadata: { ...metadata, resourceVersion }, spec };
}

export function parseLease(value: unknown): Lease | undefined {
  const { metadata, spec } = fieldsOf(value);
  const { name, resourceVersion, annotations } = fieldsOf(metadata);
  if (typeof name !== 'string' || typeof resourceVersion !== 'string') return undefined;
  const notes = fieldsOf(annotations);
  return {
    name,
    resourceVersion,
    holder: textOf(fieldsOf(spec)['holderIdentity']),
    node: textOf(notes[NODE_ANNOTATION]),
    retired: textOf(notes[RETIRED_ANNOTATION]),
    marks: textOf(notes[MARKS_ANNOTATION]),
    accepted: textOf(notes[ACCEPTED_ANNOTATION]),
  };
}

export function parsePage(value: unknown): Page | undefined {
  const { metadata, items } = fieldsOf(value);
  const { resourceVersion, continue: token } = fieldsOf(metadata);
  if (typeof resourceVersion !== 'string' || !REVISION_PATTERN.test(resourceVersion)) {
    return undefined;
  }
  // Go encodes a list that was never filled as null.
  const values: unknown = items ?? [];
  if (!Array.isArray(values)) return undefined;
  const leases = values.map(parseLease);
  if (!leases.every((lease) => lease !== undefined)) return undefined;
  return { rev: BigInt(resourceVersion), leases, next: textOf(token) };
}

interface Encoded {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** `absent` is what stands for a field that is not there; JSON leaves undefined out. */
function encodeContent(draft: LeaseDraft, absent: null | undefined): Encoded {
  const { name, owner, holder, node, retired, marks } = draft;
  const annotations = {
    [NODE_ANNOTATION]: node ?? absent,
    [RETIRED_ANNOTATION]: retired ?? absent,
    ...(marks === undefined ? {} : { [MARKS_ANNOTATION]: marks }),
  };
  const owners = owner === undefined ? {} : { ownerReferences: [encodeOwner(owner)] };
  return { metadata: { name, annotations, ...owners }, spec: { holderIdentity: holder ?? absent } };
}

/** Without blockOwnerDeletion, for which one would need a permission on Nodes' finalizers. */
function encodeOwner({ name, uid }: NodeReference): Readonly<Record<string, string>> {
  return { apiVersion: 'v1', kind: 'Node', name, uid };
}

/** Go leaves out an empty text or sends it as such: both are none. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
